import { expect, test } from "vitest";

import { isLong, isRange, rangeOf } from "./range";

test("a choice means whole months on the business's calendar", () => {
  expect(rangeOf("thisMonth", "2028-02-10")).toEqual({ from: "2028-02-01", to: "2028-02-29" });
  expect(rangeOf("lastMonth", "2026-01-31")).toEqual({ from: "2025-12-01", to: "2025-12-31" });
  expect(rangeOf("threeMonths", "2026-01-31")).toEqual({ from: "2025-11-01", to: "2026-01-31" });
});

test("days are in order, and a leap year at most", () => {
  expect(isRange({ from: "2026-05-13", to: "2026-05-13" })).toBe(true);
  expect(isRange({ from: "2026-05-14", to: "2026-05-13" })).toBe(false);
  expect(isRange({ from: "2028-01-01", to: "2028-12-31" })).toBe(true);
  expect(isRange({ from: "2028-01-01", to: "2029-01-01" })).toBe(false);
  expect(isRange({ from: "", to: "2026-05-13" })).toBe(false);
});

test("what is longer than a month is told by weeks", () => {
  expect(isLong({ from: "2026-05-01", to: "2026-05-31" })).toBe(false);
  expect(isLong({ from: "2026-04-01", to: "2026-05-31" })).toBe(true);
});
