// The desk's calendar: a day with the team as columns, or a week; booking, moving, walk-ins and blocks.
import { lazy, Suspense, useMemo, useState } from "react";
import { useSearchParams } from "react-router";

import { ApiProblem } from "../../api/problem";
import {
  useAbsences,
  useBlocks,
  useCustomerNames,
  useDays,
  useMove,
  useOpeningHours,
  useResources,
  useServices,
  useStaff,
  type Appointment,
  type Service,
  type StaffMember,
} from "../../api/queries";
import { useNow } from "../../app/clock";
import { useLineDown } from "../../app/line";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { nameIn } from "../../lib/names";
import { addDays, clock, dayInWords, instantOf, minuteOf, weekdayOf, weekOf, type Day } from "../../lib/time";
import { Action, BackAndForth, Page } from "../../ui/parts";
import { StaffOptions } from "../../ui/StaffOptions";
import { Found, Problem } from "../../ui/states";
import { Conflict } from "../booking/Conflict";
import { Grid, type Target } from "./Grid";
import {
  blocksOf,
  isGone,
  itemsOf,
  roomColumns,
  roomItemsOf,
  shownRange,
  workingSpans,
  type BlockItem,
  type Column,
  type Item,
} from "./layout";
import { RoomNotes } from "./RoomNotes";

const AppointmentDrawer = lazy(() => import("../appointment/AppointmentDrawer"));
const BookingDrawer = lazy(() => import("../booking/BookingDrawer"));
const BlockDrawer = lazy(() => import("./BlockDrawer"));
const WalkInsDrawer = lazy(() => import("./WalkInsDrawer"));

type View = "day" | "week" | "rooms";

const VIEWS: readonly View[] = ["day", "week", "rooms"];

type Beside =
  | { kind: "book"; day: Day; minute: number | undefined; staffId: string | undefined }
  | {
      kind: "block";
      day: Day;
      from: number;
      to: number;
      staffId: string | undefined;
      item: BlockItem | undefined;
    }
  | { kind: "walk-ins" };

export default function CalendarPage() {
  const t = useText();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const today = useToday();
  const [search, setSearch] = useSearchParams();
  const day = search.get("day") ?? today;
  const view: View = VIEWS.find((one) => one === search.get("view")) ?? "day";
  const who = search.get("who") ?? undefined;
  const withGone = search.get("gone") === "1";
  const days = useMemo(() => (view === "week" ? weekOf(day) : [day]), [view, day]);

  const [beside, setBeside] = useState<Beside | undefined>(
    // A customer's page links here to book for them.
    search.has("book") ? { kind: "book", day, minute: undefined, staffId: undefined } : undefined,
  );
  const down = useLineDown();
  const staff = useStaff();
  const services = useServices();
  const booked = useDays(days);
  const blocks = useBlocks(days[0] ?? day, days.at(-1) ?? day, zone);
  const hours = useOpeningHours();

  function go(changes: Record<string, string | undefined>): void {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined) next.delete(name);
          else next.set(name, value);
        }
        return next;
      },
      { replace: true },
    );
  }

  const stride = view === "week" ? 7 : 1;
  const title =
    view === "week"
      ? `${dayInWords(days[0] ?? day, language, "short")} – ${dayInWords(days[6] ?? day, language, "short")}`
      : dayInWords(day, language);
  const openAppointment = search.get("appointment") ?? undefined;
  return (
    <Page
      title={title}
      actions={
        <div className="toolbar">
          <div className="toolbar__group">
            <BackAndForth go={(by) => go({ day: addDays(day, by * stride) })}>
              <Action reads onClick={() => go({ day: undefined })}>
                {t("calendar.today")}
              </Action>
            </BackAndForth>
            <input
              type="date"
              aria-label={t("calendar.pickDay")}
              value={day}
              onChange={(event) => event.target.value !== "" && go({ day: event.target.value })}
            />
          </div>
          <div className="switch" role="group" aria-label={t("calendar.day")}>
            {VIEWS.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={view === one}
                onClick={() => go({ view: one === "day" ? undefined : one })}
              >
                {t(`calendar.${one}`)}
              </button>
            ))}
          </div>
          {view === "week" && (
            <select
              aria-label={t("calendar.who")}
              value={who ?? ""}
              onChange={(event) => go({ who: event.target.value || undefined })}
            >
              <option value="">{t("calendar.everyone")}</option>
              <StaffOptions of={staff.data} />
            </select>
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={withGone}
              onChange={(event) => go({ gone: event.target.checked ? "1" : undefined })}
            />
            {t("calendar.cancelled")}
          </label>
          <div className="toolbar__group toolbar__end">
            {can("schedule:write") && (
              <Action
                onClick={() =>
                  setBeside({ kind: "block", day, from: 12 * 60, to: 13 * 60, staffId: who, item: undefined })
                }
              >
                {t("calendar.block")}
              </Action>
            )}
            <Action reads onClick={() => setBeside({ kind: "walk-ins" })}>
              {t("calendar.walkIns")}
            </Action>
            <Action
              kind="primary"
              onClick={() => setBeside({ kind: "book", day, minute: undefined, staffId: who })}
            >
              {t("calendar.new")}
            </Action>
          </div>
        </div>
      }
    >
      <Found query={staff}>
        {(team) => (
          <Found query={services}>
            {(sold) => (
              <Found query={booked}>
                {(byDay) => (
                  <Sheet
                    days={days}
                    view={view}
                    who={who}
                    withGone={withGone}
                    team={team}
                    sold={sold}
                    byDay={byDay}
                    blocks={blocks.data ?? []}
                    weekly={hours.data?.weekly ?? []}
                    onOpen={(appointment) => go({ appointment: appointment.id })}
                    onBook={({ column, from }) =>
                      !down &&
                      setBeside({
                        kind: "book",
                        day: column.day,
                        minute: from,
                        staffId: column.staffId ?? who,
                      })
                    }
                    onBlock={({ column, from, to }, item) =>
                      setBeside({
                        kind: "block",
                        day: column.day,
                        from,
                        to,
                        staffId: column.staffId ?? who,
                        item,
                      })
                    }
                  />
                )}
              </Found>
            )}
          </Found>
        )}
      </Found>
      <Suspense fallback={null}>
        {openAppointment !== undefined && (
          <AppointmentDrawer
            key={openAppointment}
            id={openAppointment}
            close={() => go({ appointment: undefined })}
          />
        )}
        {beside?.kind === "book" && (
          <BookingDrawer
            day={beside.day}
            minute={beside.minute}
            staffId={beside.staffId}
            customerId={search.get("book") ?? undefined}
            close={() => {
              setBeside(undefined);
              go({ book: undefined });
            }}
            booked={(visit) => {
              setBeside(undefined);
              go({ book: undefined, appointment: visit.appointments[0]?.id });
            }}
          />
        )}
        {beside?.kind === "block" && <BlockDrawer {...beside} close={() => setBeside(undefined)} />}
        {beside?.kind === "walk-ins" && <WalkInsDrawer close={() => setBeside(undefined)} />}
      </Suspense>
    </Page>
  );
}

interface SheetProps {
  days: readonly Day[];
  view: View;
  who: string | undefined;
  withGone: boolean;
  team: readonly StaffMember[];
  sold: readonly Service[];
  byDay: readonly Appointment[][];
  blocks: Parameters<typeof blocksOf>[0];
  weekly: readonly unknown[];
  onOpen: (appointment: Appointment) => void;
  onBook: (target: Target) => void;
  onBlock: (target: Target, item: BlockItem | undefined) => void;
}

function Sheet({
  days,
  view,
  who,
  withGone,
  team,
  sold,
  byDay,
  blocks,
  weekly,
  onOpen,
  onBook,
  onBlock,
}: SheetProps) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { can, zone, step } = useSession();
  const now = useNow();
  const move = useMove();
  const down = useLineDown();
  const [moving, setMoving] = useState<{ item: Item; column: Column; from: number }>();

  const services = useMemo(() => new Map(sold.map((one) => [one.id, one])), [sold]);
  const all = useMemo(() => byDay.flat(), [byDay]);
  const names = useCustomerNames(
    all.map((one) => one.customer_id),
    can("customers:read"),
  );
  const shown = team.filter(
    (one) => one.active || all.some((appointment) => appointment.staff_ids.includes(one.id)),
  );
  const first = days[0] ?? "1970-01-01";
  const absences = useAbsences(
    can("schedule:read") ? shown.map((one) => one.id) : [],
    first,
    days.at(-1) ?? first,
    zone,
  );

  const resources = useResources(view === "rooms");
  const rooms = resources.data?.filter((one) => one.active) ?? [];
  const columns: Column[] =
    view === "rooms"
      ? roomColumns(rooms, first)
      : view === "day"
        ? shown.map((member) => ({
            key: member.id,
            title: member.name,
            day: first,
            staffId: member.id,
            working: workingSpans(
              member,
              first,
              zone,
              absences.find((one) => one.id === member.id),
            ),
          }))
        : days.map((day) => {
            const member = team.find((one) => one.id === who);
            return {
              key: day,
              title: dayInWords(day, language, "weekday"),
              day,
              staffId: who,
              working:
                member &&
                workingSpans(
                  member,
                  day,
                  zone,
                  absences.find((one) => one.id === who),
                ),
            };
          });

  const items = (column: Column): Item[] => {
    const own = byDay[days.indexOf(column.day)] ?? [];
    return column.kind === undefined
      ? itemsOf(own, column, services, zone, withGone)
      : roomItemsOf(own, column, services, zone);
  };
  const open = (weekly as { weekday: number; from_minute: number; to_minute: number }[])
    .filter((block) => days.some((day) => weekdayOf(day) === block.weekday))
    .map((block) => ({ from: block.from_minute, to: block.to_minute }));
  const worked = columns.flatMap((column) => column.working ?? []);
  const range = shownRange(
    [...open, ...worked],
    columns.flatMap(items).filter((item) => item.to > 0),
  );
  const nowIso = new Date(now).toISOString();

  function send(item: Item, column: Column, start: string, from: number, staffId: string | undefined): void {
    setMoving({ item, column, from });
    move.send({ appointment: item.appointment, start, staffId, by: "business" }, () => setMoving(undefined));
  }

  const name = (appointment: Appointment): string =>
    names.get(appointment.customer_id) ?? t("calendar.someone");
  const service = (appointment: Appointment): string => {
    const found = services.get(appointment.service_id);
    return found === undefined ? "" : nameIn(language, found);
  };
  if (view === "rooms" && resources.data === undefined) return <Found query={resources}>{() => null}</Found>;
  if (columns.length === 0)
    return <p className="state muted">{t(view === "rooms" ? "calendar.noRooms" : "calendar.noStaff")}</p>;
  const nothing = all.every((one) => isGone(one.state));
  return (
    <>
      {nothing && view !== "rooms" && <p className="muted hint-line">{t("calendar.empty")}</p>}
      {view === "rooms" && <RoomNotes rooms={rooms} day={first} zone={zone} />}
      <Grid
        wide={view !== "week"}
        reads={view === "rooms"}
        columns={columns}
        items={items}
        blocks={(column) => blocksOf(blocks, column, zone)}
        range={range}
        step={step}
        nowIn={(column) => {
          const minute = minuteOf(nowIso, column.day, zone);
          return minute >= 0 && minute < 1440 ? minute : undefined;
        }}
        canBook={can("appointments:book") && !down && view !== "rooms"}
        canBlock={can("schedule:write") && !down && view !== "rooms"}
        pending={
          move.isPending && moving !== undefined
            ? { id: moving.item.appointment.id, column: moving.column.key, from: moving.from }
            : undefined
        }
        label={(item) =>
          `${clock(item.from)} – ${clock(item.to)}, ${name(item.appointment)}, ${service(item.appointment)}, ${word("state", item.appointment.state)}.${view === "rooms" ? "" : ` ${t("calendar.pickUp")}`}`
        }
        card={(item) => (
          <>
            <span className="card-item__time">
              {clock(item.from)}
              <span className="card-item__end">–{clock(item.to)}</span>
            </span>
            <strong>{name(item.appointment)}</strong>
            <span className="card-item__service">{service(item.appointment)}</span>
          </>
        )}
        onOpen={onOpen}
        onBook={onBook}
        onBlock={(target) => onBlock(target, undefined)}
        onBlockOpen={(item) =>
          onBlock(
            {
              column: columns.find((one) => one.staffId === item.block.staff_id) ?? (columns[0] as Column),
              from: item.from,
              to: item.to,
            },
            item,
          )
        }
        onMove={(item, column, from) =>
          send(
            item,
            column,
            instantOf(column.day, from, zone),
            from,
            column.staffId ?? item.appointment.staff_ids[0],
          )
        }
      />
      {move.error instanceof ApiProblem &&
      moving !== undefined &&
      (move.error.reasons.length > 0 || move.error.alternatives.length > 0) ? (
        <Conflict
          problem={move.error}
          staffId={moving.column.staffId ?? moving.item.appointment.staff_ids[0]}
          close={() => {
            move.reset();
            setMoving(undefined);
          }}
          take={(slot) => {
            const staffId = slot.parts[0]?.staff_id;
            send(
              moving.item,
              moving.column,
              slot.start,
              minuteOf(slot.start, moving.column.day, zone),
              staffId,
            );
          }}
        />
      ) : (
        <Problem error={move.error} />
      )}
      <Legend />
    </>
  );
}

const SHOWN_STATES = ["requested", "held", "confirmed", "checked_in", "in_progress", "completed"] as const;

function Legend() {
  const t = useText();
  return (
    <ul className="legend" aria-label={t("calendar.legend")}>
      {SHOWN_STATES.map((state) => (
        <li key={state}>
          <span className={`legend__dot state--${state}`} aria-hidden="true" />
          {t(`state.${state}`)}
        </li>
      ))}
    </ul>
  );
}
