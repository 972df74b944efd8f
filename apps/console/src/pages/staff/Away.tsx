// When somebody is away, and their hours of single dates.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, whole } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { blocksInWords, blocksOf, typedOf, type Typed } from "../../lib/blocks";
import { addDays, dayInWords, instantOf } from "../../lib/time";
import { AbsenceForm, AbsenceList } from "../../ui/AbsenceList";
import { BlocksEditor, isSound } from "../../ui/BlocksEditor";
import { TextField } from "../../ui/fields";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";

/** How far ahead single dates are shown. */
const AHEAD = 365;
const FAMILIES = ["absences", "leave", "overrides", "bookings-hit"] as const;

export function Away({ staffId }: { staffId: string }) {
  return (
    <>
      <Leave staffId={staffId} />
      <Overrides staffId={staffId} />
    </>
  );
}

function Leave({ staffId }: { staffId: string }) {
  const t = useText();
  const { can, zone } = useSession();
  const today = useToday();
  const [adding, setAdding] = useState(false);
  const path = { id: staffId };
  const leave = useQuery({
    queryKey: ["leave", staffId, today],
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/staff/{id}/leave", {
            params: { path, query: { from: instantOf(today, 0, zone), limit: 100, ...(after && { after }) } },
          }),
        ),
      ),
  });
  const add = useChange(
    (body: Schemas["AbsenceBody"]) => got(api.POST("/api/v1/staff/{id}/leave", { params: { path }, body })),
    FAMILIES,
  );
  const remove = useChange(
    (id: string) =>
      got(api.DELETE("/api/v1/staff/{id}/leave/{leave_id}", { params: { path: { ...path, leave_id: id } } })),
    FAMILIES,
  );
  const writes = can("schedule:write");
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("leave.title")}</h2>
        {writes && !adding && (
          <Action kind="quiet" onClick={() => setAdding(true)}>
            {t("leave.add")}
          </Action>
        )}
      </div>
      {adding && (
        <AbsenceForm
          button={t("leave.add")}
          busy={add.isPending}
          error={add.error}
          send={(body) => add.send(body, () => setAdding(false))}
          close={() => setAdding(false)}
        />
      )}
      {!adding && <Hits hits={add.data?.bookings_hit} />}
      <Problem error={remove.error} />
      <Found query={leave}>
        {(items) => (
          <AbsenceList
            items={items}
            empty={t("leave.none")}
            busy={remove.isPending}
            remove={writes ? (id) => remove.send(id) : undefined}
          />
        )}
      </Found>
    </section>
  );
}

function Overrides({ staffId }: { staffId: string }) {
  const t = useText();
  const { language } = useLanguage();
  const { can } = useSession();
  const today = useToday();
  const [editing, setEditing] = useState<{ day: string; typed: Typed[]; version?: number }>();
  const path = { id: staffId };
  const found = useQuery({
    queryKey: ["overrides", staffId, today],
    queryFn: () =>
      got(
        api.GET("/api/v1/staff/{id}/overrides", {
          params: { path, query: { from: today, to: addDays(today, AHEAD) } },
        }),
      ),
  });
  // A date that has hours already is changed by its version; the document of the API does not name the header.
  const match = (version: number | undefined) =>
    version === undefined ? {} : { headers: { "If-Match": etag(version) } };
  const save = useChange(
    ({ day, blocks, version }: { day: string; blocks: Schemas["DayBlock"][]; version: number | undefined }) =>
      got(
        api.PUT("/api/v1/staff/{id}/overrides/{day}", {
          params: { path: { ...path, day } },
          body: { blocks },
          ...match(version),
        }),
      ),
    FAMILIES,
  );
  const remove = useChange(
    ({ day, version }: Schemas["Override"]) =>
      got(
        api.DELETE("/api/v1/staff/{id}/overrides/{day}", {
          params: { path: { ...path, day } },
          ...match(version),
        }),
      ),
    FAMILIES,
  );
  const blocks = editing === undefined ? undefined : blocksOf(editing.typed);
  const writes = can("schedule:write");
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("override.title")}</h2>
        {writes && editing === undefined && (
          <Action kind="quiet" onClick={() => setEditing({ day: today, typed: [] })}>
            {t("override.add")}
          </Action>
        )}
      </div>
      {editing !== undefined && (
        <div className="card card--inner stack">
          <TextField
            type="date"
            label={t("book.day")}
            value={editing.day}
            onChange={(event) => setEditing({ ...editing, day: event.target.value })}
          />
          <BlocksEditor
            name={t("override.title")}
            none={t("override.off")}
            typed={editing.typed}
            change={(typed) => setEditing({ ...editing, typed })}
          />
          <Problem error={save.error} />
          <div className="row">
            <Action
              kind="primary"
              busy={save.isPending}
              disabled={editing.day === "" || blocks === undefined || !isSound(editing.typed)}
              onClick={() => {
                if (blocks !== undefined)
                  save.send({ day: editing.day, blocks, version: editing.version }, () =>
                    setEditing(undefined),
                  );
              }}
            >
              {t("app.save")}
            </Action>
            <Action kind="quiet" reads onClick={() => setEditing(undefined)}>
              {t("app.cancel")}
            </Action>
          </div>
        </div>
      )}
      {editing === undefined && <Hits hits={remove.data?.bookings_hit ?? save.data?.bookings_hit} />}
      <Problem error={remove.error} />
      <Found query={found}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t("override.none")}</p>
          ) : (
            <ul className="list">
              {items.map((one) => (
                <li key={one.day} className="row row--between row--wrap">
                  <span>
                    {dayInWords(one.day, language, "short")}:{" "}
                    <strong>{one.blocks.length === 0 ? t("override.off") : blocksInWords(one.blocks)}</strong>
                  </span>
                  {writes && (
                    <span className="row">
                      <Action
                        kind="quiet"
                        reads
                        onClick={() =>
                          setEditing({ day: one.day, typed: one.blocks.map(typedOf), version: one.version })
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
