// What the journeys share: signing in, and the API as somebody else uses it.
import { randomUUID } from "node:crypto";

import { expect, type Page } from "@playwright/test";

export type Role = "owner" | "manager" | "receptionist" | "therapist";

const BASE = process.env["RATIBA_CONSOLE_URL"] ?? "http://127.0.0.1:3010";

/** Comes in by the issuer, as one of the demo's people; lands where they wanted to go. */
export async function signIn(
  page: Page,
  role: Role,
  path = "/",
  language: "en" | "sw" = "en",
): Promise<void> {
  await page.addInitScript((kept) => {
    localStorage.setItem("ratiba.language", kept);
  }, language);
  await page.goto(`/auth/login?return_to=${encodeURIComponent(path)}`);
  await page.locator("a", { has: page.locator("small", { hasText: role }) }).click();
  await page.waitForURL(BASE + path);
}

/** Asks the API as the owner; of the version that `If-Match` names, where it is given. */
export async function ask<T>(method: string, path: string, body?: unknown, version?: string): Promise<T> {
  const answer = await fetch(`${BASE}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${process.env["RATIBA_OWNER_TOKEN"] ?? ""}`,
      "content-type": "application/json",
      "idempotency-key": randomUUID(),
      ...(version !== undefined && { "if-match": version }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(
    answer.ok,
    `${method} ${path}: ${answer.status} ${answer.ok ? "" : await answer.clone().text()}`,
  ).toBe(true);
  return (await answer.json()) as T;
}

interface Named {
  id: string;
  name: string;
  service_ids?: string[];
}

export async function staffNamed(name: string): Promise<Named> {
  const found = (await ask<{ items: Named[] }>("GET", "/staff")).items.find((one) => one.name === name);
  if (found === undefined) throw new Error(`nobody is called ${name}`);
  return found;
}

export async function serviceNamed(name: string): Promise<Named> {
  const found = (await ask<{ items: Named[] }>("GET", "/services")).items.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no service is called ${name}`);
  return found;
}

let numbers = 0;

/** A confirmed appointment without a deposit, of somebody new. */
export async function booked(
  name: string,
  service: string,
  staff: string,
  start: string,
): Promise<{ id: string; phone: string }> {
  numbers += 1;
  const phone = `07${String(Date.now() % 1_000_000).padStart(6, "0")}${String(numbers).padStart(2, "0")}`;
  const customer = await ask<Named>("POST", "/customers", { phone, name });
  const visit = await ask<{ id: string; appointments: { id: string }[] }>("POST", "/visits", {
    customer_id: customer.id,
    parts: [{ service_id: (await serviceNamed(service)).id, staff_id: (await staffNamed(staff)).id }],
    start,
    without_deposit: true,
  });
  const [first] = visit.appointments;
  if (first === undefined) throw new Error("a visit without appointments");
  return { id: first.id, phone: `+254${phone.slice(1)}` };
}

/** Moves the business's clock. */
export async function setClock(to: string): Promise<void> {
  const simulator = process.env["RATIBA_SIMULATOR"] ?? "http://127.0.0.1:8020";
  const answer = await fetch(`${simulator}/sim/clock`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ set: to }),
  });
  expect(answer.ok).toBe(true);
}

/** The customer enters the PIN for the prompt that is on a phone, as soon as it is there. */
export async function payPrompt(phone: string): Promise<void> {
  const simulator = process.env["RATIBA_SIMULATOR"] ?? "http://127.0.0.1:8020";
  const answer = await fetch(
    `${simulator}/sim/prompts?state=pending&phone=${phone.replace("+", "")}&wait_ms=20000`,
  );
  const text = await answer.text();
  const id = /"checkout_request_id":\s*"([^"]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`no prompt is on ${phone}: ${text}`);
  const paid = await fetch(`${simulator}/sim/prompts/${id}/approve`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(paid.ok).toBe(true);
}

/** Where a minute of somebody's column is on the screen. */
export async function pointAt(page: Page, staffId: string, time: string): Promise<{ x: number; y: number }> {
  const column = page.locator(`[data-column="${staffId}"]`);
  await column.scrollIntoViewIfNeeded();
  const label = page.locator(".grid__hour", { hasText: `${time.slice(0, 2)}:00` });
  await label.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const [box, hour] = [await column.boundingBox(), await label.boundingBox()];
  if (box === null || hour === null) throw new Error("the column is not shown");
  // 1.2 pixels are a minute; the label's middle is the hour.
  return { x: box.x + box.width / 2, y: hour.y + hour.height / 2 + Number(time.slice(3)) * 1.2 + 3 };
}

/** Asks the simulator. Gives the answer's text. */
export async function simulator(method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
  const base = process.env["RATIBA_SIMULATOR"] ?? "http://127.0.0.1:8020";
  const answer = await fetch(base + path, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.ok, `${method} ${path}: ${answer.status} ${text}`).toBe(true);
  return text;
}
