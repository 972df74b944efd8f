// Time as the business sees it: instants are UTC, what is shown and chosen is on the business's wall clock. The
// browser's own zone is never asked.
import { Temporal } from "temporal-polyfill";

/** A local day, `2026-05-13`. */
export type Day = string;

/** An instant as the API writes it, RFC 3339. */
export type Instant = string;

function local(instant: Instant, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.from(instant).toZonedDateTimeISO(zone);
}

/** The business's local day of an instant. */
export function dayOf(instant: Instant, zone: string): Day {
  return local(instant, zone).toPlainDate().toString();
}

/** Minutes of the wall clock since the local midnight of `day`; beyond 0 to 1440 for what lies on another day. */
export function minuteOf(instant: Instant, day: Day, zone: string): number {
  const at = local(instant, zone);
  const days = Temporal.PlainDate.from(day).until(at.toPlainDate()).days;
  return days * 1440 + at.hour * 60 + at.minute;
}

/** The instant of a minute of a local day's wall clock. Where the clock skips it, the moment after the gap. */
export function instantOf(day: Day, minute: number, zone: string): Instant {
  const date = Temporal.PlainDate.from(day).add({ days: Math.floor(minute / 1440) });
  const rest = ((minute % 1440) + 1440) % 1440;
  return date
    .toZonedDateTime({ timeZone: zone, plainTime: new Temporal.PlainTime(Math.floor(rest / 60), rest % 60) })
    .toInstant()
    .toString();
}

export function addDays(day: Day, days: number): Day {
  return Temporal.PlainDate.from(day).add({ days }).toString();
}

/** The seven days of the week of `day`, Monday first. */
export function weekOf(day: Day): Day[] {
  const date = Temporal.PlainDate.from(day);
  const monday = date.subtract({ days: date.dayOfWeek - 1 });
  return Array.from({ length: 7 }, (_, i) => monday.add({ days: i }).toString());
}

/** ISO: 1 is Monday. */
export function weekdayOf(day: Day): number {
  return Temporal.PlainDate.from(day).dayOfWeek;
}

/** Whole minutes between two instants. */
export function minutesBetween(from: Instant, to: Instant): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 60_000);
}

/** A minute of the day as a 24-hour clock shows it: 14:05. What is past midnight begins again at 00:00. */
export function clock(minute: number): string {
  const rest = ((minute % 1440) + 1440) % 1440;
  return `${String(Math.floor(rest / 60)).padStart(2, "0")}:${String(rest % 60).padStart(2, "0")}`;
}

/** `14:05` as minutes; undefined if it is no time. */
export function minutesOfClock(text: string): number | undefined {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text);
  if (found === null) return undefined;
  const [hour, minute] = [Number(found[1]), Number(found[2])];
  return hour < 24 && minute < 60 ? hour * 60 + minute : undefined;
}

/** An instant as the business's 24-hour clock shows it. */
export function timeOf(instant: Instant, zone: string): string {
  const at = local(instant, zone);
  return clock(at.hour * 60 + at.minute);
}

const HOURS = [
  "kumi na mbili",
  "moja",
  "mbili",
  "tatu",
  "nne",
  "tano",
  "sita",
  "saba",
  "nane",
  "tisa",
  "kumi",
  "kumi na moja",
];

/** The Swahili clock, which counts from six: 14:00 is "saa nane mchana". */
export function swahiliClock(minute: number): string {
  const rest = ((minute % 1440) + 1440) % 1440;
  const [hour, past] = [Math.floor(rest / 60), rest % 60];
  const part =
    hour < 4
      ? "usiku"
      : hour < 6
        ? "alfajiri"
        : hour < 12
          ? "asubuhi"
          : hour < 16
            ? "mchana"
            : hour < 19
              ? "jioni"
              : "usiku";
  const named = HOURS[(hour + 6) % 12] ?? "";
  const after = past === 0 ? "" : past === 15 ? " na robo" : past === 30 ? " na nusu" : ` na dakika ${past}`;
  if (past === 45) return `saa ${HOURS[(hour + 7) % 12] ?? ""} kasoro robo ${part}`;
  return `saa ${named}${after} ${part}`;
}

const LOCALE = { en: "en-GB", sw: "sw-KE" } as const;

/** A local day in words. */
export function dayInWords(
  day: Day,
  language: "en" | "sw",
  form: "long" | "short" | "weekday" = "long",
): string {
  const at = new Date(`${day}T12:00:00Z`);
  const parts: Intl.DateTimeFormatOptions =
    form === "long"
      ? { weekday: "long", day: "numeric", month: "long", year: "numeric" }
      : form === "short"
        ? { weekday: "short", day: "numeric", month: "short" }
        : { weekday: "short", day: "numeric" };
  return new Intl.DateTimeFormat(LOCALE[language], { ...parts, timeZone: "UTC" }).format(at);
}

/** A day of the week in words; 1 is Monday. */
export function weekdayInWords(
  weekday: number,
  language: "en" | "sw",
  form: "long" | "short" = "long",
): string {
  // The fifth of January 2026 is a Monday.
  const at = new Date(`2026-01-${String(4 + weekday).padStart(2, "0")}T12:00:00Z`);
  return new Intl.DateTimeFormat(LOCALE[language], { weekday: form, timeZone: "UTC" }).format(at);
}

/** A local month, `2026-05`, in words. */
export function monthInWords(month: string, language: "en" | "sw"): string {
  const at = new Date(`${month}-15T12:00:00Z`);
  return new Intl.DateTimeFormat(LOCALE[language], {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  }).format(at);
}

export function addMonths(month: string, months: number): string {
  return Temporal.PlainYearMonth.from(month).add({ months }).toString();
}

/** An instant with its day, as lists show it. */
export function momentInWords(instant: Instant, zone: string, language: "en" | "sw"): string {
  return `${dayInWords(dayOf(instant, zone), language, "short")} ${timeOf(instant, zone)}`;
}
