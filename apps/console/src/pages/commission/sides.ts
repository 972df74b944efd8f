// Two sides of months: as they are, and by proposed rules.
import type { Money } from "../../lib/money";
import { addMonths } from "../../lib/time";
import { payOf, type RuleOrder, type WhatIf } from "./figures";

export interface Compared {
  staffId: string;
  /** In the order of the months; a side is missing where somebody was not there. */
  months: { now: Money | undefined; proposed: Money | undefined }[];
}

/** Everybody who earns on one side at least, whoever gains or loses most first. */
export function compared(months: WhatIf["months"]): Compared[] {
  const people = [...new Set(months.flatMap((month) => month.staff.map((one) => one.staff_id)))];
  const change = (row: Compared): number =>
    row.months.reduce(
      (sum, cell) => sum + Math.abs((cell.proposed?.amount_minor ?? 0) - (cell.now?.amount_minor ?? 0)),
      0,
    );
  return people
    .map((staffId) => ({
      staffId,
      months: months.map((month) => {
        const found = month.staff.find((one) => one.staff_id === staffId);
        return {
          now: found?.now ? payOf(found.now) : undefined,
          proposed: found?.proposed ? payOf(found.proposed) : undefined,
        };
      }),
    }))
    .filter((row) =>
      row.months.some((cell) => cell.now?.amount_minor !== 0 || cell.proposed?.amount_minor !== 0),
    )
    .sort((one, other) => change(other) - change(one));
}

/** A rule as if it had held in all of these months: past months show nothing of one that begins tomorrow. */
export function asIfAlways(rule: RuleOrder, months: readonly string[]): RuleOrder {
  const [first = rule.valid_from.slice(0, 7)] = [...months].sort();
  const { staff_id, service_category, rule_type, value } = rule;
  return {
    ...(staff_id != null && { staff_id }),
    ...(service_category != null && { service_category }),
    rule_type,
    value,
    valid_from: `${first}-01`,
  };
}

/** This month and those before it, `count` of them, the latest last. */
export function monthsUntil(month: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => addMonths(month, index + 1 - count));
}
