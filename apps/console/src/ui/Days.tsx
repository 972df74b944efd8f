// Single dates with hours of their own: listed, set, taken back; of the business, or of somebody.
import { useState, type ReactNode } from "react";

import type { Schemas } from "../api/client";
import { useChange } from "../api/queries";
import { useSession, useToday } from "../app/session";
import { useText } from "../i18n";
import { blocksOf, typedOf, type DayBlock, type Typed } from "../lib/blocks";
import { BlocksEditor, isSound } from "./BlocksEditor";
import { TextField } from "./fields";
import { FormEnd } from "./FormEnd";
import { Hits } from "./Hits";
import { Action } from "./parts";
import { Empty, Found, Problem, type Asked } from "./states";
import { Sure } from "./Sure";

interface SetDay {
  day: string;
  name?: string;
  blocks: DayBlock[];
  version: number;
}

/** A date with its hours as they are to be; `version` of one that has hours already. */
export interface DayOrder {
  day: string;
  name: string;
  blocks: DayBlock[];
  version: number | undefined;
}

interface Editing {
  day: string;
  name: string;
  typed: Typed[];
  version: number | undefined;
}

/** What a change of the schedule met. */
interface Met {
  bookings_hit: Schemas["BookingHit"][];
}

export function Days<D extends SetDay>({
  title,
  name,
  empty,
  off,
  query,
  families,
  put,
  take,
  children,
}: {
  title: string;
  /** How the name of a date is asked for; missing where dates have none. */
  name?: string;
  empty: string;
  /** What it means that a date has no hours. */
  off: string;
  query: Asked<{ items: D[] }>;
  /** What a change makes old. */
  families: readonly string[];
  put: (order: DayOrder) => Promise<Met>;
  take: (one: D) => Promise<Met>;
  /** A date in words. */
  children: (one: D) => ReactNode;
}) {
  const t = useText();
  const { can } = useSession();
  const today = useToday();
  const [editing, setEditing] = useState<Editing>();
  const save = useChange(put, families);
  const remove = useChange(take, families);
  const writes = can("schedule:write");
  const close = () => setEditing(undefined);
  const blocks = editing === undefined ? undefined : blocksOf(editing.typed);
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{title}</h2>
        {writes && editing === undefined && (
          <Action
            kind="quiet"
            onClick={() => setEditing({ day: today, name: "", typed: [], version: undefined })}
          >
            {t("override.add")}
          </Action>
        )}
      </div>
      {editing !== undefined && (
        <form
          className="card card--inner stack"
          onSubmit={(event) => {
            event.preventDefault();
            const { day, version } = editing;
            if (blocks !== undefined) save.send({ day, name: editing.name.trim(), blocks, version }, close);
          }}
        >
          <div className="pair">
            <TextField
              type="date"
              label={t("book.day")}
              // Its version is that of this date and of no other.
              readOnly={editing.version !== undefined}
              value={editing.day}
              change={(text) => setEditing({ ...editing, day: text })}
            />
            {name !== undefined && (
              <TextField
                label={name}
                maxLength={80}
                value={editing.name}
                change={(text) => setEditing({ ...editing, name: text })}
              />
            )}
          </div>
          <BlocksEditor
            name={title}
            none={off}
            typed={editing.typed}
            change={(typed) => setEditing({ ...editing, typed })}
          />
          <FormEnd
            error={save.error}
            busy={save.isPending}
            disabled={
              editing.day === "" ||
              (name !== undefined && editing.name.trim() === "") ||
              !isSound(editing.typed)
            }
            close={close}
          />
        </form>
      )}
      {editing === undefined && <Hits hits={remove.data?.bookings_hit ?? save.data?.bookings_hit} />}
      <Problem error={remove.error} />
      <Found query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{empty}</Empty>
          ) : (
            <ul className="list">
              {items.map((one) => (
                <li key={one.day} className="row row--between row--wrap">
                  <span>{children(one)}</span>
                  {writes && (
                    <span className="row">
                      <Action
                        kind="quiet"
                        reads
                        onClick={() =>
                          setEditing({
                            day: one.day,
                            name: one.name ?? "",
                            typed: one.blocks.map(typedOf),
                            version: one.version,
                          })
                        }
                      >
                        {t("app.change")}
                      </Action>
                      <Sure
                        kind="quiet"
                        label={t("absence.remove")}
                        question={t("override.removeSure")}
                        busy={remove.isPending}
                        act={() => remove.send(one)}
                      />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Found>
    </section>
  );
}
