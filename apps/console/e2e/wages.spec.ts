// Commission from a rule to payroll. The last of the journeys: it moves the clock into the next month.
import { readFile } from "node:fs/promises";

import { expect, test, type Page } from "@playwright/test";

import { ask, booked, setClock, signIn } from "./world";

/** Draws a percentage of a category up. */
async function percentageOf(page: Page, category: string, rate: string): Promise<void> {
  await page.getByLabel("It is for").selectOption({ label: "A category of services" });
  await page.getByLabel("Category", { exact: true }).selectOption({ label: category });
  await page.getByLabel("Rate in %").fill(rate);
}

test("a ladder is changed beside past months, put into force, and taken away again", async ({ page }) => {
  await signIn(page, "owner", "/commission/rules");
  await page.getByRole("link", { name: "Change nails" }).click();
  await expect(page.getByLabel("Step 2: from")).toHaveValue("50000");
  await page.getByLabel("Step 2: from").fill("10,000");
  await page.getByLabel("Step 2: rate in %").fill("101");
  await page.getByRole("button", { name: "Put into force" }).click();
  await expect(page.getByText("A rate from 0 to 100", { exact: false })).toBeVisible();
  await page.getByLabel("Step 2: rate in %").fill("45");

  await page.getByRole("button", { name: "3 months" }).click();
  // Who does nails. Three months, and all together.
  const row = page.getByRole("row", { name: /^Halima/ });
  await expect(row.getByRole("cell")).toHaveCount(4);
  await expect(row.getByText(/\+KES/).first()).toBeVisible();

  await page.getByRole("button", { name: "Put into force" }).click();
  const coming = page.locator("section.card", {
    has: page.getByRole("heading", { name: "Still to come" }),
  });
  await expect(coming.getByText("30 % → 45 % from 10,000")).toBeVisible();
  await coming.getByRole("button", { name: "Take away nails" }).click();
  await expect(coming).toHaveCount(0);
});

test("what a rule would have come to is seen before anybody agrees to it", async ({ page }) => {
  await signIn(page, "owner", "/commission/what-if");
  await percentageOf(page, "massage", "60");
  const row = page.getByRole("row", { name: /^Achieng/ });
  await expect(row.getByText(/\+KES/).first()).toBeVisible();
  await page.getByRole("link", { name: "Make this a rule" }).click();
  await expect(page.getByRole("button", { name: "Put into force" })).toBeVisible();
  await expect(page.getByLabel("Rate in %")).toHaveValue("60");
});

test("a therapist disputes a line, and reads the answer; the statement is a file", async ({
  page,
  browser,
}) => {
  const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
  await signIn(phone, "therapist", "/earnings?month=2026-04");
  await phone.getByRole("button", { name: "Dispute this line 1", exact: true }).click();
  await phone.getByLabel("What is wrong with line 1?").fill("I did this one with Achieng");
  await phone.getByRole("button", { name: "Send" }).click();
  await expect(phone.getByText("“I did this one with Achieng”")).toBeVisible();
  const coming = phone.waitForEvent("download");
  await phone.getByRole("button", { name: /^CSV/ }).first().click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/2026-04.*\.csv$/);

  await signIn(page, "owner", "/commission/disputes");
  const card = page.locator("section.card", { hasText: "I did this one with Achieng" });
  await card.getByText("Why", { exact: true }).click();
  await expect(card.getByText(/Rule:/).last()).toBeVisible();
  await expect(card.getByRole("button", { name: "Reject: the line stays" })).toBeDisabled();
  await card.getByLabel("Answer").fill("The record says you alone");
  await card.getByRole("button", { name: "Reject: the line stays" }).click();
  await expect(card).toHaveCount(0);

  await phone.reload();
  await expect(phone.getByText("Answer: The record says you alone")).toBeVisible();
  await phone.close();
});

test("other rules are tried in a closed month, and what is approved is an amendment of its own", async ({
  page,
}) => {
  await signIn(page, "owner", "/commission?month=2026-04");
  await page.getByRole("link", { name: "Try other rules in this month" }).click();
  await percentageOf(page, "hair", "50");
  await page.locator("summary", { hasText: "Otieno" }).click();
  const approve = page.getByRole("button", { name: "Approve Otieno" });
  await approve.click();
  await expect(approve).toHaveCount(0);
  await page.getByRole("link", { name: "Back" }).click();
  await expect(page.locator("summary", { hasText: "Otieno" }).getByText("Amendment")).toBeVisible();
});

test("a month is handed over by a sheet, and the very file that was uploaded is confirmed", async ({
  page,
}) => {
  await signIn(page, "owner", "/commission/payroll?month=2026-04");
  await page.getByRole("button", { name: "Set number Wanjiru" }).click();
  await page.getByLabel("Payroll's number of Wanjiru").fill("EMP-0001");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("EMP-0001")).toBeVisible();
  await page.getByRole("button", { name: "Hand the month over" }).click();
  await expect(page.getByText("Not handed over", { exact: false })).toContainText("Achieng");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV" }).click();
  const sheet = await (await coming).path();
  const uploaded = page.getByLabel("The file that was uploaded");

  await uploaded.setInputFiles({ name: "other.csv", mimeType: "text/csv", buffer: Buffer.from("other") });
  await page.getByRole("button", { name: "It is uploaded" }).click();
  await expect(page.getByRole("alert")).toBeVisible();

  const buffer = await readFile(sheet);
  await uploaded.setInputFiles({ name: "sheet.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "It is uploaded" }).click();
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
});

test("a month is looked at and closed, and shows as frozen", async ({ page }) => {
  test.setTimeout(200_000);
  // A person looks first: the schedule freezes nothing by itself.
  await signIn(page, "owner", "/commission");
  const settings = await page.request.get("/api/v1/settings/commission");
  const reviewed = { ...((await settings.json()) as object), close_mode: "review" };
  await ask("PUT", "/settings/commission", reviewed, settings.headers()["etag"]);

  const made = await booked("Zuri Last", "Swedish massage 60", "Achieng", "2026-05-29T15:00:00+03:00");
  await setClock("2026-05-29T15:00:00+03:00");
  await ask("POST", `/appointments/${made.id}/start`, {});
  await setClock("2026-05-29T16:00:00+03:00");
  await ask("POST", `/appointments/${made.id}/finish`, {});
  await setClock("2026-06-01T09:00:00+03:00");

  await signIn(page, "manager", "/commission?month=2026-05");
  const person = page.locator("details", { hasText: "Achieng" }).first();
  await person.locator("summary").first().click();
  await person.getByText("Why").first().click();
  await expect(person.getByText(/Rule:/).first()).toBeVisible();
  await page.getByRole("button", { name: "Close the month" }).click();
  const review = page.getByRole("region", { name: "Look once more" });
  await expect(review.getByText("Commission to pay")).toBeVisible();
  await review.getByRole("button", { name: "Freeze these figures" }).click();
  await expect(page.getByRole("heading", { name: "Statements" })).toBeVisible();
  await expect(page.getByText("There is nothing to be amended.")).toBeVisible();
});
