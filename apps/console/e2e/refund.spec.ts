import { expect, test, type Page } from "@playwright/test";

import { booked, payPrompt, signIn } from "./world";

/** An appointment that was paid by M-Pesa, open beside the calendar. */
async function paid(page: Page, name: string, day: string): Promise<void> {
  const made = await booked(name, "Facial 60", "Njeri", `${day}T15:00:00+03:00`);
  await signIn(page, "manager", `/calendar?day=${day}&appointment=${made.id}`);
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Send M-Pesa prompt" }).click();
  await expect(drawer.getByText(/M-Pesa KES/)).toBeVisible();
  await payPrompt(made.phone);
  await expect(drawer.getByText("paid", { exact: true })).toBeVisible();
}

test("a manager gives a part back as credit, sees what stays, and the record tells", async ({ page }) => {
  await paid(page, "Rudi Credit", "2026-06-02");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Give money back" }).click();
  await drawer.getByLabel("How").selectOption("credit");
  await drawer.getByLabel("Amount").fill("99999");
  await expect(drawer.getByText(/An amount above nothing, at most/)).toBeVisible();
  await drawer.getByLabel("Amount").fill("500");
  await expect(drawer.getByText("KES 500 become the customer's credit now.", { exact: false })).toBeVisible();
  await drawer.getByLabel("Why it goes back").fill("the room was cold");
  await drawer.getByRole("button", { name: "Give back", exact: true }).click();
  const went = drawer.getByRole("list", { name: "What went back" });
  await expect(went.getByText("the room was cold")).toBeVisible();
  await expect(went.getByText("went back", { exact: true })).toBeVisible();
  await expect(drawer.getByText("Given back", { exact: true })).toBeVisible();
  await drawer.getByText("Record of changes").click();
  await expect(drawer.getByText(/refund added/).first()).toBeVisible();
});

test("M-Pesa takes a whole payment back, and the page shows when it is done", async ({ page }) => {
  await paid(page, "Rudi Mpesa", "2026-06-03");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Give money back" }).click();
  await expect(drawer.getByLabel("How")).toHaveValue("mpesa_reversal");
  await drawer.getByLabel("Why it goes back").fill("she was ill");
  await drawer.getByRole("button", { name: "Give back", exact: true }).click();
  const went = drawer.getByRole("list", { name: "What went back" });
  await expect(went.getByText("went back", { exact: true })).toBeVisible({ timeout: 90_000 });
  await expect(drawer.getByRole("button", { name: "Give money back" })).toHaveCount(0);
});

test("before a booking is cancelled it is shown what goes back by the rules, and that is what happens", async ({
  page,
}) => {
  await paid(page, "Rudi Rules", "2026-06-04");
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Cancel booking" }).click();
  const told = drawer.getByText(/Fee KES 0\. KES [\d,]+ become credit\./).first();
  await expect(told).toBeVisible();
  const amount = /KES ([\d,]+) become/.exec((await told.textContent()) ?? "")?.[1] ?? "nothing";
  await drawer.getByRole("button", { name: "The customer cancels" }).click();
  await expect(drawer.getByText("Became credit")).toBeVisible();
  await expect(drawer.locator(".facts").getByText(`KES ${amount}`).first()).toBeVisible();
});

test("reception sees money but gives none back", async ({ page }) => {
  const made = await booked("Rudi Desk", "Facial 60", "Njeri", "2026-06-05T15:00:00+03:00");
  await signIn(page, "receptionist", `/calendar?day=2026-06-05&appointment=${made.id}`);
  const drawer = page.getByRole("dialog");
  await expect(drawer.getByText("Still to pay")).toBeVisible();
  await expect(drawer.getByRole("button", { name: "Give money back" })).toHaveCount(0);
  await expect(drawer.getByText("Record of changes")).toHaveCount(0);
});
