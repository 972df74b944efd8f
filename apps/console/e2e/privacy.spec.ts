import { readFile } from "node:fs/promises";

import { expect, test } from "@playwright/test";

import { ask, booked, signIn } from "./world";

test("what is kept of a customer is handed over as a file, and the proof stays", async ({ page }) => {
  const phone = `0798${String(Date.now() % 1_000_000).padStart(6, "0")}`;
  const customer = await ask<{ id: string }>("POST", "/customers", { phone, name: "Subira Data" });
  await signIn(page, "owner", `/customers/${customer.id}`);
  await page.getByLabel("The customer asks").selectOption({ label: "A copy for another program" });
  await page.getByRole("button", { name: "Take it down" }).click();
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Hand over the document" }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toMatch(/\.json$/);
  expect(JSON.stringify(JSON.parse(await readFile(await file.path(), "utf8")))).toContain("Subira Data");
  await expect(page.getByText(/rows were handed over/)).toBeVisible();
});

test("a customer is forgotten once nothing is booked any more, and only after somebody confirmed it", async ({
  page,
}) => {
  const made = await booked("Tatu Gone", "Facial 60", "Njeri", "2026-06-10T12:00:00+03:00");
  const customer = (await ask<{ customer_id: string }>("GET", `/appointments/${made.id}`)).customer_id;
  await ask("POST", "/data-requests", { customer_id: customer, wish: "erasure" });
  await signIn(page, "owner", "/data-requests");
  const entry = page.getByRole("listitem").filter({ hasText: "Tatu Gone" });
  await expect(entry.getByText(/^due /)).toBeVisible();
  await entry.getByRole("button", { name: "Forget the customer" }).click();
  await expect(entry.getByRole("button", { name: "Forget for good" })).toBeDisabled();
  await entry.getByLabel("I know that this cannot be taken back.").check();
  await entry.getByRole("button", { name: "Forget for good" }).click();
  await expect(entry.getByRole("alert")).toContainText("still booked");

  await ask("POST", `/appointments/${made.id}/cancel`, { by: "customer" });
  await entry.getByRole("button", { name: "Forget for good" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Tatu Gone" })).toHaveCount(0);
  await expect(page.getByText(/rows were forgotten/)).toBeVisible();
  await page.goto(`/customers/${customer}`);
  await expect(page.getByText("It is not there any more.")).toBeVisible();
});

test("whoever may not work on them sees neither page nor button", async ({ page }) => {
  await signIn(page, "receptionist", "/customers");
  await expect(page.getByRole("link", { name: "Data requests" })).toHaveCount(0);
});
