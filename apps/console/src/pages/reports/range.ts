// Which days a report is of.
import { addDays, addMonths, type Day } from "../../lib/time";

export const CHOICES = ["thisMonth", "lastMonth", "threeMonths", "free"] as const;
export type Choice = (typeof CHOICES)[number];

export interface Range {
  from: Day;
  to: Day;
}

/** The most days of one report, as the API has it. */
export const DAYS_MAX = 366;

const monthOf = (day: Day): string => day.slice(0, 7);

/** The whole months from so many before this one to so many before it. */
function months(today: Day, first: number, last: number): Range {
  const month = monthOf(today);
  return {
    from: `${addMonths(month, -first)}-01`,
    to: addDays(`${addMonths(month, 1 - last)}-01`, -1),
  };
}

/** The days of a choice; a free one begins as this month. */
export function rangeOf(choice: Choice, today: Day): Range {
  switch (choice) {
    case "thisMonth":
    case "free":
      return months(today, 0, 0);
    case "lastMonth":
      return months(today, 1, 1);
    case "threeMonths":
      return months(today, 2, 0);
  }
}

/** Whether the API takes these days: both are named, in order, and not too many. */
export function isRange({ from, to }: Range): boolean {
  const written = /^\d{4}-\d{2}-\d{2}$/;
  return written.test(from) && written.test(to) && from <= to && to < addDays(from, DAYS_MAX);
}

/** Whether so many days are told by weeks rather than by days. */
export function isLong({ from, to }: Range): boolean {
  return to > addDays(from, 30);
}
