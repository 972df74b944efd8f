import { expect, test } from "vitest";

import type { Appointment, Resource, Service, StaffMember } from "../../api/queries";
import { gaps, itemsOf, roomColumns, roomItemsOf, shownRange, snap, workingSpans } from "./layout";

const ZONE = "Africa/Nairobi";
const DAY = "2026-05-13";

function appointment(over: Partial<Appointment>): Appointment {
  return {
    id: "a",
    service_id: "s",
    staff_ids: ["w"],
    state: "confirmed",
    start: "2026-05-13T11:00:00Z",
    end: "2026-05-13T12:00:00Z",
    ...over,
  } as Appointment;
}
const service = {
  id: "s",
  buffer_before_minutes: 5,
  buffer_after_minutes: 10,
  segments: [{ minutes: 20 }, { minutes: 30, staff: false }, { minutes: 10 }],
} as Service;
const services = new Map([["s", service]]);

test("an appointment stands at its local minutes, with its buffers and its parts", () => {
  const [item] = itemsOf([appointment({})], { day: DAY, staffId: "w" }, services, ZONE, false);
  expect(item).toMatchObject({ from: 840, to: 900, before: 5, after: 10 });
  expect(item?.segments.map((part) => [part.from, part.minutes, part.staff])).toEqual([
    [0, 20, true],
    [20, 30, false],
    [50, 10, true],
  ]);
});

test("what was cancelled is shown only if it is asked for, and keeps nothing free", () => {
  const cancelled = [appointment({ state: "cancelled_by_customer" })];
  expect(itemsOf(cancelled, { day: DAY, staffId: "w" }, services, ZONE, false)).toEqual([]);
  expect(itemsOf(cancelled, { day: DAY, staffId: "w" }, services, ZONE, true)[0]).toMatchObject({
    before: 0,
    after: 0,
  });
});

test("a person's column has their appointments only; the column of a day has everybody's", () => {
  expect(itemsOf([appointment({})], { day: DAY, staffId: "x" }, services, ZONE, false)).toEqual([]);
  expect(itemsOf([appointment({})], { day: DAY, staffId: undefined }, services, ZONE, false)).toHaveLength(1);
});

const member = {
  weekly: [
    { weekday: 2, from_minute: 1200, to_minute: 1500 },
    { weekday: 3, from_minute: 540, to_minute: 1080 },
  ],
} as StaffMember;

test("a week's hours reach past midnight, leave takes its part, and a date has hours of its own", () => {
  expect(workingSpans(member, DAY, ZONE, undefined)).toEqual([
    { from: 0, to: 60 },
    { from: 540, to: 1080 },
  ]);
  const leave = [{ id: "l", start: "2026-05-13T09:00:00Z", end: "2026-05-13T10:00:00Z" }];
  expect(workingSpans(member, DAY, ZONE, { overrides: [], leave: leave as never }).slice(1)).toEqual([
    { from: 540, to: 720 },
    { from: 780, to: 1080 },
  ]);
  const overrides = [{ day: DAY, blocks: [], version: 1 }];
  expect(workingSpans(member, DAY, ZONE, { overrides, leave: [] })).toEqual([{ from: 0, to: 60 }]);
});

test("gaps are what is left of the range", () => {
  expect(gaps([{ from: 540, to: 720 }], { from: 480, to: 780 })).toEqual([
    { from: 480, to: 540 },
    { from: 720, to: 780 },
  ]);
});

test("the range shows whole hours and everything that is booked", () => {
  expect(shownRange([{ from: 540, to: 1080 }], [{ from: 500, to: 530 }])).toEqual({ from: 480, to: 1080 });
});

test("a start snaps to the nearest of the grid", () => {
  expect(snap(607, 15)).toBe(600);
  expect(snap(608, 15)).toBe(615);
});

test("rooms stand by kind: one alone under its name, several with how many there are; what is retired does not", () => {
  const room = (kind: string, name: string, more = {}) =>
    ({ id: name, kind, name, capacity: 1, active: true, ...more }) as Resource;
  const columns = roomColumns(
    [
      room("treatment-room", "Jasmine"),
      room("sauna", "The sauna"),
      room("treatment-room", "Rose"),
      room("pool", "Pool", { capacity: 4 }),
      room("couch", "Old", { active: false }),
    ],
    DAY,
  );
  expect(columns.map((one) => one.title)).toEqual(["treatment room (2)", "The sauna", "pool (4)"]);
});

test("an appointment stands in a kind's column for those of its parts that need it, joined where they meet", () => {
  const segments = [
    { minutes: 10, resource_kind: "room" },
    { minutes: 20, resource_kind: "room" },
    { minutes: 30, resource_kind: null },
    { minutes: 15, resource_kind: "room" },
  ];
  const sold = new Map([["s", { segments } as Service]]);
  const at = (state: string) =>
    ({ id: "a", state, service_id: "s", start: "2026-05-13T06:00:00Z" }) as Appointment;
  const spans = (state: string, kind: string) =>
    roomItemsOf([at(state)], { day: DAY, kind }, sold, ZONE).map((one) => [one.from, one.to]);
  expect(spans("confirmed", "room")).toEqual([
    [540, 570],
    [600, 615],
  ]);
  expect(spans("confirmed", "sauna")).toEqual([]);
  expect(spans("cancelled_by_customer", "room")).toEqual([]);
});
