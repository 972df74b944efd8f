// The pictures of the documentation: `cargo xtask test console -- pictures` with RATIBA_PICTURES=1 in the environment.
import { expect, test } from "@playwright/test";

import { booked, signIn } from "./world";

test.skip(process.env["RATIBA_PICTURES"] === undefined, "pictures are made when RATIBA_PICTURES is set");

const IMAGES = new URL("../../../docs/images/", import.meta.url).pathname;
const DAY = "2026-05-12";

test("pictures of the calendar, an appointment and a therapist's day", async ({ page }) => {
  const plan: [string, string, string, string][] = [
    ["Amina Yusuf", "Swedish massage 60", "Wanjiru", "09:30"],
    ["Grace Wambui", "Facial 60", "Njeri", "10:30"],
    ["Faith Akinyi", "Deep tissue 90", "Wanjiru", "11:30"],
    ["Mercy Chebet", "Swedish massage 60", "Achieng", "10:00"],
    ["Joy Nduta", "Facial 60", "Njeri", "13:00"],
    ["Peter Kamau", "Haircut", "Otieno", "11:00"],
    ["Halima Noor", "Haircut", "Otieno", "14:30"],
  ];
  let last = "";
  for (const [name, service, staff, time] of plan) {
    last = (await booked(name, service, staff, `${DAY}T${time}:00+03:00`)).id;
  }
  await page.setViewportSize({ width: 1280, height: 860 });
  await signIn(page, "receptionist", `/calendar?day=${DAY}`);
  await expect(page.getByRole("button", { name: /Halima Noor/ })).toBeVisible();
  await page.screenshot({ path: `${IMAGES}console-calendar.png` });
  await page.goto(`/calendar?day=${DAY}&appointment=${last}`);
  await expect(page.getByRole("dialog").getByText("Still to pay")).toBeVisible();
  await page.screenshot({ path: `${IMAGES}console-appointment.png` });
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "therapist", `/my-day?day=${DAY}`, "sw");
  await expect(page.getByText("saa tatu na nusu asubuhi")).toBeVisible();
  await page.screenshot({ path: `${IMAGES}console-my-day.png` });
});
