// Stretches of a day on the business's wall clock, as they are typed and as the API has them.
import { clock, minutesOfClock } from "./time";

/** From a minute of the local day up to another; beyond 1440 it ends on the next day. */
export interface DayBlock {
  from_minute: number;
  to_minute: number;
}

export interface WeeklyBlock extends DayBlock {
  /** ISO: 1 is Monday. */
  weekday: number;
}

/** A block as it stands in two fields. */
export interface Typed {
  from: string;
  to: string;
}

export const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7] as const;

export function typedOf(block: DayBlock): Typed {
  return { from: clock(block.from_minute), to: clock(block.to_minute) };
}

/** What was typed; an end that is not after the start is on the next day. Undefined if it is no time. */
export function blockOf(typed: Typed): DayBlock | undefined {
  const from = minutesOfClock(typed.from.trim());
  const to = typed.to.trim() === "24:00" ? 1440 : minutesOfClock(typed.to.trim());
  if (from === undefined || to === undefined) return undefined;
  return { from_minute: from, to_minute: to > from ? to : to + 1440 };
}

/** All of a day, or undefined if one of them is no time. */
export function blocksOf(typed: readonly Typed[]): DayBlock[] | undefined {
  const blocks = typed.map(blockOf);
  return blocks.every((one) => one !== undefined) ? blocks : undefined;
}

/** Which of them begins before another one of the same day is over; -1 if none does. */
export function overlapIn(blocks: readonly DayBlock[]): number {
  return blocks.findIndex((one, index) =>
    blocks.some(
      (other, at) =>
        at !== index &&
        one.from_minute < other.to_minute &&
        other.from_minute < one.to_minute &&
        (one.from_minute > other.from_minute || (one.from_minute === other.from_minute && index > at)),
    ),
  );
}

/** A week as it is typed: the rows of each weekday, Monday first. */
export type TypedWeek = readonly (readonly Typed[])[];

export function typedWeekOf(weekly: readonly WeeklyBlock[]): TypedWeek {
  return WEEKDAYS.map((weekday) =>
    weekly
      .filter((one) => one.weekday === weekday)
      .sort((one, other) => one.from_minute - other.from_minute)
      .map(typedOf),
  );
}

/** The week that was typed; undefined while a field is no time. */
export function weekOfTyped(week: TypedWeek): WeeklyBlock[] | undefined {
  const days = week.map(blocksOf);
  if (!days.every((one) => one !== undefined)) return undefined;
  return days.flatMap((blocks, index) => blocks.map((block) => ({ weekday: index + 1, ...block })));
}

/** As a list shows it: "09:00–13:00, 14:00–18:00". */
export function blocksInWords(blocks: readonly DayBlock[]): string {
  return blocks.map((one) => `${clock(one.from_minute)}–${clock(one.to_minute)}`).join(", ");
}
