import { expect, test } from "vitest";

import { rulesOf, shapeOf, typedOf } from "./rules";

const RULES = {
  approval: { chat: "asked" as const, web: "not_needed" as const, desk: "not_needed" as const },
  notice: { chat: 30, web: 120, desk: 0 },
  horizon_days: { chat: 60, web: 60, desk: 60 },
  grid_step: 15,
  grid_anchor: "clock" as const,
  gap_fit: "offered" as const,
  buffers: "stacked" as const,
  cleanup_past_closing: "refused" as const,
  wait_between_parts: 15,
  hold: { mobile_money: 5, card: 30 },
  request_lasts: 1440,
  waitlist_offer: 30,
  cancellation: { free_until_hours: 24, late_fee: 5000, no_show_fee: 10_000, no_show_grace: 15 },
  deposit_after_no_shows: [{ no_shows: 2, deposit: 3050 }],
  discount_limits: { therapist: 0, receptionist: 1000, manager: 2500 },
  rounding: "whole_units" as const,
  price_floor: 10_000,
  cross_sell: { offer: "once" as const, tolerance: 15 },
};

test("rules that nobody touched are sent as they were", () => {
  const checked = shapeOf("KES").parse(typedOf(RULES, "Africa/Nairobi", "KES"));
  expect(rulesOf(checked)).toEqual(RULES);
  expect(checked.zone).toBe("Africa/Nairobi");
});

test("what is no number, or beyond what may be, is named by its field", () => {
  const typed = typedOf(RULES, "Africa/Nairobi", "KES");
  const found = shapeOf("KES").safeParse({ ...typed, gridStep: "0", lateFee: "101" });
  expect(found.error?.issues.map((one) => one.path.join("."))).toEqual(["gridStep", "lateFee"]);
});
