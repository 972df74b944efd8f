import { expect, test } from "vitest";

import { bodyOf, depositText, priceIsWrong, unpriced } from "./review";

const fault = (kind: string) => ({ faults: [{ kind }] });

test("a row without its price stands in the way, whatever else is wrong with it", () => {
  expect(priceIsWrong(fault("price_missing"))).toBe(true);
  expect(priceIsWrong(fault("prices_differ"))).toBe(true);
  expect(priceIsWrong(fault("duration"))).toBe(false);
  expect(unpriced([fault("price_missing"), fault("duration"), fault("price_has_cents")])).toBe(2);
});

test("deposits are written as they are typed", () => {
  expect(depositText({ kind: "none", origin: "given" })).toBe("none");
  expect(depositText({ kind: "flat", value: 50_000, origin: "given" })).toBe("500");
  expect(depositText({ kind: "percent", value: 1250, origin: "given" })).toBe("12.50%");
});

test("a row is sent back with all that it has, so that a new price changes nothing else", () => {
  const row = {
    number: 1,
    line: 2,
    text: "Facial 1hr",
    name: { value: "Facial", origin: "given" },
    category: { value: "facials", origin: "proposed" },
    duration_minutes: { value: 60, origin: "given" },
    deposit: { kind: "percent", value: 3000, origin: "given" },
    aliases: ["uso"],
    staff_ids: ["a", "gone"],
    fate: "take" as const,
    outcome: "creates",
    merged: [],
    faults: [{ kind: "price_missing" }],
  };
  expect(bodyOf(row, (id) => (id === "a" ? "Njeri" : undefined))).toEqual({
    name: "Facial",
    aliases: ["uso"],
    fate: "take",
    staff: ["Njeri"],
    deposit: "30%",
    category: "facials",
    duration_minutes: 60,
  });
});
