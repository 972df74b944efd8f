// The workbench: faults, money, and what went over the wire.
"use strict";

const TARGETS = {
  "whatsapp.webhook": "WhatsApp: a message to us",
  "whatsapp.status": "WhatsApp: a status to us",
  "whatsapp.send": "WhatsApp: our send",
  "daraja.callback": "M-Pesa: a callback to us",
  "daraja.push": "M-Pesa: our push",
  "daraja.query": "M-Pesa: our query",
  "daraja.token": "M-Pesa: our token",
  "daraja.reversal": "M-Pesa: our reversal",
  "daraja.status": "M-Pesa: our question for a status",
  "daraja.result": "M-Pesa: a result to us",
  "daraja.register": "M-Pesa: our registration",
  "daraja.validation": "M-Pesa: a validation to us",
  "daraja.confirmation": "M-Pesa: a confirmation to us",
  "pesapal.token": "PesaPal: our token",
  "pesapal.register": "PesaPal: our registration",
  "pesapal.submit": "PesaPal: our order",
  "pesapal.status": "PesaPal: our question for a status",
  "pesapal.refund": "PesaPal: our refund",
  "pesapal.cancel": "PesaPal: our cancellation",
  "pesapal.ipn": "PesaPal: a notice to us",
};
const DELIVERIES = [
  "whatsapp.webhook", "whatsapp.status", "daraja.callback", "daraja.result", "daraja.validation",
  "daraja.confirmation", "pesapal.ipn",
];
const isDelivery = (target) => DELIVERIES.includes(target);
const UNCODED = ["whatsapp.webhook", "daraja.validation", "daraja.confirmation", "pesapal.ipn"];
const SHAPES = {
  "daraja.callback": "balance_text", "daraja.result": "missing_value", "daraja.confirmation": "hashed_phone",
  "daraja.query": "empty_message", "pesapal.cancel": "paid_meanwhile",
};
const isShaped = (target) => target in SHAPES || (!isDelivery(target) && !target.startsWith("whatsapp"));
const KINDS = {
  delay: { label: "delay", value: ["ms", "Milliseconds", "3000"] },
  repeat: { label: "repeat", value: ["times", "Times more", "1"] },
  reorder: { label: "after the next one", only: isDelivery },
  lose: { label: "lose" },
  answer_lost: { label: "do it, lose the answer" },
  corrupt: { label: "corrupt" },
  error: { label: "answer with a status", value: ["status", "HTTP status", "500"] },
  code: { label: "provider's error code", value: ["code", "Code", ""], only: (target) => !UNCODED.includes(target) },
  html403: { label: "HTML page, 403", only: (target) => !isDelivery(target) },
  html5xx: { label: "HTML page, 5xx", value: ["status", "HTTP status", "502"], only: (target) => !isDelivery(target) },
  too_many: { label: "too many, 429", only: (target) => !isDelivery(target) },
  shape: { label: "another shape", value: ["variant", "Variant", ""], only: isShaped },
  empty5xx: { label: "empty 5xx", value: ["status", "HTTP status", "503"], only: (target) => !isDelivery(target) },
};

function fillKinds() {
  const target = $("#fault-target").value;
  const before = $("#fault-kind").value;
  const kinds = Object.entries(KINDS).filter(([, kind]) => !kind.only || kind.only(target));
  const keep = kinds.some(([id]) => id === before) ? before : kinds[0][0];
  $("#fault-kind").replaceChildren(...kinds.map(([id, kind]) => new Option(kind.label, id, false, id === keep)));
  fillValue();
}

function fillValue() {
  const { value } = KINDS[$("#fault-kind").value];
  $("#fault-value-label").hidden = !value;
  const input = $("#fault-value");
  input.required = Boolean(value);
  if (!value) return;
  const codes = { "whatsapp.send": "131056", "whatsapp.status": "131026", "daraja.callback": "1032", "daraja.query": "4999",
    "daraja.reversal": "8006", "daraja.result": "R000001", "pesapal.status": "3" };
  $("#fault-value-name").textContent = value[1];
  const target = $("#fault-target").value;
  const usual = value[0] === "variant" ? SHAPES[target] || "numbers" : codes[target] || "500.003.02";
  input.value = value[2] || usual;
}

async function addFault(event) {
  event.preventDefault();
  const kind = $("#fault-kind").value;
  const rule = { target: $("#fault-target").value, kind, count: Number($("#fault-count").value) };
  const { value } = KINDS[kind];
  const asText = value && ["code", "variant"].includes(value[0]);
  if (value) rule[value[0]] = asText ? $("#fault-value").value : Number($("#fault-value").value);
  if ($("#fault-match").checked) rule.match = selected;
  await attempt(() => call("POST", "/sim/faults", rule));
}

function renderFaults() {
  $("#faults").replaceChildren(...state.faults.map((rule) => {
    const value = KINDS[rule.kind]?.value;
    const detail = value ? ` ${rule[value[0]]}${value[0] === "ms" ? " ms" : ""}` : "";
    const times = rule.count > 1 ? ` × ${rule.count}` : "";
    const phone = rule.match ? ` · +${rule.match}` : "";
    const text = `${TARGETS[rule.target]}: ${KINDS[rule.kind]?.label ?? rule.kind}${detail}${times}${phone}`;
    const remove = el("button", "quiet", "✕");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove: ${text}`);
    remove.addEventListener("click", () => attempt(() => call("DELETE", `/sim/faults/${rule.id}`)));
    return el("li", "", el("span", "", text), remove);
  }));
}

function renderMoney() {
  const shillings = (cents) => `KES ${(cents / 100).toLocaleString("en-KE")}`;
  const { received_cents: received, given_back_cents: back, by_hand: byHand, reversals } = state.money;
  const total = [
    received ? `${shillings(received)} received` : "",
    back ? `${shillings(back)} given back` : "",
  ].filter(Boolean).join(", ");
  $("#money-total").textContent = total && `· ${total}`;
  if (!state.prompts.length && !state.orders.length && !byHand.length) {
    $("#money").replaceChildren(el("li", "nothing", "No prompt was sent yet, no card link, and nothing came by hand."));
    return;
  }
  const reversed = new Set(reversals.map((it) => it.original_receipt));
  const prompts = [...state.prompts].reverse().map((prompt) => {
    const how = prompt.receipt && reversed.has(prompt.receipt) ? "reversed" : prompt.state;
    const outcome = { paid: "paid", reversed: "reversed", pending: "on the phone", ended: `ended ${prompt.result_code}` }[how];
    return el("li", "",
      el("span", "amount", `KES ${prompt.amount.toLocaleString("en-KE")}`),
      el("span", "code", `${prompt.account_reference} ${prompt.receipt ?? ""}`),
      el("span", `pill ${how}`, outcome));
  });
  const hands = [...byHand].reverse().map((payment) => {
    const how = reversed.has(payment.receipt) ? "reversed" : "paid";
    return el("li", "",
      el("span", "amount", `KES ${payment.amount.toLocaleString("en-KE")}`),
      el("span", "code", `${payment.account_reference} ${payment.receipt}`),
      el("span", `pill ${how}`, how === "paid" ? "by hand" : how));
  });
  const orders = [...state.orders].reverse().map((order) => {
    const page = el("a", "code", order.merchant_reference);
    page.href = `/pesapalv3/iframe/PesapalIframe3/Index?OrderTrackingId=${order.order_tracking_id}`;
    const outcome = order.cancelled ? `cancelled, ${order.state}` : order.state;
    return el("li", "",
      el("span", "amount", `${order.currency} ${(order.amount_cents / 100).toLocaleString("en-KE")}`),
      page,
      el("span", `pill ${order.state}`, outcome));
  });
  $("#money").replaceChildren(...prompts, ...hands, ...orders);
}

function renderLog() {
  const newest = state.log[0]?.seq;
  const body = $("#log");
  if (body.dataset.newest === String(newest)) return;
  body.dataset.newest = String(newest);
  body.replaceChildren(...state.log.map((it) => {
    const out = it.direction === "delivery";
    const what = el("td", "",
      el("span", "way", out ? "→ " : "← "), it.target, " ", el("span", "path", it.path),
      it.note ? el("span", "note", ` ${it.note}`) : null);
    what.title = out ? "from the provider to us" : "from us to the provider";
    const good = it.status !== null && it.status < 400;
    const answer = el("td", "", el("span", good ? "ok" : "bad", String(it.status ?? "none")), ` ${it.ms} ms`);
    return el("tr", "", el("td", "", asTime.format(new Date(it.at))), what, answer);
  }));
}
