import { expect, test } from "vitest";

import { draftOf, emptyDraft, inFigures, orderOf, type Draft } from "./draft";
import type { Rule } from "./figures";

const BASE = { start: "charged", subtract: [], earn_on: "completion" };

function rule(rule_type: string, value: unknown): Rule {
  return { id: "r", rule_type, value, staff_id: "s", valid_from: "2026-06-01" };
}

function draft(changes: Partial<Draft>): Draft {
  return { ...emptyDraft("2026-06-01"), staffId: "s", worth: "35", ...changes };
}

test("a rule that is opened and not changed is the same rule", () => {
  const values: [string, unknown][] = [
    [
      "pct",
      { rate_basis_points: 3550, overrides: { services: { a: 4000 }, categories: { hair: 0 } }, base: BASE },
    ],
    ["pct", { overrides: { services: { a: 4000 } }, base: BASE }],
    [
      "fixed",
      {
        amount_minor: 50_050,
        base: {
          start: "list_price",
          subtract: ["discount", "tax"],
          earn_on: "payment",
          deduct: [
            { basis_points: 500, when: "before" },
            { flat_minor: 10_000, when: "after" },
          ],
        },
      },
    ],
    [
      "tiered",
      {
        method: "retroactive",
        measure: "revenue",
        measure_scope: "all",
        tiers: [
          { floor: 0, rate_basis_points: 3000 },
          { floor: 10_000_050, rate_basis_points: 3500 },
        ],
        base: BASE,
      },
    ],
    [
      "tiered",
      {
        method: "marginal",
        measure: "count",
        measure_scope: "rule",
        tiers: [
          { floor: 0, rate_basis_points: 3000 },
          { floor: 40, rate_basis_points: 3500 },
        ],
        base: BASE,
      },
    ],
  ];
  for (const [type, value] of values) {
    const opened = draftOf(rule(type, value), "KES");
    expect(opened).toBeDefined();
    expect(opened && orderOf(opened, "KES").order?.value).toEqual(value);
  }
});

test("a rule of a form that is not known here cannot be opened", () => {
  expect(draftOf(rule("pct", { rate_basis_points: "much" }), "KES")).toBeUndefined();
  expect(draftOf(rule("lottery", {}), "KES")).toBeUndefined();
});

test("every fault is named at once, by the path that the API would give it", () => {
  const read = orderOf(
    draft({
      staffId: "",
      type: "tiered",
      steps: [
        { floor: "0", rate: "30" },
        { floor: "1000", rate: "101" },
        { floor: "1000", rate: "40" },
      ],
      to: "2026-06-01",
    }),
    "KES",
  );
  expect([...(read.faults?.keys() ?? [])].sort()).toEqual([
    "staff_id",
    "valid_to",
    "value.tiers[1].rate_basis_points",
    "value.tiers[2].floor",
  ]);
});

test("a count is whole, and the first step begins at nothing whatever is typed", () => {
  const steps = [
    { floor: "7", rate: "30" },
    { floor: "12.5", rate: "40" },
  ];
  expect(orderOf(draft({ type: "tiered", measure: "count", steps }), "KES").faults).toEqual(
    new Map([["value.tiers[1].floor", "rule.wrongCount"]]),
  );
  const read = orderOf(draft({ type: "tiered", steps }), "KES");
  expect(read.order?.value).toMatchObject({ tiers: [{ floor: 0 }, { floor: 1250 }] });
});

test("a category's rule says a general value, a person's may have exceptions alone", () => {
  const exceptions = [{ of: "services" as const, key: "a", worth: "40" }];
  expect(orderOf(draft({ worth: "", exceptions }), "KES").order?.value).toEqual({
    overrides: { services: { a: 4000 } },
    base: BASE,
  });
  const category = { of: "category" as const, staffId: "", category: "hair" };
  expect(orderOf(draft({ ...category, worth: "", exceptions }), "KES").faults).toEqual(
    new Map([["value.rate_basis_points", "rule.wrongRate"]]),
  );
  const order = orderOf(draft({ ...category, exceptions }), "KES").order;
  expect([order?.service_category, order?.staff_id]).toEqual(["hair", undefined]);
});

test("an exception is named once", () => {
  const one = { of: "services" as const, key: "a", worth: "40" };
  expect(orderOf(draft({ exceptions: [one, one] }), "KES").faults).toEqual(
    new Map([["exception.1.key", "rule.twice"]]),
  );
});

test("a list of rules says what each pays", () => {
  expect(
    inFigures(rule("pct", { rate_basis_points: 3550, overrides: { services: { a: 1 } } }), "KES"),
  ).toEqual({
    worth: "35.5 %",
    ladder: [],
    exceptions: 1,
  });
  expect(inFigures(rule("fixed", { amount_minor: 125_000 }), "KES")?.worth).toBe("KES 1,250");
  const tiers = [
    { floor: 0, rate_basis_points: 3000 },
    { floor: 10_000_000, rate_basis_points: 4000 },
  ];
  expect(inFigures(rule("tiered", { method: "marginal", tiers }), "KES")?.ladder).toEqual([
    { from: "0", rate: "30 %" },
    { from: "100,000", rate: "40 %" },
  ]);
});
