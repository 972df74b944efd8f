import { expect, test } from "@playwright/test";

import { ask, booked, signIn, staffNamed } from "./world";

test("somebody joins the team, is booked, goes on leave, and their booking is seen to", async ({ page }) => {
  await signIn(page, "owner", "/staff");
  await page.getByRole("button", { name: "Add a person" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Makena");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Makena" })).toBeVisible();

  const card = (name: string) =>
    page.locator("section.card", { has: page.getByRole("heading", { level: 2, name, exact: true }) });
  const hours = card("Weekly hours");
  await hours.getByRole("button", { name: "Change" }).click();
  await hours.getByRole("button", { name: "Add hours: Wednesday" }).click();
  await hours.getByLabel("Wednesday: To").fill("08:99");
  await expect(hours.getByRole("button", { name: "Save" })).toBeDisabled();
  await hours.getByLabel("Wednesday: To").fill("17:30");
  await hours.getByRole("button", { name: "Save" }).click();
  await expect(hours.getByText("09:00–17:30")).toBeVisible();

  const services = card("Does these services");
  await services.getByRole("button", { name: "Change" }).click();
  await services.getByLabel("Facial 60").check();
  await services.getByRole("button", { name: "Save" }).click();
  await expect(services.getByRole("listitem").getByText("Facial 60")).toBeVisible();

  await booked("Lulu Likizo", "Facial 60", "Makena", "2026-06-17T10:00:00+03:00");
  const away = card("Away");
  await away.getByRole("button", { name: "Enter leave" }).click();
  await away.getByLabel("First day").fill("2026-06-17");
  await away.getByLabel("Last day").fill("2026-06-16");
  await away.getByRole("button", { name: "Enter leave" }).click();
  await expect(away.getByText("The end must be after the start.")).toBeVisible();
  await away.getByLabel("Last day").fill("2026-06-18");
  await away.getByLabel("Reason").fill("Harusi");
  await away.getByRole("button", { name: "Enter leave" }).click();
  await expect(away.getByText("Bookings that no longer fit: 1", { exact: false })).toBeVisible();
  // The last day counts, whole: it ends at the midnight after it, on the business's clock.
  await expect(away.getByText(/17 Jun 00:00 – .*19 Jun 00:00/)).toBeVisible();

  const employment = card("Employment");
  await employment.getByRole("button", { name: "Change" }).click();
  await employment.getByLabel("KRA PIN").fill("12345");
  await employment.getByRole("button", { name: "Save" }).click();
  await expect(employment.getByLabel("KRA PIN")).toHaveAttribute("aria-invalid", "true");
  await employment.getByLabel("KRA PIN").fill("a123456789b");
  await employment.getByLabel("Base pay of a month (KES)").fill("25,000");
  await employment.getByRole("button", { name: "Save" }).click();
  await expect(employment.getByText("A123456789B")).toBeVisible();
  await expect(employment.getByText("KES 25,000")).toBeVisible();

  await page.goto("/staff");
  const hits = page.locator("section.card", { hasText: "Bookings to see to" });
  await expect(hits.getByText("somebody is away")).toBeVisible();
  await hits.getByRole("button", { name: "Seen to" }).click();
  await expect(hits).toHaveCount(0);

  await page.goto(`/staff/${(await staffNamed("Makena")).id}`);
  await page.getByRole("button", { name: "Leaves the team" }).click();
  await page
    .getByRole("group", { name: /can no longer be booked/ })
    .getByRole("button")
    .first()
    .click();
  await expect(page.getByRole("button", { name: "Comes back" })).toBeVisible();
  const found = await ask<{ items: { name: string }[] }>("GET", "/staff");
  expect(found.items.map((one) => one.name)).not.toContain("Makena");
});

test("reception reads the team's hours and changes nothing", async ({ page }) => {
  await signIn(page, "receptionist", `/staff/${(await staffNamed("Njeri")).id}`);
  await expect(page.getByRole("heading", { name: "Weekly hours" })).toBeVisible();
  await expect(page.getByText("Employment")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Change" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Enter leave" })).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Settings" })).toHaveCount(0);
});
