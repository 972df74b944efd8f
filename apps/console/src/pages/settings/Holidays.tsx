// Dates with hours of their own, and Kenya's public holidays.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, got, ifMatch } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { blocksInWords } from "../../lib/blocks";
import { addDays, dayInWords } from "../../lib/time";
import { Days } from "../../ui/Days";
import { SelectField } from "../../ui/fields";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";

/** How far ahead dates are shown. */
const AHEAD = 730;
const FAMILIES = ["holidays", "bookings-hit"] as const;

export function Holidays() {
  const t = useText();
  const { language } = useLanguage();
  const today = useToday();
  const found = useQuery({
    queryKey: ["holidays", today],
    queryFn: () =>
      got(api.GET("/api/v1/holidays", { params: { query: { from: today, to: addDays(today, AHEAD) } } })),
  });
  return (
    <div className="stack stack--wide">
      <Days
        title={t("holiday.title")}
        name={t("holiday.name")}
        empty={t("holiday.none")}
        off={t("hours.closed")}
        query={found}
        families={FAMILIES}
        put={({ day, name, blocks, version }) =>
          got(
            api.PUT("/api/v1/holidays/{day}", {
              params: { path: { day } },
              body: { name, blocks },
              ...ifMatch(version),
            }),
          )
        }
        take={({ day, version }) =>
          got(api.DELETE("/api/v1/holidays/{day}", { params: { path: { day } }, ...ifMatch(version) }))
        }
      >
        {(one) => (
          <>
            {dayInWords(one.day, language, "short")} · <strong>{one.name}</strong>{" "}
            <span className="muted">
              {one.blocks.length === 0 ? t("hours.closed") : blocksInWords(one.blocks)}
            </span>
          </>
        )}
      </Days>
      <Kenya set={new Set(found.data?.items.map((one) => one.day))} />
    </div>
  );
}

/** Those that the law fixes, with those that are set already marked. */
function Kenya({ set }: { set: ReadonlySet<string> }) {
  const t = useText();
  const { language } = useLanguage();
  const { can } = useSession();
  const today = useToday();
  const thisYear = Number(today.slice(0, 4));
  const [year, setYear] = useState(thisYear);
  const found = useQuery({
    queryKey: ["holidays-kenya", year],
    staleTime: Infinity,
    queryFn: () => got(api.GET("/api/v1/holidays/kenya", { params: { query: { year } } })),
  });
  const close = useChange(
    (of: number) => got(api.POST("/api/v1/holidays/kenya", { body: { year: of } })),
    FAMILIES,
  );
  return (
    <section className="card stack">
      <h2>{t("kenya.title")}</h2>
      <SelectField label={t("kenya.year")} value={year} change={(text) => setYear(Number(text))}>
        {[thisYear, thisYear + 1].map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </SelectField>
      <Found query={found}>
        {({ items, by_hand }) => (
          <>
            <ul className="tries">
              {items.map((one) => (
                <li key={`${one.day}${one.name}`}>
                  <span>
                    {one.name}
                    {set.has(one.day) && <span className="muted"> · {t("kenya.set")}</span>}
                  </span>
                  <span>{dayInWords(one.day, language, "short")}</span>
                </li>
              ))}
            </ul>
            <p className="muted">{t("kenya.byHand", { names: by_hand.join(", ") })}</p>
          </>
        )}
      </Found>
      <Problem error={close.error} />
      <Hits hits={close.data?.bookings_hit} />
      {can("schedule:write") && (
        <div className="row">
          <Action kind="primary" busy={close.isPending} onClick={() => close.send(year)}>
            {t("kenya.close", { year })}
          </Action>
        </div>
      )}
    </section>
  );
}
