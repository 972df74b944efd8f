import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { booked, signIn, type Role } from "./world";

const PAGES: [Role, string[]][] = [
  [
    "receptionist",
    [
      "/calendar?day=2026-05-28",
      "/calendar?day=2026-05-28&view=week",
      "/calendar?day=2026-05-28&view=rooms",
      "/day-sheet?day=2026-05-28",
      "/customers",
      "/inbox",
      "/till",
    ],
  ],
  ["owner", ["/till/statements", "/till/letters", "/set-up", "/data-requests"]],
  ["owner", ["/commission", "/commission?month=2026-04", "/commission/rules", "/commission/rules/new"]],
  ["owner", ["/commission/what-if", "/commission/trial?month=2026-04", "/commission/disputes"]],
  [
    "owner",
    ["/commission/payroll?month=2026-04", "/staff", "/catalogue/services", "/catalogue/services/new"],
  ],
  ["owner", ["/catalogue/packages", "/catalogue/promotions", "/catalogue/rooms", "/catalogue/import"]],
  ["owner", ["/settings/booking", "/settings/hours", "/settings/money", "/settings/assistant"]],
  ["owner", ["/settings/people", "/settings/tokens", "/settings/webhooks", "/settings/features"]],
  ["owner", ["/settings/audit"]],
  ["therapist", ["/my-day?day=2026-05-28", "/earnings", "/earnings?month=2026-04"]],
];

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes[0]?.html ?? ""}`);
}

for (const [role, paths] of PAGES) {
  test(`pages of the ${role} from ${paths[0] ?? ""}: axe finds nothing serious, and a phone needs no sideways scrolling`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const path of paths) {
      await signIn(page, role, path, "sw");
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await expect(page.locator(".spinner")).toHaveCount(0);
      // Swahili has the longer words; both languages have the same markup.
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect([path, overflow]).toEqual([path, 0]);
      expect([path, ...(await seriousFaults(page))]).toEqual([path]);
    }
  });
}

test("whoever is not signed in sees the sign-in, which comes back to where they were", async ({ page }) => {
  await page.goto("/customers?q=abc");
  await expect(page.getByRole("heading", { name: "Sign in to Ratiba" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Sign in" })).toHaveAttribute(
    "href",
    `/auth/login?return_to=${encodeURIComponent("/customers?q=abc")}`,
  );
  expect(await seriousFaults(page)).toEqual([]);
});

test("whoever signs out is out, also on the pages that they had open before", async ({ page }) => {
  await signIn(page, "manager", "/customers");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const gone = page.waitForResponse((answer) => answer.url().endsWith("/auth/logout"));
  await page.getByRole("button", { name: "Sign out" }).click();
  expect((await gone).status()).toBe(204);
  const door = page.getByRole("heading", { name: "Sign in to Ratiba" });
  await expect(door).toBeVisible();
  await page.goto("/customers");
  await expect(door).toBeVisible();
});

test("somebody's drawers are accessible, too", async ({ page }) => {
  const made = await booked("Ndani Axe", "Facial 60", "Wanjiru", "2026-05-28T13:00:00+03:00");
  for (const path of [
    `/calendar?day=2026-05-28&appointment=${made.id}`,
    "/calendar?day=2026-05-28&book=none",
  ]) {
    await signIn(page, "receptionist", path);
    await expect(page.getByRole("dialog")).toBeVisible();
    await expect(page.locator(".spinner")).toHaveCount(0);
    expect(await seriousFaults(page)).toEqual([]);
  }
});
