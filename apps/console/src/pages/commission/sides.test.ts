import { expect, test } from "vitest";

import type { WhatIf } from "./figures";
import { asIfAlways, compared, monthsUntil } from "./sides";

const kes = (amount_minor: number) => ({ amount_minor, currency: "KES" });
const side = (staff_id: string, minor: number, topUp = 0) => ({
  staff_id,
  commission: kes(minor),
  top_up: kes(topUp),
  tip: kes(0),
  hours_worked: "0.00",
  services_rendered_count: 1,
  gaps: 0,
});

test("people are compared month by month, with what tops their commission up, and who changes most comes first", () => {
  const months: WhatIf["months"] = [
    {
      month: "2026-04",
      staff: [
        { staff_id: "a", now: side("a", 100, 20), proposed: side("a", 120), difference: kes(20) },
        { staff_id: "b", now: side("b", 500), proposed: side("b", 100), difference: kes(-400) },
        { staff_id: "idle", now: side("idle", 0), proposed: side("idle", 0), difference: kes(0) },
      ],
    },
    { month: "2026-05", staff: [{ staff_id: "b", now: null, proposed: side("b", 7), difference: null }] },
  ];
  expect(compared(months.slice(0, 1)).map((row) => row.staffId)).toEqual(["b", "a"]);
  const [first, second] = compared(months);
  expect(first?.months[1]).toEqual({ now: undefined, proposed: kes(7) });
  expect(second?.months[0]).toEqual({ now: kes(120), proposed: kes(120) });
});

test("a rule is tried as if it had held from the first of these months on, for good", () => {
  const rule = {
    staff_id: "a",
    rule_type: "pct",
    value: {},
    valid_from: "2026-07-01",
    valid_to: "2026-08-01",
    replaces: "r",
  };
  expect(asIfAlways(rule, ["2026-05", "2026-03"])).toEqual({
    staff_id: "a",
    rule_type: "pct",
    value: {},
    valid_from: "2026-03-01",
  });
});

test("months go back over the turn of the year", () => {
  expect(monthsUntil("2026-02", 3)).toEqual(["2025-12", "2026-01", "2026-02"]);
});
