// When the business is open, and dates with hours of their own.
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useOpeningHours } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { blocksInWords, typedWeekOf, WEEKDAYS, weekOfTyped, type TypedWeek } from "../../lib/blocks";
import { weekdayInWords } from "../../lib/time";
import { isSound, WeekEditor } from "../../ui/BlocksEditor";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Holidays } from "./Holidays";

export default function HoursSettings() {
  const opening = useOpeningHours();
  return (
    <div className="columns">
      <Found query={opening}>{(found) => <Opening found={found} />}</Found>
      <Holidays />
    </div>
  );
}

function Opening({ found }: { found: Schemas["OpeningHours"] }) {
  const t = useText();
  const { language } = useLanguage();
  const { can } = useSession();
  const [editing, setEditing] = useState<{ version: number; week: TypedWeek }>();
  const save = useChange(
    ({ version, weekly }: { version: number; weekly: Schemas["WeeklyBlock"][] | null }) =>
      got(
        api.PUT("/api/v1/opening-hours", {
          params: { header: { "If-Match": etag(version) } },
          body: { weekly },
        }),
      ),
    ["opening-hours", "bookings-hit"],
  );
  const weekly = editing === undefined ? undefined : weekOfTyped(editing.week);
  const kept = found.weekly ?? undefined;
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("hours.title")}</h2>
        {can("schedule:write") && editing === undefined && (
          <Action
            kind="quiet"
            reads
            onClick={() => setEditing({ version: found.version, week: typedWeekOf(kept ?? []) })}
          >
            {t("app.change")}
          </Action>
        )}
      </div>
      {editing === undefined ? (
        kept === undefined ? (
          <p>{t("hours.whenever")}</p>
        ) : (
          <dl className="facts">
            {WEEKDAYS.map((weekday) => {
              const blocks = kept.filter((one) => one.weekday === weekday);
              return (
                <div key={weekday}>
                  <dt>{weekdayInWords(weekday, language)}</dt>
                  <dd>{blocks.length === 0 ? t("hours.closed") : blocksInWords(blocks)}</dd>
                </div>
              );
            })}
          </dl>
        )
      ) : (
        <>
          <WeekEditor
            week={editing.week}
            none={t("hours.closed")}
            change={(week) => setEditing({ ...editing, week })}
          />
          <Problem error={save.error} />
          <div className="row row--wrap">
            <Action
              kind="primary"
              busy={save.isPending}
              disabled={weekly === undefined || !editing.week.every(isSound)}
              onClick={() => {
                if (weekly !== undefined)
                  save.send({ version: editing.version, weekly }, () => setEditing(undefined));
              }}
            >
              {t("app.save")}
            </Action>
            {kept !== undefined && (
              <Action
                busy={save.isPending}
                onClick={() =>
                  save.send({ version: editing.version, weekly: null }, () => setEditing(undefined))
                }
              >
                {t("hours.setWhenever")}
              </Action>
            )}
            <Action kind="quiet" reads onClick={() => setEditing(undefined)}>
              {t("app.cancel")}
            </Action>
          </div>
        </>
      )}
      {editing === undefined && <Hits hits={save.data?.bookings_hit} />}
    </section>
  );
}
