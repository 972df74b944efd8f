// Where things stand in the calendar: pure, in minutes of the local day.
import type { Schemas } from "../../api/client";
import type { Appointment, Block, Resource, Service, StaffMember } from "../../api/queries";
import { minuteOf, weekdayOf, type Day } from "../../lib/time";

/** A person's day, or a day of the week. */
export interface Column {
  key: string;
  title: string;
  day: Day;
  /** Whose column it is; undefined where a column is everybody's day. */
  staffId: string | undefined;
  /** When they work, in minutes; undefined where that is nobody's. */
  working: Span[] | undefined;
  /** The kind of resource whose column it is, if it is one's. */
  kind?: string;
}

export interface Span {
  from: number;
  to: number;
}

export interface Item extends Span {
  appointment: Appointment;
  /** Time kept free before and after. */
  before: number;
  after: number;
  /** Its parts as stretches from its begin, for those that have several. */
  segments: { from: number; minutes: number; staff: boolean; client: boolean }[];
}

export interface BlockItem extends Span {
  block: Block;
}

const GONE: readonly string[] = [
  "cancelled_by_customer",
  "cancelled_by_business",
  "expired",
  "declined",
  "no_show",
];

/** Whether an appointment has given its time back. */
export function isGone(state: string): boolean {
  return GONE.includes(state);
}

/** Whether it may still be moved. */
export function isMovable(state: string): boolean {
  return state === "held" || state === "confirmed";
}

/** The appointments of a column. */
export function itemsOf(
  appointments: readonly Appointment[],
  column: Pick<Column, "day" | "staffId">,
  services: ReadonlyMap<string, Service>,
  zone: string,
  withGone: boolean,
): Item[] {
  return appointments
    .filter((one) => withGone || !isGone(one.state))
    .filter((one) => column.staffId === undefined || one.staff_ids.includes(column.staffId))
    .map((appointment) => {
      const service = services.get(appointment.service_id);
      const from = minuteOf(appointment.start, column.day, zone);
      let at = 0;
      const segments = (service?.segments ?? []).map((segment) => {
        const found = {
          from: at,
          minutes: segment.minutes,
          staff: segment.staff ?? true,
          client: segment.client ?? true,
        };
        at += segment.minutes;
        return found;
      });
      const gone = isGone(appointment.state);
      return {
        appointment,
        from,
        to: minuteOf(appointment.end, column.day, zone),
        before: gone ? 0 : (service?.buffer_before_minutes ?? 0),
        after: gone ? 0 : (service?.buffer_after_minutes ?? 0),
        segments: segments.length > 1 ? segments : [],
      };
    });
}

export function blocksOf(
  blocks: readonly Block[],
  column: Pick<Column, "day" | "staffId">,
  zone: string,
): BlockItem[] {
  return (
    blocks
      // In a column of everybody somebody's lunch says nothing.
      .filter((block) => column.staffId !== undefined && block.staff_id === column.staffId)
      .map((block) => ({
        block,
        from: Math.max(0, minuteOf(block.start, column.day, zone)),
        to: Math.min(1440, minuteOf(block.end, column.day, zone)),
      }))
      .filter((item) => item.from < item.to)
  );
}

/** A column for each kind of room, couch or machine: which one of a kind an appointment has is not said by the api. */
export function roomColumns(resources: readonly Resource[], day: Day): Column[] {
  const kinds = new Map<string, Resource[]>();
  for (const one of resources.filter((resource) => resource.active))
    kinds.set(one.kind, [...(kinds.get(one.kind) ?? []), one]);
  return [...kinds].map(([kind, own]) => {
    const places = own.reduce((sum, one) => sum + one.capacity, 0);
    const name = kind.replaceAll(/[_-]/g, " ");
    const title = own.length === 1 && places === 1 ? (own[0]?.name ?? name) : `${name} (${places})`;
    return { key: kind, title, day, staffId: undefined, working: undefined, kind };
  });
}

/** When appointments occupy something of a kind: those of their parts that need one. */
export function roomItemsOf(
  appointments: readonly Appointment[],
  column: Pick<Column, "day" | "kind">,
  services: ReadonlyMap<string, Service>,
  zone: string,
): Item[] {
  return appointments
    .filter((one) => !isGone(one.state))
    .flatMap((appointment) => {
      const from = minuteOf(appointment.start, column.day, zone);
      const spans: Span[] = [];
      let at = from;
      for (const part of services.get(appointment.service_id)?.segments ?? []) {
        const end = at + part.minutes;
        const last = spans.at(-1);
        if (part.resource_kind === column.kind) {
          if (last?.to === at) last.to = end;
          else spans.push({ from: at, to: end });
        }
        at = end;
      }
      return spans.map((span) => ({ ...span, appointment, before: 0, after: 0, segments: [] }));
    });
}

/** When somebody works on a day: their week, or the hours of that date, without leave. */
export function workingSpans(
  member: StaffMember,
  day: Day,
  zone: string,
  absences: { overrides: readonly Schemas["Override"][]; leave: readonly Schemas["Leave"][] } | undefined,
): Span[] {
  const weekday = weekdayOf(day);
  const yesterday = weekday === 1 ? 7 : weekday - 1;
  const dated = absences?.overrides.find((one) => one.day === day);
  const own = dated === undefined ? member.weekly.filter((block) => block.weekday === weekday) : dated.blocks;
  // What began yesterday evening may reach into this day.
  const late = member.weekly
    .filter((block) => block.weekday === yesterday && block.to_minute > 1440)
    .map((block) => ({ from_minute: 0, to_minute: block.to_minute - 1440 }));
  let spans = [...late, ...own].map((block) => ({ from: block.from_minute, to: block.to_minute }));
  for (const leave of absences?.leave ?? []) {
    const away = { from: minuteOf(leave.start, day, zone), to: minuteOf(leave.end, day, zone) };
    spans = spans.flatMap((span) => without(span, away));
  }
  return spans.sort((a, b) => a.from - b.from);
}

function without(span: Span, away: Span): Span[] {
  return [
    { from: span.from, to: Math.min(span.to, away.from) },
    { from: Math.max(span.from, away.to), to: span.to },
  ].filter((rest) => rest.from < rest.to);
}

/** The rest of a range. */
export function gaps(spans: readonly Span[], range: Span): Span[] {
  let rest: Span[] = [range];
  for (const span of spans) rest = rest.flatMap((one) => without(one, span));
  return rest;
}

/** Which hours are shown: opening and working hours and whatever lies beside them, in whole hours. */
export function shownRange(spans: readonly Span[], items: readonly Span[]): Span {
  const all = [...spans, ...items];
  if (all.length === 0) return { from: 8 * 60, to: 19 * 60 };
  const from = Math.max(0, Math.min(...all.map((span) => span.from)));
  const to = Math.min(30 * 60, Math.max(...all.map((span) => span.to)));
  return { from: Math.floor(from / 60) * 60, to: Math.ceil(to / 60) * 60 };
}

/** The nearest start on the grid. */
export function snap(minute: number, step: number): number {
  return Math.round(minute / step) * step;
}
