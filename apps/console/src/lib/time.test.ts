import { expect, test } from "vitest";

import {
  addMonths,
  clock,
  dayOf,
  instantOf,
  minuteOf,
  minutesOfClock,
  swahiliClock,
  timeOf,
  weekOf,
} from "./time";

const NAIROBI = "Africa/Nairobi";

test("an instant is shown on the business's clock, wherever the browser is", () => {
  expect(timeOf("2026-05-13T11:30:00Z", NAIROBI)).toBe("14:30");
  expect(timeOf("2026-05-13T11:30:00Z", "Asia/Kathmandu")).toBe("17:15");
  expect(dayOf("2026-05-13T21:30:00Z", NAIROBI)).toBe("2026-05-14");
});

test("a minute of the wall clock and its instant are each other's inverse", () => {
  const at = instantOf("2026-05-13", 14 * 60 + 30, NAIROBI);
  expect(at).toBe("2026-05-13T11:30:00Z");
  expect(minuteOf(at, "2026-05-13", NAIROBI)).toBe(870);
});

test("what lies on another day is beyond the day's minutes", () => {
  expect(minuteOf("2026-05-13T22:00:00Z", "2026-05-13", NAIROBI)).toBe(1500);
  expect(minuteOf("2026-05-12T20:00:00Z", "2026-05-13", NAIROBI)).toBe(-60);
  expect(instantOf("2026-05-13", 1500, NAIROBI)).toBe("2026-05-13T22:00:00Z");
});

test("a wall clock stays itself on the day on which the clocks change", () => {
  expect(minuteOf(instantOf("2026-03-29", 600, "Europe/Berlin"), "2026-03-29", "Europe/Berlin")).toBe(600);
  expect(instantOf("2026-03-29", 600, "Europe/Berlin")).toBe("2026-03-29T08:00:00Z");
});

test("a week begins on Monday", () => {
  expect(weekOf("2026-05-17")[0]).toBe("2026-05-11");
  expect(weekOf("2026-05-17")[6]).toBe("2026-05-17");
});

test("times are typed and shown by a 24-hour clock", () => {
  expect(minutesOfClock("9:05")).toBe(545);
  expect(minutesOfClock("24:00")).toBeUndefined();
  expect(clock(545)).toBe("09:05");
});

test("the Swahili clock counts from six", () => {
  expect(swahiliClock(14 * 60)).toBe("saa nane mchana");
  expect(swahiliClock(10 * 60 + 30)).toBe("saa nne na nusu asubuhi");
  expect(swahiliClock(10 * 60 + 45)).toBe("saa tano kasoro robo asubuhi");
  expect(swahiliClock(17 * 60)).toBe("saa kumi na moja jioni");
  expect(swahiliClock(19 * 60 + 20)).toBe("saa moja na dakika 20 usiku");
});

test("months are counted across years", () => {
  expect(addMonths("2026-12", 1)).toBe("2027-01");
});
