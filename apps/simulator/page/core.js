// What all parts of the page share: building elements, asking the simulator, and the last known state.
"use strict";

const DEFAULT_CUSTOMER = { wa_id: "254700000123", name: "Asha" };
const ZONE = "Africa/Nairobi";
const NAIROBI_MS = 3 * 3600 * 1000; // Kenya has no daylight saving.

const $ = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

/** An element with a class, text and children. Text is never read as markup. */
function el(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const format = (options) => new Intl.DateTimeFormat("en-GB", { timeZone: ZONE, ...options });
const asTime = format({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const asMinute = format({ hour: "2-digit", minute: "2-digit" });
const asDay = format({ weekday: "short", day: "numeric", month: "long", year: "numeric" });

/** A number as people write it. */
const spaced = (waId) => `+${waId.replace(/^(254)(\d{3})(\d{3})(\d{3})$/, "$1 $2 $3 $4")}`;

let state = null;
let selected = localStorage.getItem("customer") || DEFAULT_CUSTOMER.wa_id;
let nowAt = { business: 0, machine: 0 };

async function call(method, path, body) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options);
  const text = await answer.text();
  const value = text ? JSON.parse(text) : {};
  if (!answer.ok) throw new Error(value.error || `${answer.status}`);
  return value;
}

/** Does something a person asked for, and tells that person if it did not work. */
async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return null;
  }
}

let toastTimer = 0;
function toast(text) {
  const node = $("#toast");
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { node.hidden = true; }, 6000);
}

/** Business time now, in milliseconds; it runs on between two answers. */
const businessNow = () => nowAt.business + (performance.now() - nowAt.machine);
