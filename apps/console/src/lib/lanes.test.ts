import { expect, test } from "vitest";

import { lanes } from "./lanes";

test("what overlaps stands side by side, and what only touches does not", () => {
  const [a, b, c] = lanes([
    { from: 0, to: 60 },
    { from: 30, to: 90 },
    { from: 90, to: 120 },
  ]);
  expect([a?.lane, b?.lane, c?.lane]).toEqual([0, 1, 0]);
  expect([a?.lanes, b?.lanes, c?.lanes]).toEqual([2, 2, 1]);
});

test("a lane that is free again is used again", () => {
  const found = lanes([
    { from: 0, to: 120 },
    { from: 0, to: 30 },
    { from: 30, to: 60 },
  ]);
  expect(found.map((laned) => laned.lane)).toEqual([0, 1, 1]);
  expect(found.every((laned) => laned.lanes === 2)).toBe(true);
});
