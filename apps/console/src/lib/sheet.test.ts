import { expect, test } from "vitest";

import type { Appointment, Service, StaffMember } from "../api/queries";
import { forgetSheet, keepSheet, keptSheet, linesOf, type Sheet } from "./sheet";

function store(full = false) {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (full) throw new Error("full");
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  };
}

const SHEET: Sheet = { business: "Aria", at: 1_000_000, days: ["2026-05-12"], lines: [] };

test("a sheet is kept for a day and a half, and then it is gone for good", () => {
  const own = store();
  keepSheet(SHEET, own);
  expect(keptSheet(SHEET.at + 35 * 3_600_000, own)).toEqual(SHEET);
  expect(keptSheet(SHEET.at + 36 * 3_600_000, own)).toBeUndefined();
  expect(own.kept.size).toBe(0);
});

test("whoever leaves leaves nothing behind", () => {
  const own = store();
  keepSheet(SHEET, own);
  forgetSheet(own);
  expect(keptSheet(SHEET.at, own)).toBeUndefined();
});

test("what cannot be read or kept is no sheet, and no failure", () => {
  const own = store();
  own.setItem("ratiba.sheet", "{broken");
  expect(keptSheet(0, own)).toBeUndefined();
  expect(own.kept.size).toBe(0);
  expect(() => keepSheet(SHEET, store(true))).not.toThrow();
});

test("lines stand by time on the business's clock, without what was called off", () => {
  const appointment = (id: string, at: string, state = "confirmed") =>
    ({
      id,
      state,
      client_from: at,
      client_until: at.replace(":00Z", ":30Z"),
      service_id: "s",
      customer_id: `c-${id}`,
      staff_ids: ["w", "gone"],
    }) as Appointment;
  const lines = linesOf(
    [
      appointment("late", "2026-05-12T21:30:00Z"),
      appointment("off", "2026-05-12T05:00:00Z", "cancelled_by_customer"),
      appointment("early", "2026-05-12T06:00:00Z", "no_show"),
    ],
    [{ id: "s", name: "Facial", name_sw: null } as Service],
    [{ id: "w", name: "Wanjiru" } as StaffMember],
    new Map([["c-early", "Amina"]]),
    "Africa/Nairobi",
  );
  expect(lines.map((one) => [one.id, one.day, one.from, one.customer])).toEqual([
    ["early", "2026-05-12", "09:00", "Amina"],
    // Half past midnight of the next day, where the business is.
    ["late", "2026-05-13", "00:30", undefined],
  ]);
  expect(lines[0]).toMatchObject({ service: "Facial", serviceSw: "Facial", staff: "Wanjiru" });
});
