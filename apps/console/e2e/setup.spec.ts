import { expect, test } from "@playwright/test";

import { payPrompt, signIn, simulator } from "./world";

test("the guide says what is there and what is missing, and ends with a booking at the desk", async ({
  page,
}) => {
  await signIn(page, "owner", "/set-up");
  const services = page.getByRole("listitem").filter({ hasText: "Services" });
  await expect(services.getByText(/are sold\./)).toBeVisible();
  await expect(page.getByText(/steps are open\.|Everything is there\./)).toBeVisible();
  const desk = page.locator("form", { hasText: "Here, as the desk does" });
  await desk.getByLabel("Phone number").fill("12");
  await desk.getByRole("button", { name: "Book the next free time" }).click();
  await expect(desk.getByRole("alert")).toBeVisible();
  await desk.getByLabel("Phone number").fill("0733 111 222");
  await desk.getByRole("button", { name: "Book the next free time" }).click();
  await expect(desk.getByText(/^Booked: /)).toBeVisible();
  await desk.getByRole("link", { name: "Look at it in the calendar" }).click();
  await expect(page.getByRole("dialog").getByText("Confirmed")).toBeVisible();
});

/** The id of a button that the assistant sent to a phone. */
async function button(phone: string, title: string): Promise<string> {
  let found: string | undefined;
  await expect
    .poll(async () => {
      const chat = await simulator("GET", `/sim/customers/${phone}/messages`);
      found = new RegExp(`"id":\\s*"([^"]+)",\\s*"title":\\s*"${title}"`).exec(chat)?.[1];
      return found;
    })
    .toBeDefined();
  return found ?? "";
}

test("the guide invites a number, and follows it to the booking that is made by writing", async ({
  page,
}) => {
  const phone = "254733111333";
  await signIn(page, "owner", "/set-up");
  const chat = page.locator("form", { hasText: "By WhatsApp, as customers do" });
  await chat.getByLabel("Phone number").fill(`+${phone}`);
  await chat.getByRole("button", { name: "Invite this number" }).click();
  await expect(chat.getByText("The invitation is on its way.", { exact: false })).toBeVisible();
  await simulator("GET", `/sim/customers/${phone}/messages?wait_ms=20000`);
  await simulator("POST", `/sim/customers/${phone}/say`, { text: "ndiyo" });
  await expect(chat.getByText("You said yes.", { exact: false })).toBeVisible();
  await simulator("POST", `/sim/customers/${phone}/say`, { text: "Facial tomorrow at 10am please" });
  const yes = await button(phone, "Yes");
  await simulator("POST", `/sim/customers/${phone}/tap`, { id: yes });
  await payPrompt(`+${phone}`);
  await expect(chat.getByText("The booking came in", { exact: false })).toBeVisible();
});

test("reception has no guide", async ({ page }) => {
  await signIn(page, "receptionist", "/set-up");
  await expect(page.getByText("Your role does not allow this.")).toBeVisible();
  await expect(page.getByRole("link", { name: "Set-up guide" })).toHaveCount(0);
});
