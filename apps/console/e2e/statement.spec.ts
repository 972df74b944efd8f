import { expect, test } from "@playwright/test";

import { booked, payPrompt, signIn, simulator } from "./world";

test("a statement is brought in, what fits nothing is decided on, and a slip is taken back", async ({
  page,
}) => {
  await simulator("POST", "/sim/mpesa/pay-by-hand", {
    phone: "254700000777",
    amount: 300,
    account_reference: "TAARIFA",
  });
  const csv = await simulator("GET", "/sim/mpesa/statement.csv");
  await signIn(page, "manager", "/till");
  await page.getByRole("link", { name: /M-Pesa statement/ }).click();
  const bring = async (text: string) =>
    page
      .getByLabel("File of the organisation portal")
      .setInputFiles({ name: "statement.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await bring("this is\nno statement\n");
  await expect(page.getByRole("alert")).toBeVisible();
  await bring(csv);
  await expect(page.getByText(/new lines, of which/)).toBeVisible();
  const stranger = page.getByRole("listitem").filter({ hasText: "TAARIFA" });
  await stranger.getByRole("button", { name: "Decide" }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByLabel(/Something else/).check();
  await expect(drawer.getByRole("button", { name: "Record the decision" })).toBeDisabled();
  await drawer.getByLabel("Why").fill("a stranger's");
  await drawer.getByRole("button", { name: "Record the decision" }).click();
  await expect(drawer).toBeHidden();
  await expect(stranger).toHaveCount(0);

  await page.getByRole("button", { name: "Lines" }).first().click();
  const line = drawer.getByRole("listitem").filter({ hasText: "TAARIFA" });
  await expect(line.getByText("in suspense")).toBeVisible();
  await line.getByRole("button", { name: "Take it back" }).click();
  await line.getByLabel("What was wrong about it?").fill("a slip");
  await line.getByRole("button", { name: "Take it back" }).click();
  await expect(line.getByText("waits", { exact: true })).toBeVisible();
  await line.getByText("Taken back 1 times").click();
  await expect(line.getByText(/a slip/)).toBeVisible();
});

test("a message that nobody could read is matched with the visit that it is for", async ({ page }) => {
  const made = await booked("Barua Letter", "Facial 60", "Njeri", "2026-06-09T12:00:00+03:00");
  await simulator("POST", "/sim/faults", { target: "daraja.callback", kind: "corrupt" });
  await signIn(page, "manager", "/calendar?day=2026-06-09&appointment=" + made.id);
  const drawer = page.getByRole("dialog");
  await drawer.getByRole("button", { name: "Send M-Pesa prompt" }).click();
  await expect(drawer.getByText(/M-Pesa KES/)).toBeVisible();
  await payPrompt(made.phone);

  await page.goto("/till/letters");
  const letter = page.getByRole("listitem").filter({ hasText: "cannot be read" }).first();
  await letter.getByRole("button", { name: "Look" }).click();
  await expect(drawer.getByText("It tells of no money that can be read.")).toBeVisible();
  await drawer.getByRole("button", { name: "It means nothing" }).click();
  await drawer.getByLabel("Why").fill("noise");
  await drawer.getByRole("button", { name: "It means nothing" }).click();
  await expect(drawer.getByText("Decided", { exact: true })).toBeVisible();
  await drawer.getByRole("button", { name: "Take it back" }).click();
  await drawer.getByLabel("What was wrong about it?").fill("it is money after all");
  await drawer.getByRole("button", { name: "Take it back" }).click();
  await expect(drawer.getByRole("button", { name: "Book its money" })).toBeVisible();

  const book = JSON.parse(await simulator("GET", "/sim/mpesa/book")) as {
    movements: { receipt: string; phone: string; amount: number }[];
  };
  const moved = book.movements.find((one) => made.phone.endsWith(one.phone.slice(-9)));
  if (moved === undefined) throw new Error("M-Pesa has no money of hers");
  await drawer.getByRole("button", { name: "Book its money" }).click();
  await drawer.getByLabel("Day of the visit").fill("2026-06-09");
  await drawer.getByLabel("Visit", { exact: true }).selectOption({ label: "12:00 Barua Letter, Facial 60" });
  await drawer.getByRole("radio").last().check();
  await drawer.getByLabel("Number of the provider").fill(moved.receipt);
  await drawer.getByLabel("Amount").fill(String(moved.amount));
  await drawer.getByLabel("Where do you know it from?").fill("the portal");
  await drawer.getByLabel("Why, and how you know").fill("her prompt");
  // As long as it is being asked what became of the prompt, nobody else may say so.
  await expect(async () => {
    await drawer.locator("form").getByRole("button", { name: "Book its money" }).click();
    await expect(drawer.getByText("Booked", { exact: true })).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await page.goto("/calendar?day=2026-06-09&appointment=" + made.id);
  await expect(drawer.getByText("paid", { exact: true })).toBeVisible();
});

test("reception has no tabs of statements, and is shown none of it", async ({ page }) => {
  await signIn(page, "receptionist", "/till");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Till");
  await expect(page.getByRole("link", { name: /M-Pesa statement/ })).toHaveCount(0);
  await page.goto("/till/statements");
  await expect(page.getByText("Your role does not allow this.")).toBeVisible();
});
