// What a report says, as tables with a chart over each that needs one. The table is the chart for whoever cannot see it.
import type { Schemas } from "../../api/client";
import type { TextKey } from "../../i18n";
import { percent, type Money } from "../../lib/money";
import type { Day } from "../../lib/time";

/** One bar or column: how much, and how that is said. */
export interface Bar {
  label: string;
  value: number;
  told: string;
}

export interface Column {
  name: TextKey;
  number: boolean;
}

/** A table and what is drawn of it. */
export interface Part {
  title: TextKey;
  /** Columns stand side by side along time, bars below each other. */
  chart?: { kind: "bars" | "columns"; rows: Bar[] };
  head: Column[];
  rows: string[][];
}

/** How the page says things. */
export interface Words {
  day: (day: Day) => string;
  money: (amount: Money) => string;
  tender: (tender: string) => string;
}

const text = (name: TextKey): Column => ({ name, number: false });
const number = (name: TextKey): Column => ({ name, number: true });

function sum(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (first === undefined) return undefined;
  return {
    amount_minor: amounts.reduce((all, one) => all + one.amount_minor, 0),
    currency: first.currency,
  };
}

/** Rows by what they have in common, in the order in which that comes first. */
export function grouped<T>(rows: readonly T[], by: (row: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const of = found.get(by(row));
    if (of === undefined) found.set(by(row), [row]);
    else of.push(row);
  }
  return [...found];
}

/** A part of a whole in hundredths of a percent, rounded; nothing of nothing. */
export function shareOf(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.round((part * 10_000) / whole) : undefined;
}

const shareTold = (share: number | undefined): string => (share === undefined ? "–" : percent(share));

/** Minutes as hours: "7:30". */
export function hours(minutes: number): string {
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}

export function tellRevenue(report: Schemas["RevenueReport"], words: Words): Part[] {
  interface Sold {
    appointments: number;
    charged: Money;
    discounts: Money;
  }
  const figures = (one: Sold) => [
    String(one.appointments),
    words.money(one.charged),
    words.money(one.discounts),
  ];
  const bar = (label: string, one: Sold): Bar => ({
    label,
    value: one.charged.amount_minor,
    told: words.money(one.charged),
  });
  const head = (name: TextKey) => [
    text(name),
    number("reports.col.appointments"),
    number("reports.col.charged"),
    number("reports.col.discounts"),
  ];
  return [
    {
      title: "reports.byService",
      chart: { kind: "bars", rows: report.services.map((one) => bar(one.service, one)) },
      head: head("reports.col.service"),
      rows: report.services.map((one) => [one.service, ...figures(one)]),
    },
    {
      title: "reports.byStaff",
      chart: { kind: "bars", rows: report.staff.map((one) => bar(one.staff, one)) },
      head: head("reports.col.staff"),
      rows: report.staff.map((one) => [one.staff, ...figures(one)]),
    },
    {
      title: "reports.byDay",
      chart: { kind: "columns", rows: report.days.map((one) => bar(words.day(one.day), one)) },
      head: head("reports.col.day"),
      rows: report.days.map((one) => [words.day(one.day), ...figures(one)]),
    },
  ];
}

export function tellUtilisation(report: Schemas["UtilisationReport"], words: Words): Part[] {
  const people = grouped(report.items, (row) => row.staff_id).map(([, rows]) => {
    const all = (of: (row: (typeof rows)[number]) => number) => rows.reduce((so, row) => so + of(row), 0);
    const open = all((row) => row.open_minutes);
    const booked = all((row) => row.booked_minutes);
    return {
      name: rows[0]?.staff ?? "",
      open,
      booked,
      rendered: all((row) => row.rendered_minutes),
      share: shareOf(booked, open),
    };
  });
  const figures = [
    number("reports.col.open"),
    number("reports.col.booked"),
    number("reports.col.rendered"),
    number("reports.col.share"),
  ];
  return [
    {
      title: "reports.byStaff",
      chart: {
        kind: "bars",
        rows: people.map((one) => ({
          label: one.name,
          value: one.share ?? 0,
          told: shareTold(one.share),
        })),
      },
      head: [text("reports.col.staff"), ...figures],
      rows: people.map((one) => [
        one.name,
        hours(one.open),
        hours(one.booked),
        hours(one.rendered),
        shareTold(one.share),
      ]),
    },
    {
      title: report.by === "week" ? "reports.byWeek" : "reports.byDay",
      head: [
        text(report.by === "week" ? "reports.col.week" : "reports.col.day"),
        text("reports.col.staff"),
        ...figures,
      ],
      rows: report.items.map((row) => [
        words.day(row.day),
        row.staff,
        hours(row.open_minutes),
        hours(row.booked_minutes),
        hours(row.rendered_minutes),
        shareTold(row.share_basis_points ?? undefined),
      ]),
    },
  ];
}

export function tellTenders(report: Schemas["TendersReport"], words: Words): Part[] {
  type Row = Schemas["TendersReport"]["items"][number];
  const figures = (rows: readonly Row[]) =>
    (["taken", "tips", "given_back", "net"] as const).map((name) => {
      const all = sum(rows.map((row) => row[name]));
      return all === undefined ? "–" : words.money(all);
    });
  const tenders = grouped(report.items, (row) => `${row.tender} ${row.net.currency}`).map(([, rows]) => rows);
  const head = [
    number("reports.col.taken"),
    number("reports.col.tips"),
    number("reports.col.givenBack"),
    number("reports.col.net"),
  ];
  return [
    {
      title: "reports.byTender",
      chart: {
        kind: "bars",
        rows: tenders.map((rows) => {
          const net = sum(rows.map((row) => row.net));
          return {
            label: words.tender(rows[0]?.tender ?? ""),
            value: net?.amount_minor ?? 0,
            told: net === undefined ? "–" : words.money(net),
          };
        }),
      },
      head: [text("reports.col.tender"), ...head],
      rows: tenders.map((rows) => [words.tender(rows[0]?.tender ?? ""), ...figures(rows)]),
    },
    {
      title: "reports.byDay",
      head: [text("reports.col.day"), text("reports.col.tender"), ...head],
      rows: report.items.map((row) => [words.day(row.day), words.tender(row.tender), ...figures([row])]),
    },
  ];
}

export function tellNoShows(report: Schemas["NoShowsReport"], words: Words): Part[] {
  const missed = (row: { no_shows: number; late_cancellations: number }) =>
    row.no_shows + row.late_cancellations;
  const people = grouped(report.items, (row) => row.staff_id).map(([, rows]) => {
    const due = rows.reduce((all, row) => all + row.due, 0);
    const share = shareOf(
      rows.reduce((all, row) => all + missed(row), 0),
      due,
    );
    return { label: rows[0]?.staff ?? "", value: share ?? 0, told: shareTold(share) };
  });
  return [
    {
      title: "reports.missed",
      chart: { kind: "bars", rows: people },
      head: [text("reports.col.staff"), number("reports.col.share")],
      rows: people.map((one) => [one.label, one.told]),
    },
    {
      title: "reports.byService",
      head: [
        text("reports.col.staff"),
        text("reports.col.service"),
        number("reports.col.due"),
        number("reports.col.noShows"),
        number("reports.col.late"),
        number("reports.col.fees"),
        number("reports.col.kept"),
      ],
      rows: report.items.map((row) => [
        row.staff,
        row.service,
        String(row.due),
        String(row.no_shows),
        String(row.late_cancellations),
        words.money(row.fees),
        words.money(row.fees_kept),
      ]),
    },
  ];
}

const OUTCOMES = [
  ["booked", "reports.col.bookings"],
  ["handed_over", "reports.col.handedOver"],
  ["opted_out", "reports.col.optedOut"],
  ["given_up", "reports.col.givenUp"],
  ["going_on", "reports.col.goingOn"],
] as const;

export function tellConversations(
  report: Schemas["ConversationsReport"],
  words: Words,
  say: (key: TextKey) => string,
): Part[] {
  const all = (of: (row: (typeof report.items)[number]) => number) =>
    report.items.reduce((so, row) => so + of(row), 0);
  const opened = all((row) => row.opened);
  const outcomes = OUTCOMES.map(([name, key]) => {
    const count = all((row) => row[name]);
    return { label: say(key), value: count, told: String(count), share: shareTold(shareOf(count, opened)) };
  });
  return [
    {
      title: "reports.outcomes",
      ...(opened > 0 && { chart: { kind: "bars" as const, rows: outcomes } }),
      head: [text("reports.col.outcome"), number("reports.col.count"), number("reports.col.share")],
      rows: opened > 0 ? outcomes.map((one) => [one.label, one.told, one.share]) : [],
    },
    {
      title: "reports.byDay",
      chart: {
        kind: "columns",
        rows: report.items.map((row) => ({
          label: words.day(row.day),
          value: row.opened,
          told: String(row.opened),
        })),
      },
      head: [
        text("reports.col.day"),
        number("reports.col.opened"),
        ...OUTCOMES.map(([, key]) => number(key)),
      ],
      rows: report.items.map((row) => [
        words.day(row.day),
        String(row.opened),
        ...OUTCOMES.map(([name]) => String(row[name])),
      ]),
    },
  ];
}
