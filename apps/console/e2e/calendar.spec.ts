import { expect, test } from "@playwright/test";

import { ask, booked, pointAt, serviceNamed, signIn, staffNamed } from "./world";

interface Appointment {
  start: string;
  staff_ids: string[];
}

test("the desk books by a click on a free time, for somebody new", async ({ page }) => {
  await signIn(page, "receptionist", "/calendar?day=2026-05-20");
  const wanjiru = await staffNamed("Wanjiru");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Wednesday, 20 May 2026");
  const free = await pointAt(page, wanjiru.id, "14:00");
  await page.mouse.click(free.x, free.y);
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "New customer" }).click();
  await drawer.getByLabel("Name").fill("Zawadi Click");
  await drawer.getByLabel("Phone number").fill("0722 000 001");
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByText("Zawadi Click")).toBeVisible();
  await drawer.getByLabel("Service").selectOption((await serviceNamed("Swedish massage 60")).id);
  await expect(drawer.getByLabel("Time")).toHaveValue("14:00");
  await drawer.getByRole("button", { name: "Book", exact: true }).click();
  // The new appointment opens, and stands in the calendar.
  await expect(drawer.getByText("Confirmed")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: /^14:00 – 15:00, Zawadi Click/ })).toBeVisible();
});

test("an appointment is dragged to another person and time", async ({ page }) => {
  const made = await booked("Dada Drag", "Facial 60", "Wanjiru", "2026-05-21T10:00:00+03:00");
  await signIn(page, "receptionist", "/calendar?day=2026-05-21");
  const card = page.getByRole("button", { name: /Dada Drag/ });
  await expect(card).toBeVisible();
  const njeri = await staffNamed("Njeri");
  const target = await pointAt(page, njeri.id, "12:00");
  const box = await card.boundingBox();
  if (box === null) throw new Error("the card is not shown");
  await page.mouse.move(box.x + 40, box.y + 3);
  await page.mouse.down();
  await page.mouse.move(box.x + 60, box.y + 30);
  await page.mouse.move(target.x, target.y, { steps: 6 });
  await page.mouse.up();
  await expect(page.getByRole("button", { name: /^12:00 – 13:00, Dada Drag/ })).toBeVisible();
  const kept = await ask<Appointment>("GET", `/appointments/${made.id}`);
  expect(Date.parse(kept.start)).toBe(Date.parse("2026-05-21T12:00:00+03:00"));
  expect(kept.staff_ids).toEqual([njeri.id]);
});

test("a taken time is explained, and the nearest free one is a click away", async ({ page }) => {
  await booked("Imara There", "Swedish massage 60", "Achieng", "2026-05-22T11:00:00+03:00");
  await booked("Bakari Comes", "Swedish massage 60", "Achieng", "2026-05-22T14:00:00+03:00");
  await signIn(page, "receptionist", "/calendar?day=2026-05-22");
  const card = page.getByRole("button", { name: /Bakari Comes/ });
  await expect(card).toBeVisible();
  const target = await pointAt(page, (await staffNamed("Achieng")).id, "11:30");
  const box = await card.boundingBox();
  if (box === null) throw new Error("the card is not shown");
  await page.mouse.move(box.x + 40, box.y + 3);
  await page.mouse.down();
  await page.mouse.move(box.x + 40, box.y - 30);
  await page.mouse.move(target.x, target.y, { steps: 6 });
  await page.mouse.up();
  const drawer = page.getByRole("dialog", { name: "That time cannot be had" });
  await expect(drawer).toBeVisible();
  await expect(drawer.getByText("Achieng is booked.")).toBeVisible();
  await drawer.getByRole("listitem").getByRole("button").first().click();
  await expect(drawer).toBeHidden();
  await expect(page.getByRole("button", { name: /^14:00 – 15:00, Bakari Comes/ })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Bakari Comes/ })).toBeVisible();
});

test("all of it works with keys alone: pick up, move, drop", async ({ page }) => {
  const made = await booked("Kito Keys", "Facial 60", "Wanjiru", "2026-05-23T10:00:00+03:00");
  await signIn(page, "receptionist", "/calendar?day=2026-05-23");
  const card = page.getByRole("button", { name: /Kito Keys/ });
  await card.focus();
  await page.keyboard.press("m");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: /^10:30 – 11:30, Kito Keys/ })).toBeVisible();
  expect(Date.parse((await ask<Appointment>("GET", `/appointments/${made.id}`)).start)).toBe(
    Date.parse("2026-05-23T10:30:00+03:00"),
  );
});

test("two desks see each other's changes, and a lost line heals", async ({ browser }) => {
  const made = await booked("Pili Pair", "Facial 60", "Wanjiru", "2026-05-24T10:00:00+03:00");
  const [one, other] = [await browser.newPage(), await browser.newPage()];
  await signIn(one, "receptionist", "/calendar?day=2026-05-24");
  await signIn(other, "owner", "/calendar?day=2026-05-24");
  await expect(other.getByRole("button", { name: /^10:00 – 11:00, Pili Pair/ })).toBeVisible();
  await one.getByRole("button", { name: /Pili Pair/ }).focus();
  await one.keyboard.press("m");
  await one.keyboard.press("ArrowDown");
  await one.keyboard.press("Enter");
  await expect(other.getByRole("button", { name: /^10:15 – 11:15, Pili Pair/ })).toBeVisible({
    timeout: 30_000,
  });

  await other.context().setOffline(true);
  await expect(other.getByText("The line is down", { exact: false })).toBeVisible({ timeout: 30_000 });
  // The day stays to be read, and nothing can be changed.
  await expect(other.getByRole("button", { name: /Pili Pair/ })).toBeVisible();
  await expect(other.getByRole("button", { name: "New booking" })).toBeDisabled();
  await ask("POST", `/appointments/${made.id}/move`, { by: "business", start: "2026-05-24T15:00:00+03:00" });
  await other.context().setOffline(false);
  await expect(other.getByRole("button", { name: /^15:00 – 16:00, Pili Pair/ })).toBeVisible({
    timeout: 30_000,
  });
  await expect(other.getByText("The line is down", { exact: false })).toHaveCount(0);
  await one.close();
  await other.close();
});
