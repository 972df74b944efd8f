import { expect, test } from "@playwright/test";

import { ask, serviceNamed, signIn } from "./world";

interface Service {
  name: string;
  price: { amount_minor: number };
  deposit: unknown;
  segments: { minutes: number; staff?: boolean; resource_kind?: string }[];
}

test("a service of two parts is sold, and in none of its fields a price is guessed", async ({ page }) => {
  await signIn(page, "owner", "/catalogue/services");
  await page.getByRole("link", { name: "New service" }).click();
  await page.getByLabel("English name").fill("Henna and rest");
  await page.getByLabel("Category").fill("henna");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Price (KES)")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Price (KES)").fill("2,500");
  await page.getByLabel("Deposit", { exact: true }).selectOption("percent");
  await page.getByLabel("Share in percent", { exact: true }).fill("30");
  const first = page.getByRole("group", { name: "Part 1" });
  await first.getByLabel("Minutes").fill("45");
  await page.getByRole("button", { name: "Add a part" }).click();
  const second = page.getByRole("group", { name: "Part 2" });
  await second.getByLabel("Minutes").fill("30");
  await second.getByLabel("Needs", { exact: true }).selectOption("chair");
  await second.getByLabel("Needs the therapist").uncheck();
  await expect(page.getByText("75 min")).toBeVisible();
  await page.getByLabel("Halima").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("link", { name: /Henna and rest/ })).toContainText("KES 2,500");

  const { id } = await serviceNamed("Henna and rest");
  const made = await ask<Service>("GET", `/services/${id}`);
  expect(made.price.amount_minor).toBe(250_000);
  expect(made.deposit).toEqual({ kind: "percent", basis_points: 3000 });
  expect(made.segments.map((one) => [one.minutes, one.staff, one.resource_kind ?? null])).toEqual([
    [45, true, null],
    [30, false, "chair"],
  ]);

  await page.getByRole("link", { name: /Henna and rest/ }).click();
  await page.getByRole("button", { name: "Stop selling" }).click();
  await page
    .getByRole("group", { name: /can no longer be booked/ })
    .getByRole("button")
    .first()
    .click();
  await expect(page.getByRole("button", { name: "Sell again" })).toBeVisible();
});

test("a price list is reviewed: a missing price is red, saving is refused until it is there", async ({
  page,
}) => {
  await signIn(page, "manager", "/catalogue/import");
  await page.getByLabel("The list").fill("*WAXING*\nLeg wax 30min - 1,800/=\nBrow wax 15min\n");
  await page.getByRole("button", { name: "Look at it" }).click();
  await expect(page.getByText("Rows without a sound price: 1", { exact: false })).toBeVisible();
  const row = page.getByRole("listitem", { name: /Brow wax/i });
  await expect(row.getByLabel(/^Price of/)).toHaveAttribute("aria-invalid", "true");
  await expect(row.getByText("The price is missing.")).toBeVisible();
  await page.getByRole("button", { name: "Take over" }).click();
  await expect(page.getByText("Nothing was saved", { exact: false })).toBeVisible();
  const sold = await ask<{ items: { name: string }[] }>("GET", "/services");
  expect(sold.items.some((one) => /wax/i.test(one.name))).toBe(false);

  await row.getByLabel(/^Price of/).fill("700");
  await row.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Rows without a sound price", { exact: false })).toHaveCount(0);
  await page.getByRole("button", { name: "Take over" }).click();
  await expect(page.getByText("New: 2, changed: 0")).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "Services" }).last().click();
  await expect(page.getByRole("link", { name: /Brow wax/i })).toContainText("KES 700");
});

test("packages, promotions, and a room that cannot be used for a while", async ({ page }) => {
  await signIn(page, "owner", "/catalogue/packages");
  await page.getByRole("button", { name: "New package" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("Name").fill("Half a day");
  await drawer.getByLabel("Service 1", { exact: true }).selectOption((await serviceNamed("Facial 60")).id);
  await drawer.getByLabel("Service 2", { exact: true }).selectOption((await serviceNamed("Haircut")).id);
  await drawer.getByLabel("Price of all (KES)").fill("4500");
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("KES 4,500")).toBeVisible();
  await expect(page.getByText("Facial 60, Haircut")).toBeVisible();

  await page.getByRole("link", { name: "Promotions" }).click();
  await page.getByRole("button", { name: "New promotion" }).click();
  await drawer.getByLabel("Name").fill("Quiet Tuesdays");
  await drawer.getByLabel("Off", { exact: true }).fill("12.5");
  await drawer.getByLabel("First day").fill("2026-11-01");
  await drawer.getByLabel("Last day").fill("2026-11-30");
  for (const day of ["Monday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"])
    await drawer.getByLabel(day).uncheck();
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("−12.5 %")).toBeVisible();

  await page.getByRole("link", { name: "Rooms and machines" }).click();
  const room = page.getByRole("region", { name: "Nail station 2" });
  await room.getByRole("button", { name: "Cannot be used for a while" }).click();
  await room.getByLabel("First day").fill("2026-12-01");
  await room.getByLabel("Last day").fill("2026-12-02");
  await room.getByLabel("Reason").fill("Paint");
  await room.getByRole("button", { name: "Cannot be used for a while" }).click();
  await expect(room.getByText("Paint")).toBeVisible();
  await room.getByRole("button", { name: "Take back" }).click();
  await room.getByRole("group", { name: "Take it back?" }).getByRole("button").first().click();
  await expect(room.getByText("Can be used all the time.")).toBeVisible();
});
