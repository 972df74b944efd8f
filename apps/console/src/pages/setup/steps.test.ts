import { expect, test } from "vitest";

import type { Resource, Service, StaffMember } from "../../api/queries";
import { canBook, stepsOf, type Facts } from "./steps";

const service = (name: string, staff_ids: string[], kind: string | null = null): Service =>
  ({ name, active: true, staff_ids, segments: [{ minutes: 60, resource_kind: kind }] }) as Service;
const member = (id: string, hours = true): StaffMember =>
  ({
    id,
    name: id,
    active: true,
    weekly: hours ? [{ weekday: 1, from_minute: 0, to_minute: 60 }] : [],
  }) as StaffMember;

const WHOLE: Facts = {
  hours: { version: 1, weekly: null },
  services: [service("Facial", ["Wanjiru"], "room")],
  resources: [{ kind: "room", active: true } as Resource],
  staff: [member("Wanjiru")],
  commissionRules: 1,
  templates: [{ state: "approved" } as Facts["templates"][number]],
  knowledge: 1,
  members: 2,
  invited: 0,
  credentials: undefined,
};
const of = (facts: Partial<Facts>, key: string) =>
  stepsOf({ ...WHOLE, ...facts }).find((one) => one.key === key);

test("a business that has everything lacks nothing", () => {
  const steps = stepsOf(WHOLE);
  expect(steps.filter((one) => one.state !== "done")).toEqual([]);
  expect(canBook(steps)).toBe(true);
});

test("closed all week is no opening hours; no week at all means open whenever somebody works", () => {
  expect(of({ hours: { version: 1, weekly: [] } }, "hours")?.state).toBe("todo");
  expect(of({ hours: { version: 1, weekly: null } }, "hours")?.state).toBe("done");
});

test("a service needs its kind of room, in use; the kinds that are missing are named once", () => {
  const two = [service("Facial", ["Wanjiru"], "room"), service("Peel", ["Wanjiru"], "room")];
  expect(of({ services: two, resources: [] }, "rooms")).toMatchObject({ state: "todo", names: ["room"] });
  const retired = [{ kind: "room", active: false } as Resource];
  expect(of({ resources: retired }, "rooms")?.state).toBe("todo");
  expect(of({ services: [service("Walk", ["Wanjiru"])], resources: [] }, "rooms")?.state).toBe("done");
  expect(canBook(stepsOf({ ...WHOLE, resources: [] }))).toBe(false);
});

test("whoever has no hours, and what nobody does, is named", () => {
  expect(
    of(
      { staff: [member("Wanjiru"), member("Otieno", false)], services: [service("Haircut", ["gone"])] },
      "team",
    ),
  ).toMatchObject({ state: "todo", names: ["Otieno", "Haircut"] });
  expect(of({ staff: [], services: [] }, "team")?.state).toBe("todo");
});

test("M-Pesa's credentials are a step for whoever may see them, and the operator's may count", () => {
  const key = (name: string) => ({ provider: "mpesa", name }) as NonNullable<Facts["credentials"]>[number];
  expect(of({}, "money")).toBeUndefined();
  expect(of({ credentials: [key("consumer_key")] }, "money")).toMatchObject({ state: "look" });
  const all = ["consumer_key", "consumer_secret", "passkey"].map(key);
  expect(of({ credentials: all }, "money")).toMatchObject({ state: "done" });
});
