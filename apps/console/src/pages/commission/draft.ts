// A rule of commission as a form holds it: what was typed, until it is an order of the API's. The paths of faults are the
// API's own, so that both stand beside the same field.
import { z } from "zod";

import type { TextKey } from "../../i18n";
import { moneyInField, parseMoney } from "../../lib/money";
import { parseRate, rateInField } from "../../lib/rate";
import type { Day } from "../../lib/time";
import type { Rule, RuleOrder } from "./figures";

/** Whose a rule is: one person's, or everybody's in a category of services. */
export const OWNERS = ["staff", "category"] as const;
export const TYPES = ["pct", "fixed", "tiered"] as const;
export const METHODS = ["marginal", "retroactive"] as const;
export const MEASURES = ["revenue", "count"] as const;
export const SCOPES = ["rule", "all"] as const;
export const STARTS = ["charged", "list_price", "paid"] as const;
export const SUBTRACTIONS = ["discount", "tax", "product_cost", "payment_fee"] as const;
export const EARN_ON = ["completion", "payment"] as const;
export const KINDS = ["part", "flat"] as const;
export const MOMENTS = ["before", "after"] as const;

/** A step of a ladder: from its floor on, what rate. */
export interface Step {
  floor: string;
  rate: string;
}

/** What holds for one service or category in place of the general value. */
export interface Exception {
  of: "services" | "categories";
  key: string;
  worth: string;
}

/** What the business keeps back: a part, or a flat amount. */
export interface Deduction {
  kind: (typeof KINDS)[number];
  worth: string;
  when: (typeof MOMENTS)[number];
}

export interface Draft {
  of: (typeof OWNERS)[number];
  staffId: string;
  category: string;
  type: (typeof TYPES)[number];
  /** The general rate or amount; may be empty where there are exceptions. */
  worth: string;
  exceptions: Exception[];
  method: (typeof METHODS)[number];
  measure: (typeof MEASURES)[number];
  scope: (typeof SCOPES)[number];
  steps: Step[];
  start: (typeof STARTS)[number];
  subtract: (typeof SUBTRACTIONS)[number][];
  earnOn: (typeof EARN_ON)[number];
  deductions: Deduction[];
  from: Day;
  /** Empty: for good. */
  to: Day;
  /** The rule that ends as this one begins. */
  replaces: string | undefined;
}

export function emptyDraft(from: Day): Draft {
  return {
    of: "staff",
    staffId: "",
    category: "",
    type: "pct",
    worth: "",
    exceptions: [],
    method: "marginal",
    measure: "revenue",
    scope: "rule",
    steps: [
      { floor: "0", rate: "" },
      { floor: "", rate: "" },
    ],
    start: "charged",
    subtract: [],
    earnOn: "completion",
    deductions: [],
    from,
    to: "",
    replaces: undefined,
  };
}

const WORTHS = z.record(z.string(), z.int());
const BASE = z.object({
  start: z.enum(STARTS).default("charged"),
  subtract: z.array(z.enum(SUBTRACTIONS)).default([]),
  earn_on: z.enum(EARN_ON).default("completion"),
  deduct: z
    .array(
      z.object({
        basis_points: z.int().optional(),
        flat_minor: z.int().optional(),
        when: z.enum(MOMENTS),
      }),
    )
    .default([]),
});
/** A rule's value, whichever type it has. */
const VALUE = z.object({
  rate_basis_points: z.int().optional(),
  amount_minor: z.int().optional(),
  overrides: z.object({ services: WORTHS.default({}), categories: WORTHS.default({}) }).optional(),
  method: z.enum(METHODS).optional(),
  measure: z.enum(MEASURES).optional(),
  measure_scope: z.enum(SCOPES).optional(),
  tiers: z.array(z.object({ floor: z.int(), rate_basis_points: z.int() })).optional(),
  base: BASE.optional(),
});

/** A rule on record as a form shows it; undefined if the form has no place for something that it says. */
export function draftOf(rule: Rule, currency: string): Draft | undefined {
  const read = VALUE.safeParse(rule.value);
  const type = TYPES.find((one) => one === rule.rule_type);
  if (!read.success || type === undefined) return undefined;
  const { data: value } = read;
  const amount = (minor: number): string => moneyInField({ amount_minor: minor, currency });
  const worth = type === "fixed" ? amount : rateInField;
  const general = type === "fixed" ? value.amount_minor : value.rate_basis_points;
  const measure = value.measure ?? "revenue";
  const base = value.base ?? BASE.parse({});
  const exceptions = (["services", "categories"] as const).flatMap((of) =>
    Object.entries(value.overrides?.[of] ?? {}).map(([key, found]) => ({ of, key, worth: worth(found) })),
  );
  return {
    ...emptyDraft(rule.valid_from),
    of: rule.staff_id == null ? "category" : "staff",
    staffId: rule.staff_id ?? "",
    category: rule.service_category ?? "",
    type,
    worth: general === undefined ? "" : worth(general),
    exceptions,
    method: value.method ?? "marginal",
    measure,
    scope: value.measure_scope ?? "rule",
    ...(value.tiers !== undefined && {
      steps: value.tiers.map((tier) => ({
        floor: measure === "count" ? String(tier.floor) : amount(tier.floor),
        rate: rateInField(tier.rate_basis_points),
      })),
    }),
    start: base.start,
    subtract: base.subtract,
    earnOn: base.earn_on,
    deductions: base.deduct.map((one) =>
      one.basis_points === undefined
        ? { kind: "flat", worth: amount(one.flat_minor ?? 0), when: one.when }
        : { kind: "part", worth: rateInField(one.basis_points), when: one.when },
    ),
    to: rule.valid_to ?? "",
  };
}

/** What is wrong, by the API's path of the field. */
export type Faults = ReadonlyMap<string, TextKey>;

type Read = { order: RuleOrder; faults?: never } | { order?: never; faults: Faults };

/** Reads what was typed. Every fault is named at once. */
export function orderOf(draft: Draft, currency: string): Read {
  const faults = new Map<string, TextKey>();
  const fault = (path: string, text: TextKey): undefined => {
    faults.set(path, text);
    return undefined;
  };
  const rate = (text: string, path: string) => parseRate(text) ?? fault(path, "rule.wrongRate");
  const amount = (text: string, path: string) =>
    parseMoney(text, currency)?.amount_minor ?? fault(path, "pay.wrongAmount");
  const worth = draft.type === "fixed" ? amount : rate;

  if (draft.of === "staff" && draft.staffId === "") fault("staff_id", "rule.needWho");
  if (draft.of === "category" && draft.category === "") fault("service_category", "rule.needWho");
  if (draft.from === "") fault("valid_from", "rule.needDay");
  if (draft.to !== "" && draft.to <= draft.from) fault("valid_to", "rule.wrongEnd");

  const value: Record<string, unknown> = {};
  if (draft.type === "tiered") {
    value["method"] = draft.method;
    value["measure"] = draft.measure;
    value["measure_scope"] = draft.scope;
    value["tiers"] = tiersOf(draft, { rate, amount, fault });
  } else {
    const name = draft.type === "fixed" ? "amount_minor" : "rate_basis_points";
    // Whoever has exceptions alone says nothing of the rest; a category's rule must.
    if (draft.worth.trim() !== "" || draft.exceptions.length === 0 || draft.of === "category")
      value[name] = worth(draft.worth, `value.${name}`);
    const overrides: Record<Exception["of"], Record<string, number>> = { services: {}, categories: {} };
    draft.exceptions.forEach((one, index) => {
      if (one.key === "") fault(`exception.${index}.key`, "rule.needWhat");
      const found = worth(one.worth, `exception.${index}`);
      if (found === undefined || one.key === "") return;
      if (Object.hasOwn(overrides[one.of], one.key)) fault(`exception.${index}.key`, "rule.twice");
      overrides[one.of][one.key] = found;
    });
    const given = Object.entries(overrides).filter(([, found]) => Object.keys(found).length > 0);
    if (given.length > 0) value["overrides"] = Object.fromEntries(given);
  }
  value["base"] = {
    start: draft.start,
    // The engine takes them in this order, whichever was ticked first.
    subtract: SUBTRACTIONS.filter((one) => draft.subtract.includes(one)),
    earn_on: draft.earnOn,
    ...(draft.deductions.length > 0 && {
      deduct: draft.deductions.map(({ kind, worth: typed, when }, index) => {
        const path = `value.base.deduct[${index}]`;
        return kind === "part"
          ? { basis_points: rate(typed, path), when }
          : { flat_minor: amount(typed, path), when };
      }),
    }),
  };
  if (faults.size > 0) return { faults };
  return {
    order: {
      ...(draft.of === "staff" ? { staff_id: draft.staffId } : { service_category: draft.category }),
      rule_type: draft.type,
      value,
      valid_from: draft.from,
      ...(draft.to !== "" && { valid_to: draft.to }),
      ...(draft.replaces !== undefined && { replaces: draft.replaces }),
    },
  };
}

interface Readers {
  rate: (text: string, path: string) => number | undefined;
  amount: (text: string, path: string) => number | undefined;
  fault: (path: string, text: TextKey) => undefined;
}

/** The ladder: it begins at nothing and rises. */
function tiersOf({ steps, measure }: Draft, { rate, amount, fault }: Readers) {
  let before = -1;
  return steps.map((step, index) => {
    const path = `value.tiers[${index}]`;
    const floor =
      index === 0 ? 0 : measure === "count" ? count(step.floor) : amount(step.floor, `${path}.floor`);
    if (floor === undefined)
      fault(`${path}.floor`, measure === "count" ? "rule.wrongCount" : "pay.wrongAmount");
    else if (floor <= before) fault(`${path}.floor`, "rule.mustRise");
    before = floor ?? before;
    return { floor, rate_basis_points: rate(step.rate, `${path}.rate_basis_points`) };
  });
}

function count(text: string): number | undefined {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : undefined;
}

/** What a rule pays, in figures: the general value, the ladder, and how many exceptions there are. */
export function inFigures(
  rule: Rule,
  currency: string,
): { worth: string; ladder: { from: string; rate: string }[]; exceptions: number } | undefined {
  const draft = draftOf(rule, currency);
  if (draft === undefined) return undefined;
  const unit = (text: string): string =>
    text === "" ? "–" : draft.type === "fixed" ? `${currency} ${grouped(text)}` : `${text} %`;
  return {
    worth: draft.type === "tiered" ? "" : unit(draft.worth),
    ladder:
      draft.type === "tiered"
        ? draft.steps.map(({ floor, rate }) => ({ from: grouped(floor), rate: `${rate} %` }))
        : [],
    exceptions: draft.exceptions.length,
  };
}

function grouped(text: string): string {
  return text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}
