// The phones: chats, buttons, lists, and the M-Pesa prompt that rises over the customer's.
"use strict";

/** Text with *bold* and _italic_ as WhatsApp shows them. */
function formatted(text) {
  const fragment = document.createDocumentFragment();
  for (const part of text.split(/(\*[^*\n]+\*|_[^_\n]+_)/)) {
    const marked = part.length > 2 && (part[0] === "*" || part[0] === "_") && part[0] === part.at(-1);
    if (!marked) fragment.append(part);
    else fragment.append(el(part[0] === "*" ? "strong" : "em", "", part.slice(1, -1)));
  }
  return fragment;
}

class Phone {
  constructor(root, waId) {
    this.root = root;
    this.waId = waId;
    this.shown = new Map();
    this.asked = new Set();
    this.chat = $(".chat", root);
    this.text = $("textarea", root);
    this.list = $(".sheet.list", root);
    $(".composer", root).addEventListener("submit", (event) => {
      event.preventDefault();
      this.say();
    });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.say();
      }
    });
    $(".close", this.list).addEventListener("click", () => this.closeList());
    this.list.addEventListener("click", (event) => { if (event.target === this.list) this.closeList(); });
    this.list.addEventListener("keydown", (event) => { if (event.key === "Escape") this.closeList(); });
  }

  get customer() {
    return state.customers.find((it) => it.wa_id === this.waId());
  }

  async say(given) {
    const text = (given ?? this.text.value).trim();
    if (!text) return;
    this.text.value = "";
    const said = await attempt(() => call("POST", `/sim/customers/${this.waId()}/say`, { text }));
    if (said) this.arrived(said);
    else this.text.value = text;
  }

  async tap(choice, message) {
    this.closeList();
    const body = { id: choice.id, title: choice.title || choice.id, context_message_id: message.wamid };
    const tapped = await attempt(() => call("POST", `/sim/customers/${this.waId()}/tap`, body));
    if (tapped) this.arrived(tapped);
  }

  arrived(report) {
    if (report.delivered_status !== 200 && !report.fault) {
      toast(`The product did not take it: ${report.error || report.delivered_status}. It will be delivered again.`);
    }
  }

  render() {
    const waId = this.waId();
    if (this.renderedFor !== waId) {
      this.renderedFor = waId;
      this.shown.clear();
      this.day = "";
      this.chat.replaceChildren();
      this.closeList();
    }
    const name = state.business.name;
    $(".peer", this.root).textContent = name;
    $(".avatar", this.root).textContent = name.split(/\s+/).map((word) => word[0]).join("").slice(0, 2);
    this.showPresence();
    const messages = state.messages.filter((it) => it.wa_id === waId);
    const atEnd = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 80;
    let added = false;
    for (const message of messages) {
      const known = this.shown.get(message.seq);
      const look = `${message.status}/${message.error_code ?? ""}`;
      if (!known) {
        $(".empty", this.chat)?.remove();
        this.showDay(message);
        const node = this.draw(message);
        this.chat.append(node);
        this.shown.set(message.seq, { node, look });
        added = true;
      } else if (known.look !== look) {
        const node = this.draw(message);
        known.node.replaceWith(node);
        this.shown.set(message.seq, { node, look });
      }
    }
    if (!messages.length && !this.chat.childElementCount) this.showEmpty();
    if (added && (atEnd || messages.at(-1).direction === "in")) this.chat.scrollTop = this.chat.scrollHeight;
    this.lookAt(messages);
  }

  showEmpty() {
    const empty = el("li", "empty", "Nothing here yet.");
    if (this.root.id === "customer") {
      const text = "Niaje, nataka massage kesho saa nane mchana";
      const button = el("button", "", `Say “${text}”`);
      button.type = "button";
      button.addEventListener("click", () => this.say(text));
      empty.append(el("br"), button);
    }
    this.chat.append(empty);
  }

  showDay(message) {
    const day = asDay.format(new Date(message.at));
    if (day === this.day) return;
    this.day = day;
    this.chat.append(el("li", "day", day));
  }

  showPresence() {
    const customer = this.customer;
    const presence = $(".presence", this.root);
    const typing = Boolean(customer?.typing_until) && Date.parse(customer.typing_until) > businessNow();
    presence.classList.toggle("typing", typing);
    const still = customer?.window_open ? "business account" : "business account · window closed";
    presence.textContent = typing ? "typing…" : still;
  }

  draw(message) {
    const mine = message.direction === "in";
    const failed = message.status === "failed";
    const bubble = el("div", "bubble");
    if (message.header) bubble.append(el("span", "header", message.header));
    bubble.append(formatted(message.text || `[${message.type}]`));
    if (message.footer) bubble.append(el("span", "footer", message.footer));
    const meta = el("div", "meta");
    if (failed) meta.append(el("span", "why", `never arrived (${message.error_code})`));
    meta.append(el("time", "", asMinute.format(new Date(message.at))));
    if (mine) {
      const ticks = { sent: "✓", delivered: "✓✓", read: "✓✓" }[message.status] ?? "…";
      const sign = el("span", `ticks ${message.status}`, ticks);
      sign.setAttribute("role", "img");
      sign.setAttribute("aria-label", message.status);
      meta.append(sign);
    }
    bubble.append(meta);
    const node = el("li", `message${mine ? " mine" : ""}${failed ? " failed" : ""}`, bubble);
    if (!failed) this.drawChoices(node, message);
    return node;
  }

  drawChoices(node, message) {
    const choices = el("div", "choices");
    for (const choice of message.buttons) {
      const button = el("button", "", choice.title || choice.id);
      button.type = "button";
      button.addEventListener("click", () => this.tap(choice, message));
      choices.append(button);
    }
    if (message.rows.length) {
      const button = el("button", "", `☰ ${message.list_button || "Options"}`);
      button.type = "button";
      button.addEventListener("click", () => this.openList(message, button));
      choices.append(button);
    }
    if (message.link && /^https?:/.test(message.link.url)) {
      const link = el("a", "", `↗ ${message.link.label || "Open"}`);
      link.href = message.link.url;
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      choices.append(link);
    }
    if (choices.childElementCount) node.append(choices);
  }

  openList(message, opener) {
    this.opener = opener;
    $("h3", this.list).textContent = message.list_button || "Options";
    const rows = $(".rows", this.list);
    rows.replaceChildren();
    let section = "";
    for (const row of message.rows) {
      if (row.section && row.section !== section) {
        section = row.section;
        rows.append(el("h4", "", section));
      }
      const button = el("button", "", row.title, row.description ? el("small", "", row.description) : null);
      button.type = "button";
      button.addEventListener("click", () => this.tap(row, message));
      rows.append(button);
    }
    this.list.hidden = false;
    $("button", rows)?.focus();
  }

  closeList() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.opener?.focus();
  }

  /** Somebody who has the chat before them has read it. */
  async lookAt(messages) {
    if (document.visibilityState !== "visible" || this.root.offsetParent === null) return;
    const unread = messages.filter((it) => it.status === "delivered" && it.direction === "out");
    if (!unread.some((it) => !this.asked.has(it.wamid))) return;
    for (const message of unread) this.asked.add(message.wamid);
    try {
      await call("POST", `/sim/customers/${this.waId()}/read`);
    } catch {
      // Read receipts are a courtesy; the next look tries again.
      for (const message of unread) this.asked.delete(message.wamid);
    }
  }
}

const customerPhone = new Phone($("#customer"), () => selected);
const ownerPhone = new Phone($("#owner"), () => state.owner_phone);
const phones = [customerPhone, ownerPhone];

function renderCustomers() {
  const select = $("#customer-select");
  const customers = state.customers.filter((it) => it.wa_id !== state.owner_phone);
  if (!customers.some((it) => it.wa_id === selected)) selected = DEFAULT_CUSTOMER.wa_id;
  const waiting = new Set(state.prompts.filter((it) => it.state === "pending").map((it) => it.phone));
  const labels = customers.map((it) => {
    const name = it.name.startsWith("+") ? "" : `${it.name}  `;
    return [it.wa_id, `${name}${spaced(it.wa_id)}${waiting.has(it.wa_id) && it.wa_id !== selected ? " · M-PESA waiting" : ""}`];
  });
  const look = JSON.stringify([labels, selected]);
  if (select.dataset.look === look) return;
  select.dataset.look = look;
  select.replaceChildren(...labels.map(([id, label]) => new Option(label, id, false, id === selected)));
}

const pendingPrompt = () => state.prompts.find((it) => it.state === "pending" && it.phone === selected);

function renderPrompt() {
  const sheet = $("#mpesa");
  const prompt = pendingPrompt();
  if (!prompt) {
    if (!sheet.hidden) $("#customer-text").focus();
    sheet.hidden = true;
    sheet.dataset.id = "";
    return;
  }
  if (sheet.dataset.id === prompt.checkout_request_id) return;
  sheet.dataset.id = prompt.checkout_request_id;
  $("#mpesa-title").textContent = `Pay KES ${prompt.amount.toLocaleString("en-KE")}?`;
  $("#mpesa-business").textContent = `${prompt.business_name} (${prompt.short_code})`;
  $("#mpesa-account").textContent = prompt.account_reference;
  $("#mpesa-description").textContent = prompt.description || "–";
  $("#mpesa-pin").value = "";
  sheet.hidden = false;
  // A prompt takes the phone over, but not the hands of somebody who types elsewhere on the page.
  const active = document.activeElement;
  if (active === document.body || $("#customer").contains(active)) $("#mpesa-pin").focus();
}

async function answerPrompt(action, body) {
  const id = $("#mpesa").dataset.id;
  if (!id) return;
  const controls = all("button, input", $("#mpesa"));
  for (const control of controls) control.disabled = true;
  await attempt(() => call("POST", `/sim/prompts/${encodeURIComponent(id)}/${action}`, body));
  for (const control of controls) control.disabled = false;
}
