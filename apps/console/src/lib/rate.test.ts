import { expect, test } from "vitest";

import { parseRate, percent, rateInField } from "./rate";

test("a rate is shown without digits that say nothing", () => {
  expect(percent(3500)).toBe("35 %");
  expect(percent(1250)).toBe("12.5 %");
  expect(percent(5)).toBe("0.05 %");
  expect(percent(0)).toBe("0 %");
});

test("what is typed becomes basis points, and what is finer or more than everything is refused", () => {
  expect(["35", "12.5", "12.50 %", "100", "0"].map(parseRate)).toEqual([3500, 1250, 1250, 10_000, 0]);
  expect(["", "100.01", "12.505", "-3", "ten", "."].map(parseRate)).toEqual(Array(6).fill(undefined));
});

test("what stands in a field is read as the same rate", () => {
  for (const rate of [0, 1, 10, 99, 100, 1205, 10_000]) expect(parseRate(rateInField(rate))).toBe(rate);
});
