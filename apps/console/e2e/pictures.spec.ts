// The pictures of the documentation show what is there: they are taken in every run, and put into docs/images where
// RATIBA_PICTURES is set: `RATIBA_PICTURES=1 cargo xtask test console -- pictures`.
import { expect, test } from "@playwright/test";

import { booked, signIn } from "./world";

const IMAGES = new URL("../../../docs/images/", import.meta.url).pathname;
const DAY = "2026-05-12";

test("pictures of the calendar, an appointment and a therapist's day", async ({ page }, info) => {
  const kept = process.env["RATIBA_PICTURES"] !== undefined;
  const take = async (name: string): Promise<void> => {
    const path = kept ? `${IMAGES}${name}` : info.outputPath(name);
    const picture = await page.screenshot({ path });
    expect(picture.length).toBeGreaterThan(10_000);
  };
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
  await take("console-calendar.png");
  await page.goto(`/calendar?day=${DAY}&appointment=${last}`);
  await expect(page.getByRole("dialog").getByText("Still to pay")).toBeVisible();
  await take("console-appointment.png");
  await page.setViewportSize({ width: 360, height: 740 });
  await signIn(page, "therapist", `/my-day?day=${DAY}`, "sw");
  await expect(page.getByText("saa tatu na nusu asubuhi")).toBeVisible();
  await take("console-my-day.png");
});
