import { expect, test } from "vitest";

import { bodyOf, shapeOf, typedOf } from "./service";

const SHAPE = shapeOf("KES");
const plain = { ...typedOf(undefined), name: "Massage", category: "Massage", price: "3,500" };

test("a service without a price is refused by the form", () => {
  expect(SHAPE.safeParse({ ...plain, price: "" }).success).toBe(false);
  expect(SHAPE.safeParse({ ...plain, price: "abc" }).success).toBe(false);
  expect(SHAPE.safeParse(plain).success).toBe(true);
});

test("a deposit is none, an amount or a share", () => {
  const of = (kind: "none" | "flat" | "percent", value: string) => {
    const found = SHAPE.safeParse({ ...plain, deposit: { kind, value } });
    return found.success ? bodyOf(found.data, "KES").deposit : undefined;
  };
  expect(of("none", "")).toEqual({ kind: "none" });
  expect(of("flat", "500")).toEqual({
    kind: "flat",
    amount: { amount_minor: 50_000, currency: "KES" },
  });
  expect(of("percent", "30")).toEqual({ kind: "percent", basis_points: 3000 });
  expect(of("percent", "")).toBeUndefined();
});

test("what the API tells comes back as it was", () => {
  const service = {
    id: "1",
    version: 3,
    active: true,
    name: "Colour",
    name_sw: null,
    category: "hair",
    aliases: ["tint", "rangi"],
    price: { amount_minor: 450_000, currency: "KES" },
    product_cost: { amount_minor: 50_050, currency: "KES" },
    deposit: { kind: "percent" as const, basis_points: 1250 },
    duration_minutes: 90,
    segments: [
      { minutes: 30, staff: true, client: true },
      { minutes: 60, staff: false, client: true, resource_kind: "chair" },
    ],
    buffer_before_minutes: 5,
    buffer_after_minutes: 10,
    tax_basis_points: 1600,
    notice_minutes: { chat: 30, web: null, desk: null },
    horizon_days: { chat: null, web: null, desk: null },
    staff_ids: ["a"],
  };
  const checked = SHAPE.parse(typedOf(service));
  const body = bodyOf(checked, "KES");
  expect(service).toMatchObject(body);
  // All that can be changed is sent: what is left out would fall back to nothing.
  const fixed = ["id", "version", "active", "duration_minutes", "name_sw"];
  expect(Object.keys(body).sort()).toEqual(
    Object.keys(service)
      .filter((key) => !fixed.includes(key))
      .sort(),
  );
});
