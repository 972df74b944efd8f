import { expect, test } from "@playwright/test";

import { booked, payPrompt, setClock, signIn } from "./world";

test("a visit is rendered and paid: here, started, finished, cash, and the therapist sees why they earned", async ({
  page,
  browser,
}) => {
  await setClock("2026-05-26T08:30:00+03:00");
  test.setTimeout(120_000);
  const made = await booked("Rehema Cash", "Swedish massage 60", "Wanjiru", "2026-05-26T10:00:00+03:00");
  await setClock("2026-05-26T10:00:00+03:00");

  await signIn(page, "receptionist", "/till");
  await page.getByLabel("Counted into the drawer").fill("2000");
  await page.getByLabel("Why it differs").fill("first float");
  await page.getByRole("button", { name: "Open the drawer" }).click();
  await expect(page.getByText("Must lie in the drawer", { exact: false })).toBeVisible();

  await page.goto(`/calendar?day=2026-05-26&appointment=${made.id}`);
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Is here" }).click();
  await expect(drawer.getByText("Here", { exact: true })).toBeVisible();

  const phone = await browser.newPage({ viewport: { width: 360, height: 740 } });
  await signIn(phone, "therapist", "/my-day?day=2026-05-26");
  await phone.getByRole("button", { name: /Swedish massage/ }).click();
  await phone.getByRole("dialog").getByRole("button", { name: "Start" }).click();
  await expect(phone.getByRole("dialog").getByText("In progress")).toBeVisible();
  await setClock("2026-05-26T11:00:00+03:00");
  await phone.getByRole("dialog").getByRole("button", { name: "Finish" }).click();
  await expect(phone.getByRole("dialog").getByText("Done")).toBeVisible();
  await phone.getByRole("dialog").getByLabel("Notes").fill("Prefers less pressure");
  await phone.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(phone.getByRole("dialog").getByLabel("Notes")).toHaveValue("Prefers less pressure");

  await page.reload();
  await drawer.getByRole("button", { name: "Cash", exact: true }).click();
  await drawer.getByRole("button", { name: "Take cash" }).click();
  await expect(drawer.getByText("paid", { exact: true })).toBeVisible();
  await drawer.getByText("History").click();
  await expect(drawer.getByText("Became: Done")).toBeVisible();

  await phone.goto("/earnings?month=2026-05");
  await expect(phone.getByRole("heading", { name: "Commission" })).toBeVisible();
  await phone.getByText("Why").first().click();
  await expect(phone.locator("details p").first()).not.toBeEmpty();
  await phone.close();
});

test("an M-Pesa prompt is sent from the appointment and shows as paid", async ({ page }) => {
  const made = await booked("Salama Mpesa", "Facial 60", "Njeri", "2026-05-27T12:00:00+03:00");
  await signIn(page, "receptionist", `/calendar?day=2026-05-27&appointment=${made.id}`);
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Send M-Pesa prompt" }).click();
  await expect(drawer.getByText(/M-Pesa KES/)).toBeVisible();
  await payPrompt(made.phone);
  await expect(drawer.getByText("paid", { exact: true })).toBeVisible({ timeout: 45_000 });
});
