// Hours that come back every week, of the business or of somebody: as facts, and as they are typed.
import { useState } from "react";

import type { Schemas } from "../api/client";
import { useChange } from "../api/queries";
import { useSession } from "../app/session";
import { useLanguage, useText } from "../i18n";
import {
  blocksInWords,
  typedWeekOf,
  WEEKDAYS,
  weekOfTyped,
  type TypedWeek,
  type WeeklyBlock,
} from "../lib/blocks";
import { weekdayInWords } from "../lib/time";
import { isSound, WeekEditor } from "./BlocksEditor";
import { FormEnd } from "./FormEnd";
import { Hits } from "./Hits";
import { Action } from "./parts";

/** A week as it is to be; null: without hours of its own. */
export interface WeekOrder {
  version: number;
  weekly: WeeklyBlock[] | null;
}

export function Week({
  title,
  off,
  none,
  version,
  weekly,
  families,
  put,
}: {
  title: string;
  /** What it means that a day has no hours. */
  off: string;
  /** Where a week may be without hours of its own: what that means, and the button for it. */
  none?: { is: string; set: string };
  version: number;
  weekly: readonly WeeklyBlock[] | undefined;
  /** What a change makes old. */
  families: readonly string[];
  put: (order: WeekOrder) => Promise<{ bookings_hit: Schemas["BookingHit"][] }>;
}) {
  const t = useText();
  const { can } = useSession();
  // Under the version over which it was begun: what somebody else changed since is not overwritten.
  const [editing, setEditing] = useState<{ version: number; week: TypedWeek }>();
  const save = useChange(put, families);
  const close = () => setEditing(undefined);
  if (editing === undefined) {
    return (
      <section className="card stack">
        <div className="row row--between">
          <h2>{title}</h2>
          {can("schedule:write") && (
            <Action
              kind="quiet"
              reads
              onClick={() => setEditing({ version, week: typedWeekOf(weekly ?? []) })}
            >
              {t("app.change")}
            </Action>
          )}
        </div>
        {weekly === undefined ? <p>{none?.is}</p> : <Facts weekly={weekly} off={off} />}
        <Hits hits={save.data?.bookings_hit} />
      </section>
    );
  }
  const typed = weekOfTyped(editing.week);
  return (
    <section className="card stack">
      <h2>{title}</h2>
      <WeekEditor week={editing.week} none={off} change={(week) => setEditing({ ...editing, week })} />
      <FormEnd
        error={save.error}
        busy={save.isPending}
        disabled={typed === undefined || !editing.week.every(isSound)}
        send={() => {
          if (typed !== undefined) save.send({ version: editing.version, weekly: typed }, close);
        }}
        close={close}
      >
        {none !== undefined && weekly !== undefined && (
          <Action
            busy={save.isPending}
            onClick={() => save.send({ version: editing.version, weekly: null }, close)}
          >
            {none.set}
          </Action>
        )}
      </FormEnd>
    </section>
  );
}

function Facts({ weekly, off }: { weekly: readonly WeeklyBlock[]; off: string }) {
  const { language } = useLanguage();
  return (
    <dl className="facts">
      {WEEKDAYS.map((weekday) => {
        const blocks = weekly.filter((one) => one.weekday === weekday);
        return (
          <div key={weekday}>
            <dt>{weekdayInWords(weekday, language)}</dt>
            <dd>{blocks.length === 0 ? off : blocksInWords(blocks)}</dd>
          </div>
        );
      })}
    </dl>
  );
}
