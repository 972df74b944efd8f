import { expect, test } from "@playwright/test";

import { ask, signIn } from "./world";

test("rules are changed, and what is wrong is told at its field", async ({ page }) => {
  await signIn(page, "owner", "/settings/booking");
  const offer = page.getByLabel("For an offer to the waitlist");
  await offer.fill("0");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(offer).toHaveAttribute("aria-invalid", "true");
  await offer.fill("25");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  const { rules } = await ask<{ rules: { waitlist_offer: number; grid_step: number } }>(
    "GET",
    "/settings/booking",
  );
  expect([rules.waitlist_offer, rules.grid_step]).toEqual([25, 15]);

  await page.getByRole("link", { name: "Money" }).click();
  await page.getByLabel("What is given back goes").selectOption("origin");
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByText("Saved.").first()).toBeVisible();
  // The version of these stands in the answer's head alone.
  await page.getByLabel("A customer who did not come earns").selectOption("fee");
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect
    .poll(async () => (await ask<{ no_show_base: string }>("GET", "/settings/commission")).no_show_base)
    .toBe("fee");
  await page.reload();
  await expect(page.getByLabel("A customer who did not come earns")).toHaveValue("fee");
  await page.getByLabel("A customer who did not come earns").selectOption("none");
  await page.getByRole("button", { name: "Save" }).last().click();
  await expect
    .poll(async () => (await ask<{ no_show_base: string }>("GET", "/settings/commission")).no_show_base)
    .toBe("none");

  await page.getByRole("link", { name: "Assistant" }).click();
  await page.getByLabel("Tone").selectOption("formal");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
});

test("a day gets hours of its own, and Kenya's holidays are set", async ({ page }) => {
  await signIn(page, "manager", "/settings/hours");
  await page.getByRole("button", { name: "Add a day" }).click();
  await page.getByLabel("Day", { exact: true }).fill("2026-11-07");
  await page.getByLabel("What day it is").fill("Stocktaking");
  await page.getByRole("button", { name: /^Add hours/ }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Stocktaking")).toBeVisible();
  await expect(page.getByText("09:00–18:00")).toBeVisible();
  // Another version of a date that is there needs to be known: changing it sends it along.
  const row = page.getByRole("listitem").filter({ hasText: "Stocktaking" });
  await row.getByRole("button", { name: "Change" }).click();
  await page.getByLabel("What day it is").fill("Stocktaking 2");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Stocktaking 2")).toBeVisible();
  await row.getByRole("button", { name: "Take back" }).click();
  await page
    .getByRole("group", { name: /weekly hours count/ })
    .getByRole("button")
    .first()
    .click();
  await expect(page.getByText("Stocktaking 2")).toHaveCount(0);

  await page.getByLabel("Year").selectOption("2027");
  await page.getByRole("button", { name: "Close on all of 2027" }).click();
  await expect(page.getByText("Labour Day · set")).toBeVisible();
});

test("a token is shown once, and revoked", async ({ page }) => {
  await signIn(page, "owner", "/settings/tokens");
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByLabel("What for").fill("Our website");
  await page.getByRole("button", { name: "Make the token" }).click();
  await expect(page.getByText("Choose at least one.")).toBeVisible();
  await page.getByLabel("catalogue:read").check();
  await page.getByRole("button", { name: "Make the token" }).click();
  const secret = (await page.locator(".secret").textContent()) ?? "";
  expect(secret.length).toBeGreaterThan(30);
  await page.reload();
  const row = page.getByRole("listitem", { name: "Our website" });
  await expect(row).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await row.getByRole("button", { name: "Revoke" }).click();
  await row.getByRole("group").getByRole("button").first().click();
  await expect(row.getByText("Revoked")).toBeVisible();
});

test("people are invited and suspended, and features switched", async ({ page }) => {
  await signIn(page, "owner", "/settings/people");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Tumaini");
  await page.getByLabel("Phone number").fill("0733 444 555");
  await page.getByRole("button", { name: "Send the invitation" }).click();
  const invited = page.getByRole("listitem").filter({ hasText: "Tumaini" });
  await expect(invited).toContainText("waits");
  await invited.getByRole("button", { name: "Take back" }).click();
  await invited.getByRole("group").getByRole("button").first().click();
  await expect(invited).toContainText("taken back");

  const manager = page.getByRole("listitem").filter({ hasText: "Manager" });
  await manager.getByRole("button", { name: "Suspend" }).click();
  await manager.getByRole("group").getByRole("button").first().click();
  await expect(manager.getByText(/^Suspended/)).toBeVisible();
  await manager.getByRole("button", { name: "Resume" }).click();
  await expect(manager.getByRole("button", { name: "Suspend" })).toBeVisible();

  await page.getByRole("link", { name: "Features" }).click();
  const feature = page.getByRole("listitem", { name: "Webhooks" });
  await feature.getByRole("button", { name: "Turn off" }).click();
  await expect(feature.getByRole("button", { name: "Turn on" })).toBeVisible();
  await page.getByRole("link", { name: "Webhooks" }).click();
  await expect(page.getByText("This is switched off", { exact: false })).toBeVisible();
  await page.getByRole("link", { name: "Features" }).click();
  await feature.getByRole("button", { name: "Turn on" }).click();
  await expect(feature.getByRole("button", { name: "Turn off" })).toBeVisible();
});

test("another program hears of events, and the record tells who said so and is verified", async ({
  page,
}) => {
  await signIn(page, "owner", "/settings/webhooks");
  await page.getByRole("button", { name: "New address" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel("Address").fill("http://example.com/hook");
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(drawer.getByText("It must begin with https://")).toBeVisible();
  await drawer.getByLabel("Address").fill("https://example.com/hook");
  await drawer.getByRole("button", { name: "Save" }).click();
  await expect(page.locator(".secret")).toContainText("whsec_");
  const row = page.getByRole("listitem", { name: "https://example.com/hook" });
  await row.getByRole("button", { name: "Try it" }).click();
  await expect(row.getByText("A message goes out", { exact: false })).toBeVisible();
  await page.getByRole("button", { name: "Look" }).first().click();
  await expect(drawer.locator("dl").getByText("endpoint.tested")).toBeVisible();
  await page.keyboard.press("Escape");
  await row.getByRole("button", { name: "Remove" }).click();
  await row.getByRole("group").getByRole("button").first().click();
  await expect(row).toHaveCount(0);

  await page.getByRole("link", { name: "Record" }).click();
  await page.getByRole("button", { name: "Verify now" }).click();
  await expect(page.getByText("nothing was changed", { exact: false })).toBeVisible();
  await expect(page.locator("summary").filter({ hasText: "webhook" }).first()).toBeVisible();
});
