// The calendar's grid: columns, what stands in them, and how it is moved with a pointer or with keys.
//
// It is our own and not a library's: what is free and licensed without a key either has no columns for people or draws
// to its own markup; the grid needs buffers, parts and lanes, and a keyboard that can do all that a mouse can.
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

import type { Appointment } from "../../api/queries";
import { useText } from "../../i18n";
import { lanes } from "../../lib/lanes";
import { clock } from "../../lib/time";
import { gaps, isMovable, snap, type BlockItem, type Column, type Item, type Span } from "./layout";

/** Pixels of a minute. */
const SCALE = 1.2;
/** A pointer that moves less was a click. */
const SLACK = 5;

export interface Target {
  column: Column;
  from: number;
  to: number;
}

interface Props {
  /** Whether columns are people, and so have room for more words. */
  wide: boolean;
  columns: readonly Column[];
  items: (column: Column) => Item[];
  blocks: (column: Column) => BlockItem[];
  range: Span;
  step: number;
  /** The present, in minutes of the column's day; undefined in columns of other days. */
  nowIn: (column: Column) => number | undefined;
  /** Whether columns only show; else appointments are booked and moved in them. */
  reads?: boolean;
  canBook: boolean;
  canBlock: boolean;
  /** An appointment whose move is on its way, with where it goes. */
  pending: { id: string; column: string; from: number } | undefined;
  card: (item: Item) => ReactNode;
  label: (item: Item, column: Column) => string;
  onOpen: (appointment: Appointment) => void;
  onBook: (target: Target) => void;
  onBlock: (target: Target) => void;
  onBlockOpen: (item: BlockItem) => void;
  onMove: (item: Item, column: Column, from: number) => void;
}

type Gesture =
  | {
      kind: "select";
      column: number;
      anchor: number;
      from: number;
      to: number;
      moved: boolean;
      x: number;
      y: number;
    }
  | {
      kind: "move";
      item: Item;
      home: number;
      column: number;
      from: number;
      grab: number;
      moved: boolean;
      x: number;
      y: number;
    }
  | { kind: "carry"; item: Item; home: number; column: number; from: number };

export function Grid(props: Props) {
  const { columns, range, step, canBook } = props;
  const t = useText();
  const body = useRef<HTMLDivElement>(null);
  const [gesture, setGesture] = useState<Gesture>();
  const [cursor, setCursor] = useState<{ column: number; minute: number }>();
  const said = useRef("");

  const height = (range.to - range.from) * SCALE;
  const top = (minute: number): number => (minute - range.from) * SCALE;

  /** Which minute and column a pointer is over. */
  function under(event: PointerEvent): { column: number; minute: number } {
    const found = [...(body.current?.querySelectorAll<HTMLElement>("[data-column]") ?? [])];
    const at = found.findIndex((one) => event.clientX < one.getBoundingClientRect().right);
    const column = at < 0 ? found.length - 1 : at;
    const box = found[column]?.getBoundingClientRect();
    return { column, minute: range.from + (event.clientY - (box?.top ?? 0)) / SCALE };
  }

  function grab(event: PointerEvent, item: Item, column: number): void {
    // A finger scrolls; on a phone the drawer moves.
    if (event.button !== 0 || event.pointerType === "touch" || !canBook || !isMovable(item.appointment.state))
      return;
    event.stopPropagation();
    const { minute } = under(event);
    body.current?.setPointerCapture(event.pointerId);
    setGesture({
      kind: "move",
      item,
      home: column,
      column,
      from: item.from,
      grab: minute - item.from,
      moved: false,
      x: event.clientX,
      y: event.clientY,
    });
  }

  function press(event: PointerEvent): void {
    if (event.button !== 0 || event.pointerType === "touch" || !canBook) return;
    if (!(event.target instanceof HTMLElement) || event.target.dataset["column"] === undefined) return;
    const { column, minute } = under(event);
    const from = Math.floor(minute / step) * step;
    body.current?.setPointerCapture(event.pointerId);
    setGesture({
      kind: "select",
      column,
      anchor: from,
      from,
      to: from + step,
      moved: false,
      x: event.clientX,
      y: event.clientY,
    });
  }

  function drag(event: PointerEvent): void {
    if (gesture === undefined || gesture.kind === "carry") return;
    const moved = gesture.moved || Math.hypot(event.clientX - gesture.x, event.clientY - gesture.y) > SLACK;
    const { column, minute } = under(event);
    if (gesture.kind === "move") {
      setGesture({ ...gesture, moved, column, from: snap(minute - gesture.grab, step) });
    } else {
      const edge = snap(minute, step);
      setGesture({
        ...gesture,
        moved,
        from: Math.min(gesture.anchor, edge),
        to: Math.max(gesture.anchor + step, edge),
      });
    }
  }

  function release(): void {
    if (gesture === undefined || gesture.kind === "carry") return;
    setGesture(undefined);
    const column = columns[gesture.column];
    if (column === undefined) return;
    if (gesture.kind === "select") {
      const target = { column, from: gesture.from, to: gesture.to };
      props.onBook(target);
    } else if (!gesture.moved) {
      props.onOpen(gesture.item.appointment);
    } else if (gesture.from !== gesture.item.from || gesture.column !== gesture.home) {
      props.onMove(gesture.item, column, gesture.from);
    }
  }

  /** A finger's tap on a free time. */
  function tap(event: React.MouseEvent, index: number): void {
    const column = columns[index];
    if (!canBook || column === undefined || event.target !== event.currentTarget) return;
    if (!(event.nativeEvent instanceof globalThis.PointerEvent) || event.nativeEvent.pointerType !== "touch")
      return;
    const minute = range.from + (event.clientY - event.currentTarget.getBoundingClientRect().top) / SCALE;
    const from = Math.floor(minute / step) * step;
    props.onBook({ column, from, to: from + step });
  }

  const steer: Record<string, [number, number]> = {
    ArrowUp: [-step, 0],
    ArrowDown: [step, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };

  function columnKey(event: KeyboardEvent, index: number): void {
    if (event.target !== event.currentTarget) return;
    const at = cursor ?? {
      column: index,
      minute: Math.max(range.from, props.nowIn(columns[index] ?? NOWHERE) ?? 9 * 60),
    };
    const way = steer[event.key];
    if (way !== undefined) {
      event.preventDefault();
      const column = Math.min(columns.length - 1, Math.max(0, at.column + way[1]));
      const minute = Math.min(range.to - step, Math.max(range.from, snap(at.minute + way[0], step)));
      setCursor({ column, minute });
      body.current?.querySelectorAll<HTMLElement>("[data-column]")[column]?.focus();
      return;
    }
    const column = columns[at.column];
    if (column === undefined) return;
    const target = { column, from: snap(at.minute, step), to: snap(at.minute, step) + 4 * step };
    if (event.key === "Enter" && canBook) {
      event.preventDefault();
      props.onBook(target);
    } else if (event.key.toLowerCase() === "b" && props.canBlock) {
      event.preventDefault();
      props.onBlock(target);
    }
  }

  function itemKey(event: KeyboardEvent, item: Item, column: number): void {
    if (gesture?.kind !== "carry") {
      if (event.key.toLowerCase() === "m" && canBook && isMovable(item.appointment.state)) {
        event.preventDefault();
        setGesture({ kind: "carry", item, home: column, column, from: item.from });
      }
      return;
    }
    const way = steer[event.key];
    if (way !== undefined) {
      event.preventDefault();
      setGesture({
        ...gesture,
        column: Math.min(columns.length - 1, Math.max(0, gesture.column + way[1])),
        from: gesture.from + way[0],
      });
    } else if (event.key === "Escape") {
      event.preventDefault();
      setGesture(undefined);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const target = columns[gesture.column];
      setGesture(undefined);
      if (target !== undefined && (gesture.from !== item.from || gesture.column !== gesture.home)) {
        props.onMove(item, target, gesture.from);
      }
    }
  }

  // A drag that the browser takes away leaves everything where it was.
  useEffect(() => {
    const lost = (event: globalThis.KeyboardEvent): void => {
      if (event.key === "Escape") setGesture(undefined);
    };
    window.addEventListener("keydown", lost);
    return () => window.removeEventListener("keydown", lost);
  }, []);

  const ghost =
    gesture !== undefined && gesture.kind !== "select" && (gesture.kind === "carry" || gesture.moved)
      ? gesture
      : undefined;
  if (ghost !== undefined) {
    said.current = t("calendar.moving", {
      what: clock(ghost.item.from),
      time: clock(ghost.from),
      name: columns[ghost.column]?.title ?? "",
    });
  } else if (cursor !== undefined) {
    said.current = t("calendar.cursor", {
      time: clock(cursor.minute),
      name: columns[cursor.column]?.title ?? "",
    });
  }

  const hours = Array.from({ length: (range.to - range.from) / 60 + 1 }, (_, i) => range.from + i * 60);
  return (
    <div className={`grid${props.wide ? "" : " grid--week"}`} role="region" aria-label={t("nav.calendar")}>
      <div className="grid__scroll">
        <div className="grid__inner" style={{ "--columns": columns.length } as React.CSSProperties}>
          <div className="grid__heads">
            <div className="grid__corner" />
            {columns.map((column) => (
              <div key={column.key} className="grid__head">
                {column.title}
              </div>
            ))}
          </div>
          <div className="grid__rows">
            <div className="grid__hours" style={{ height }} aria-hidden="true">
              {hours.map((minute) => (
                <span key={minute} className="grid__hour" style={{ top: top(minute) }}>
                  {clock(minute)}
                </span>
              ))}
            </div>
            <div
              ref={body}
              className="grid__columns"
              onPointerDown={press}
              onPointerMove={drag}
              onPointerUp={release}
              onPointerCancel={() => setGesture(undefined)}
            >
              {columns.map((column, index) => {
                const now = props.nowIn(column);
                const placed = lanes(props.items(column));
                return (
                  // A column is one stop of the keyboard; the arrow keys go on within it.
                  // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
                  <div
                    key={column.key}
                    data-column={column.key}
                    className="column"
                    style={{ height }}
                    role="group"
                    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
                    tabIndex={0}
                    aria-label={t(props.reads === true ? "calendar.roomOf" : "calendar.columnOf", {
                      name: column.title,
                    })}
                    onKeyDown={(event) => columnKey(event, index)}
                    onClick={(event) => tap(event, index)}
                    onBlur={() => setCursor(undefined)}
                  >
                    {column.working !== undefined &&
                      gaps(column.working, range).map((gap) => (
                        <div
                          key={gap.from}
                          className="column__off"
                          style={{ top: top(gap.from), height: (gap.to - gap.from) * SCALE }}
                        />
                      ))}
                    {hours.slice(0, -1).map((minute) => (
                      <div key={minute} className="column__line" style={{ top: top(minute) }} />
                    ))}
                    {props.blocks(column).map((item) => (
                      <button
                        key={item.block.id}
                        type="button"
                        className="block"
                        style={{ top: top(item.from), height: (item.to - item.from) * SCALE }}
                        onClick={() => props.onBlockOpen(item)}
                      >
                        <span>{item.block.reason ?? t("calendar.blocked")}</span>
                      </button>
                    ))}
                    {placed.map(({ item, lane, lanes: of }) => (
                      <Placed
                        // In a column of rooms an appointment may stand twice.
                        key={`${item.appointment.id} ${item.from}`}
                        item={item}
                        top={top(item.from)}
                        lane={lane}
                        of={of}
                        lifted={
                          ghost?.item.appointment.id === item.appointment.id ||
                          props.pending?.id === item.appointment.id
                        }
                        label={props.label(item, column)}
                        onPointerDown={(event) => grab(event, item, index)}
                        onClick={() => {
                          // With a mouse the release has opened it, if it could be grabbed.
                          if (gesture === undefined) props.onOpen(item.appointment);
                        }}
                        onKeyDown={(event) => itemKey(event, item, index)}
                      >
                        {props.card(item)}
                      </Placed>
                    ))}
                    {gesture?.kind === "select" && gesture.column === index && (
                      <div
                        className="ghost ghost--new"
                        style={{ top: top(gesture.from), height: (gesture.to - gesture.from) * SCALE }}
                      >
                        {clock(gesture.from)} – {clock(gesture.to)}
                      </div>
                    )}
                    {ghost?.column === index && (
                      <div
                        className="ghost"
                        style={{ top: top(ghost.from), height: (ghost.item.to - ghost.item.from) * SCALE }}
                      >
                        {clock(ghost.from)}
                      </div>
                    )}
                    {props.pending?.column === column.key && (
                      <div
                        className="ghost ghost--pending"
                        style={{ top: top(props.pending.from), height: 48 }}
                      >
                        {clock(props.pending.from)} …
                      </div>
                    )}
                    {cursor?.column === index && (
                      <div
                        className="ghost ghost--cursor"
                        style={{ top: top(cursor.minute), height: step * SCALE }}
                      >
                        {clock(cursor.minute)}
                      </div>
                    )}
                    {now !== undefined && now >= range.from && now <= range.to && (
                      <div className="now" style={{ top: top(now) }} aria-hidden="true">
                        <span>{clock(Math.floor(now))}</span>
                      </div>
                    )}
                  </div>
                );
              })}
            </div>
          </div>
        </div>
      </div>
      <p className="sr-only" aria-live="polite">
        {said.current}
      </p>
    </div>
  );
}

const NOWHERE: Column = { key: "", title: "", day: "1970-01-01", staffId: undefined, working: undefined };

interface PlacedProps {
  item: Item;
  top: number;
  lane: number;
  of: number;
  lifted: boolean;
  label: string;
  onPointerDown: (event: PointerEvent) => void;
  onClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** An appointment where it stands, with its buffers before and after and its parts. */
function Placed({
  item,
  top,
  lane,
  of,
  lifted,
  label,
  onPointerDown,
  onClick,
  onKeyDown,
  children,
}: PlacedProps) {
  const height = (item.to - item.from) * SCALE;
  const place = { left: `calc(${(lane * 100) / of}% + 2px)`, width: `calc(${100 / of}% - 4px)` };
  const movable = isMovable(item.appointment.state);
  return (
    <>
      {item.before > 0 && (
        <div
          className="buffer"
          style={{ ...place, top: top - item.before * SCALE, height: item.before * SCALE }}
        />
      )}
      {item.after > 0 && (
        <div className="buffer" style={{ ...place, top: top + height, height: item.after * SCALE }} />
      )}
      <button
        type="button"
        className={`card-item state--${item.appointment.state}${lifted ? " card-item--lifted" : ""}${movable ? " card-item--movable" : ""}${height < 44 ? " card-item--short" : ""}`}
        style={{ ...place, top, height }}
        aria-label={label}
        onPointerDown={onPointerDown}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        {item.segments.map((part) => (
          <span
            key={part.from}
            aria-hidden="true"
            className={`part${part.staff ? "" : " part--free"}${part.client ? "" : " part--alone"}`}
            style={{ top: part.from * SCALE, height: part.minutes * SCALE }}
          />
        ))}
        <span className="card-item__text">{children}</span>
      </button>
    </>
  );
}
