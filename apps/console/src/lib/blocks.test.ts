import { expect, test } from "vitest";

import { blockOf, blocksInWords, overlapIn, typedWeekOf, weekOfTyped } from "./blocks";

test("an end that is not after the start is on the next day", () => {
  expect(blockOf({ from: "09:00", to: "17:30" })).toEqual({ from_minute: 540, to_minute: 1050 });
  expect(blockOf({ from: "22:00", to: "02:00" })).toEqual({ from_minute: 1320, to_minute: 1560 });
  expect(blockOf({ from: "09:00", to: "24:00" })).toEqual({ from_minute: 540, to_minute: 1440 });
  expect(blockOf({ from: "00:00", to: "00:00" })).toEqual({ from_minute: 0, to_minute: 1440 });
});

test("what is no time is none", () => {
  expect(blockOf({ from: "9", to: "17:00" })).toBeUndefined();
  expect(blockOf({ from: "09:00", to: "25:00" })).toBeUndefined();
});

test("a week is typed and read back as it was", () => {
  const weekly = [
    { weekday: 1, from_minute: 840, to_minute: 1080 },
    { weekday: 1, from_minute: 540, to_minute: 780 },
    { weekday: 6, from_minute: 1320, to_minute: 1560 },
  ];
  const typed = typedWeekOf(weekly);
  expect(typed[0]).toEqual([
    { from: "09:00", to: "13:00" },
    { from: "14:00", to: "18:00" },
  ]);
  expect(new Set(weekOfTyped(typed))).toEqual(new Set(weekly));
  expect(weekOfTyped([[{ from: "", to: "" }]])).toBeUndefined();
});

test("of two that overlap the later one is named, and touching is none", () => {
  const morning = { from_minute: 540, to_minute: 780 };
  expect(overlapIn([morning, { from_minute: 780, to_minute: 900 }])).toBe(-1);
  expect(overlapIn([{ from_minute: 700, to_minute: 800 }, morning])).toBe(0);
  expect(overlapIn([morning, morning])).toBe(1);
});

test("blocks are told in a line", () => {
  expect(
    blocksInWords([
      { from_minute: 540, to_minute: 780 },
      { from_minute: 1320, to_minute: 1560 },
    ]),
  ).toBe("09:00–13:00, 22:00–02:00");
});
