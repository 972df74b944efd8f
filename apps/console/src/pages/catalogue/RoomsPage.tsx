// Rooms, couches, machines: what services need beside people, and when it cannot be used.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useResources, whole as all } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useText } from "../../i18n";
import { needed, whole } from "../../lib/shapes";
import { instantOf } from "../../lib/time";
import { AbsenceForm, AbsenceList } from "../../ui/AbsenceList";
import { CheckField, NumberField, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Hits } from "../../ui/Hits";
import { Action } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";

type Resource = Schemas["Resource"];
const FAMILIES = ["resources", "bookings-hit", "outages"] as const;

export default function RoomsPage() {
  const t = useText();
  const { can } = useSession();
  const resources = useResources(true);
  const [adding, setAdding] = useState(false);
  const [retired, setRetired] = useState(false);
  return (
    <>
      <div className="toolbar">
        {can("catalogue:write") && (
          <Action kind="primary" onClick={() => setAdding(!adding)}>
            {t("room.add")}
          </Action>
        )}
        <CheckField
          label={t("catalogue.showRetired")}
          checked={retired}
          onChange={(event) => setRetired(event.target.checked)}
        />
      </div>
      {adding && (
        <section className="card stack narrow">
          <h2>{t("room.add")}</h2>
          <RoomForm resource={undefined} done={() => setAdding(false)} close={() => setAdding(false)} />
        </section>
      )}
      <Found query={resources}>
        {(found) => {
          const shown = found
            .filter((one) => one.active || retired)
            .sort((one, other) =>
              `${one.kind} ${one.name}`.localeCompare(`${other.kind} ${other.name}`, "en", { numeric: true }),
            );
          if (shown.length === 0) return <Empty>{t("room.empty")}</Empty>;
          return (
            <div className="cards">
              {shown.map((one) => (
                <Room key={one.id} resource={one} />
              ))}
            </div>
          );
        }}
      </Found>
    </>
  );
}

const SHAPE = z.object({ name: needed(80), kind: needed(40), capacity: whole(1, 50) });

function RoomForm({
  resource,
  done,
  close,
}: {
  resource: Resource | undefined;
  done: (hits: Schemas["BookingHit"][]) => void;
  close: () => void;
}) {
  const t = useText();
  const form = useForm<z.input<typeof SHAPE>, unknown, z.output<typeof SHAPE>>({
    resolver: zodResolver(SHAPE),
    defaultValues: {
      name: resource?.name ?? "",
      kind: resource?.kind ?? "",
      capacity: String(resource?.capacity ?? 1),
    },
  });
  const save = useChange(
    async ({
      name,
      kind,
      capacity,
    }: z.output<typeof SHAPE>): Promise<Resource & { bookings_hit?: Schemas["BookingHit"][] }> => {
      const body = { name, kind: kind.toLowerCase(), capacity };
      return resource === undefined
        ? got(api.POST("/api/v1/resources", { body }))
        : got(
            api.PUT("/api/v1/resources/{id}", {
              params: { path: { id: resource.id }, header: { "If-Match": etag(resource.version) } },
              body,
            }),
          );
    },
    FAMILIES,
  );
  const fault = useFaults(form.formState.errors, save.error);
  return (
    <form
      className="stack"
      onSubmit={(event) =>
        void form.handleSubmit((values) => save.send(values, ({ bookings_hit: hits = [] }) => done(hits)))(
          event,
        )
      }
    >
      <TextField label={t("room.name")} error={fault("name")} {...form.register("name")} />
      <div className="pair">
        <TextField
          label={t("room.kind")}
          hint={t("room.kindHint")}
          error={fault("kind")}
          // Services ask for the kind: it stays what it is.
          readOnly={resource !== undefined}
          {...form.register("kind")}
        />
        <NumberField
          label={t("room.capacity")}
          hint={t("room.capacityHint")}
          error={fault("capacity")}
          {...form.register("capacity")}
        />
      </div>
      <FormEnd error={save.error} busy={save.isPending} close={close} />
    </form>
  );
}

function Room({ resource }: { resource: Resource }) {
  const t = useText();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const [hits, setHits] = useState<Schemas["BookingHit"][]>();
  const params = { path: { id: resource.id }, header: { "If-Match": etag(resource.version) } };
  const use = useChange(
    (what: "retire" | "restore"): Promise<Schemas["ChangedResource"]> =>
      what === "retire"
        ? got(api.POST("/api/v1/resources/{id}/retire", { params }))
        : got(api.POST("/api/v1/resources/{id}/restore", { params })),
    FAMILIES,
  );
  if (editing) {
    return (
      <section className="card">
        <RoomForm
          key={resource.version}
          resource={resource}
          done={(found) => {
            setHits(found);
            setEditing(false);
          }}
          close={() => setEditing(false)}
        />
      </section>
    );
  }
  return (
    <section className="card" aria-label={resource.name}>
      <div className="row row--between">
        <h2>{resource.name}</h2>
        {!resource.active && <span className="badge">{t("catalogue.retired")}</span>}
      </div>
      <p className="muted">
        {resource.kind} · {t("room.places", { count: resource.capacity })}
      </p>
      {resource.active && can("schedule:read") && <Outages resource={resource} />}
      <Problem error={use.error} />
      <Hits hits={use.data?.bookings_hit ?? hits} />
      {can("catalogue:write") && (
        <div className="row row--wrap">
          <Action kind="quiet" reads onClick={() => setEditing(true)}>
            {t("app.change")}
          </Action>
          {resource.active ? (
            <Sure
              kind="quiet"
              label={t("room.retire")}
              question={t("room.retireSure", { name: resource.name })}
              busy={use.isPending}
              act={() => use.send("retire")}
            />
          ) : (
            <Action kind="quiet" busy={use.isPending} onClick={() => use.send("restore")}>
              {t("room.restore")}
            </Action>
          )}
        </div>
      )}
    </section>
  );
}

function Outages({ resource }: { resource: Resource }) {
  const t = useText();
  const { can, zone } = useSession();
  const today = useToday();
  const [adding, setAdding] = useState(false);
  const path = { id: resource.id };
  const outages = useQuery({
    queryKey: ["outages", resource.id, today],
    queryFn: () =>
      all((after) =>
        got(
          api.GET("/api/v1/resources/{id}/outages", {
            params: { path, query: { from: instantOf(today, 0, zone), limit: 100, ...(after && { after }) } },
          }),
        ),
      ),
  });
  const add = useChange(
    (body: Schemas["AbsenceBody"]) =>
      got(api.POST("/api/v1/resources/{id}/outages", { params: { path }, body })),
    FAMILIES,
  );
  const remove = useChange(
    (id: string) =>
      got(
        api.DELETE("/api/v1/resources/{id}/outages/{outage_id}", {
          params: { path: { ...path, outage_id: id } },
        }),
      ),
    FAMILIES,
  );
  return (
    <>
      <Found query={outages}>
        {(items) => (
          <AbsenceList
            items={items}
            empty={t("outage.none")}
            busy={remove.isPending}
            remove={can("schedule:write") ? (id) => remove.send(id) : undefined}
          />
        )}
      </Found>
      <Problem error={remove.error} />
      {!adding && <Hits hits={add.data?.bookings_hit} />}
      {adding && (
        <AbsenceForm
          button={t("outage.add")}
          busy={add.isPending}
          error={add.error}
          send={(body) => add.send(body, () => setAdding(false))}
          close={() => setAdding(false)}
        />
      )}
      {can("schedule:write") && !adding && (
        <div className="row">
          <Action kind="quiet" onClick={() => setAdding(true)}>
            {t("outage.add")}
          </Action>
        </div>
      )}
    </>
  );
}
