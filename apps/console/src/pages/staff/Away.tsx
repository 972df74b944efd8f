// When somebody is away, and their hours of single dates.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, got, ifMatch, type Schemas } from "../../api/client";
import { useChange, whole } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { blocksInWords } from "../../lib/blocks";
import { addDays, dayInWords, instantOf } from "../../lib/time";
import { AbsenceForm, AbsenceList } from "../../ui/AbsenceList";
import { Days } from "../../ui/Days";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";

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
  const today = useToday();
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
  return (
    <Days
      title={t("override.title")}
      empty={t("override.none")}
      off={t("override.off")}
      query={found}
      families={FAMILIES}
      put={({ day, blocks, version }) =>
        got(
          api.PUT("/api/v1/staff/{id}/overrides/{day}", {
            params: { path: { ...path, day } },
            body: { blocks },
            ...ifMatch(version),
          }),
        )
      }
      take={({ day, version }) =>
        got(
          api.DELETE("/api/v1/staff/{id}/overrides/{day}", {
            params: { path: { ...path, day } },
            ...ifMatch(version),
          }),
        )
      }
    >
      {(one) => (
        <>
          {dayInWords(one.day, language, "short")}:{" "}
          <strong>{one.blocks.length === 0 ? t("override.off") : blocksInWords(one.blocks)}</strong>
        </>
      )}
    </Days>
  );
}
