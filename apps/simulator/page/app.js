// The clock, and everything together. What is shown comes from GET /sim/state, which answers as soon as
// something changed; what is done goes through the same control API that tests use.
"use strict";

async function follow() {
  for (;;) {
    try {
      const since = state ? `?since=${state.version}&wait_ms=20000` : "";
      const next = await call("GET", `/sim/state${since}`);
      if (!state && !next.customers.some((it) => it.wa_id === DEFAULT_CUSTOMER.wa_id)) {
        await call("POST", "/sim/customers", DEFAULT_CUSTOMER);
      }
      state = next;
      nowAt = { business: Date.parse(state.now), machine: performance.now() };
      render();
    } catch (error) {
      const link = $("#link");
      link.dataset.ok = "false";
      link.textContent = "The simulator does not answer";
      if (!(error instanceof TypeError)) console.error(error);
      // It may have been restarted, and then its counters begin anew.
      state = null;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}

function tick() {
  if (!state) return;
  const now = new Date(businessNow());
  $("#clock-time").textContent = asTime.format(now);
  $("#clock-time").dateTime = now.toISOString();
  $("#clock-date").textContent = `${asDay.format(now)} · Nairobi`;
  const set = $("#clock-set");
  if (!set.value) set.value = new Date(now.getTime() + NAIROBI_MS).toISOString().slice(0, 16);
  for (const phone of phones) phone.showPresence();
}

function moved(kind) {
  // Calendar arithmetic on Nairobi's wall clock, by way of UTC getters.
  const wall = new Date(businessNow() + NAIROBI_MS);
  const [year, month, day] = [wall.getUTCFullYear(), wall.getUTCMonth(), wall.getUTCDate()];
  switch (kind) {
    case "hour": return { advance_seconds: 3600 };
    case "day": return { advance_seconds: 86400 };
    case "three": {
      const today = Date.UTC(year, month, day, 3);
      const next = today > wall.getTime() ? today : Date.UTC(year, month, day + 1, 3);
      return { set: new Date(next - NAIROBI_MS).toISOString() };
    }
    default: return { set: new Date(Date.UTC(year, month + 1, 1, 2) - NAIROBI_MS).toISOString() };
  }
}

async function moveClock(body) {
  const buttons = all(".moves button");
  for (const button of buttons) button.disabled = true;
  await attempt(() => call("POST", "/sim/clock", body));
  for (const button of buttons) button.disabled = false;
  $("#clock-set").value = ""; // The next tick proposes the new time.
}

function render() {
  const link = $("#link");
  link.dataset.ok = String(Boolean(state.api_url));
  link.textContent = state.api_url ? `api at ${state.api_url.replace(/^https?:\/\//, "")}` : "no api named yet";
  $("#owner-number").textContent = spaced(state.owner_phone);
  renderCustomers();
  for (const phone of phones) phone.render();
  renderPrompt();
  renderFaults();
  renderMoney();
  renderLog();
  tick();
}

function show(view) {
  document.body.dataset.view = view;
  for (const button of all("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === view));
  if (state) render();
}

function choose(waId) {
  selected = waId;
  localStorage.setItem("customer", waId);
  $("#mpesa").dataset.id = "";
  if (state) render();
}

for (const button of all("[data-move]")) button.addEventListener("click", () => moveClock(moved(button.dataset.move)));
$("#clock-form").addEventListener("submit", (event) => {
  event.preventDefault();
  moveClock({ set: `${$("#clock-set").value}:00+03:00` });
});
$("#customer-select").addEventListener("change", (event) => choose(event.target.value));
$("#new-number").addEventListener("click", (event) => {
  const form = $("#new-form");
  form.hidden = !form.hidden;
  event.currentTarget.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) $("#new-wa").focus();
});
$("#new-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const waId = $("#new-wa").value.replace(/\D/g, "").replace(/^0/, "254");
  const body = { wa_id: waId };
  if ($("#new-name").value.trim()) body.name = $("#new-name").value.trim();
  const added = await attempt(() => call("POST", "/sim/customers", body));
  if (!added) return;
  event.target.reset();
  $("#new-form").hidden = true;
  $("#new-number").setAttribute("aria-expanded", "false");
  // The next look at the server brings it anyway; until then it must not count as unknown.
  if (!state.customers.some((it) => it.wa_id === added.wa_id)) {
    state.customers.push({ name: `+${waId}`, ...body, ...added });
  }
  choose(added.wa_id);
  $("#customer-text").focus();
});
$("#mpesa-form").addEventListener("submit", (event) => {
  event.preventDefault();
  answerPrompt("approve");
});
for (const button of all("[data-refuse]")) {
  button.addEventListener("click", () => answerPrompt("refuse", { result_code: Number(button.dataset.refuse) }));
}
$("[data-ignore]").addEventListener("click", () => answerPrompt("ignore"));
$("#fault-target").replaceChildren(...Object.entries(TARGETS).map(([id, label]) => new Option(label, id)));
$("#fault-target").addEventListener("change", fillKinds);
$("#fault-kind").addEventListener("change", fillValue);
$("#fault-form").addEventListener("submit", addFault);
for (const button of all("[data-fault]")) {
  button.addEventListener("click", () => attempt(() => call("POST", "/sim/faults", JSON.parse(button.dataset.fault))));
}
for (const button of all("[data-show]")) button.addEventListener("click", () => show(button.dataset.show));
const theme = localStorage.getItem("theme");
if (theme) document.documentElement.dataset.theme = theme;
$("#theme").addEventListener("click", () => {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const current = document.documentElement.dataset.theme || (dark ? "dark" : "light");
  const next = current === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("theme", next);
});
document.addEventListener("visibilitychange", () => { if (state) render(); });

fillKinds();
show("customer");
setInterval(tick, 500);
follow();
