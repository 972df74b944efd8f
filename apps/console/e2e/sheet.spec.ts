import { expect, test } from "@playwright/test";

import { booked, signIn, simulator } from "./world";

test("the rooms of a day show what stands in them, and an appointment opens from there", async ({ page }) => {
  await booked("Chumba Room", "Facial 60", "Njeri", "2026-06-11T11:00:00+03:00");
  await signIn(page, "receptionist", "/calendar?day=2026-06-11");
  await page.getByRole("button", { name: "Rooms" }).click();
  const column = page.getByRole("group", { name: /^treatment room \(3\)/ });
  const card = column.getByRole("button", { name: /^11:00 – 12:00, Chumba Room/ });
  await expect(card).toBeVisible();
  await expect(page.getByRole("group", { name: /^nail station/ }).getByRole("button")).toHaveCount(0);
  await card.click();
  await expect(page.getByRole("dialog").getByText("Chumba Room")).toBeVisible();
});

test("the day sheet outlives a reload without the line, can only be read, and goes with whoever signs out", async ({
  page,
}) => {
  const { now } = JSON.parse(await simulator("GET", "/sim/clock")) as { now: string };
  // In Nairobi it is the same day until three hours before midnight in Greenwich, and the journeys begin in the morning.
  await booked("Karatasi Sheet", "Facial 60", "Njeri", `${now.slice(0, 10)}T16:00:00+03:00`);
  await signIn(page, "receptionist", "/calendar");
  await page.getByRole("link", { name: "Day sheet" }).click();
  await expect(page.getByText("Karatasi Sheet")).toBeVisible();
  const kept = () => page.evaluate(() => localStorage.getItem("ratiba.sheet") ?? "");
  await expect.poll(kept).toContain("Karatasi Sheet");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));

  await page.context().setOffline(true);
  await page.goto("/inbox");
  await expect(page.getByText("The line is down", { exact: false })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Day sheet/);
  const line = page.getByRole("listitem").filter({ hasText: "Karatasi Sheet" });
  await expect(line.getByText("16:00 – 17:00")).toBeVisible();
  await expect(page.getByRole("button")).toHaveCount(0);

  await page.context().setOffline(false);
  // The page that was asked for comes by itself.
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Inbox");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in to Ratiba" })).toBeVisible();
  expect(await kept()).toBe("");
});
