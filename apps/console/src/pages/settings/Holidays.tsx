// Dates with hours of their own, and Kenya's public holidays.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { blocksInWords, blocksOf, typedOf, type Typed } from "../../lib/blocks";
import { addDays, dayInWords } from "../../lib/time";
import { BlocksEditor, isSound } from "../../ui/BlocksEditor";
import { SelectField, TextField } from "../../ui/fields";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";

/** How far ahead dates are shown. */
const AHEAD = 730;
const FAMILIES = ["holidays", "bookings-hit"] as const;

interface Editing {
  day: string;
  name: string;
  typed: Typed[];
  /** Of a date that has hours already. */
  version: number | undefined;
}

export function Holidays() {
  const t = useText();
  const { language } = useLanguage();
  const { can } = useSession();
  const today = useToday();
  const [editing, setEditing] = useState<Editing>();
  const found = useQuery({
    queryKey: ["holidays", today],
    queryFn: () =>
      got(api.GET("/api/v1/holidays", { params: { query: { from: today, to: addDays(today, AHEAD) } } })),
  });
  // A date that has hours already is changed by its version; the document of the API does not name the header.
  const match = (version: number | undefined) =>
    version === undefined ? {} : { headers: { "If-Match": etag(version) } };
  const save = useChange(
    ({ day, name, typed, version }: Editing) =>
      got(
        api.PUT("/api/v1/holidays/{day}", {
          params: { path: { day } },
          body: { name: name.trim(), blocks: blocksOf(typed) ?? [] },
          ...match(version),
        }),
      ),
    FAMILIES,
  );
  const remove = useChange(
    ({ day, version }: Schemas["Holiday"]) =>
      got(api.DELETE("/api/v1/holidays/{day}", { params: { path: { day } }, ...match(version) })),
    FAMILIES,
  );
  const writes = can("schedule:write");
  return (
    <div className="stack stack--wide">
      <section className="card stack">
        <div className="row row--between">
          <h2>{t("holiday.title")}</h2>
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
              save.send(editing, () => setEditing(undefined));
            }}
          >
            <div className="pair">
              <TextField
                type="date"
                label={t("book.day")}
                readOnly={editing.version !== undefined}
                value={editing.day}
                onChange={(event) => setEditing({ ...editing, day: event.target.value })}
              />
              <TextField
                label={t("holiday.name")}
                maxLength={80}
                value={editing.name}
                onChange={(event) => setEditing({ ...editing, name: event.target.value })}
              />
            </div>
            <BlocksEditor
              name={t("holiday.title")}
              none={t("hours.closed")}
              typed={editing.typed}
              change={(typed) => setEditing({ ...editing, typed })}
            />
            <Problem error={save.error} />
            <div className="row">
              <Action
                kind="primary"
                submit
                busy={save.isPending}
                disabled={editing.day === "" || editing.name.trim() === "" || !isSound(editing.typed)}
              >
                {t("app.save")}
              </Action>
              <Action kind="quiet" reads onClick={() => setEditing(undefined)}>
                {t("app.cancel")}
              </Action>
            </div>
          </form>
        )}
        {editing === undefined && <Hits hits={remove.data?.bookings_hit ?? save.data?.bookings_hit} />}
        <Problem error={remove.error} />
        <Found query={found}>
          {({ items }) =>
            items.length === 0 ? (
              <p className="muted">{t("holiday.none")}</p>
            ) : (
              <ul className="list">
                {items.map((one) => (
                  <li key={one.day} className="row row--between row--wrap">
                    <span>
                      {dayInWords(one.day, language, "short")} · <strong>{one.name}</strong>{" "}
                      <span className="muted">
                        {one.blocks.length === 0 ? t("hours.closed") : blocksInWords(one.blocks)}
                      </span>
                    </span>
                    {writes && (
                      <span className="row">
                        <Action
                          kind="quiet"
                          reads
                          onClick={() =>
                            setEditing({
                              day: one.day,
                              name: one.name,
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
      <SelectField
        label={t("kenya.year")}
        value={year}
        onChange={(event) => setYear(Number(event.target.value))}
      >
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
