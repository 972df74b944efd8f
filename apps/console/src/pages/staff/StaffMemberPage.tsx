// One member of the team: who they are, when they work, what they can do, when they are away, on which terms.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useParams } from "react-router";
import { z } from "zod";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange, useServices, type StaffMember } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { nameIn } from "../../lib/names";
import { maybe, maybeDay, needed, whole } from "../../lib/shapes";
import { dayInWords } from "../../lib/time";
import { CheckField, NumberField, PhoneField, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Hits } from "../../ui/Hits";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Sure } from "../../ui/Sure";
import { Week } from "../../ui/Week";
import { Away } from "./Away";
import { Employment } from "./Employment";

/** What a change of somebody makes old. */
export const TEAM = ["staff", "services", "absences", "bookings-hit", "employment"] as const;

export default function StaffMemberPage() {
  const { id = "" } = useParams();
  const member = useQuery({
    queryKey: ["staff", "one", id],
    queryFn: () => got(api.GET("/api/v1/staff/{id}", { params: { path: { id } } })),
  });
  return <Found query={member}>{(found) => <Member member={found} />}</Found>;
}

function Member({ member }: { member: StaffMember }) {
  const t = useText();
  const { can } = useSession();
  return (
    <Page
      title={member.name}
      actions={
        <div className="toolbar">
          <Link to="/staff">‹ {t("staff.title")}</Link>
          {!member.active && <span className="badge">{t("staff.gone")}</span>}
        </div>
      }
    >
      <div className="columns">
        <div className="stack stack--wide">
          <Who member={member} />
          <Hours member={member} />
        </div>
        <div className="stack stack--wide">
          <Skills member={member} />
          <Away staffId={member.id} />
          {can("payroll:read") && <Employment staffId={member.id} />}
        </div>
      </div>
    </Page>
  );
}

const SHAPE = z.object({
  name: needed(80),
  phone: maybe(30),
  noPhone: z.boolean(),
  joined: maybeDay,
  weight: whole(0, 1000),
});
type Typed = z.input<typeof SHAPE>;
type Altered = z.output<typeof SHAPE>;

function Who({ member }: { member: StaffMember }) {
  const t = useText();
  const { language } = useLanguage();
  const { can } = useSession();
  const [editing, setEditing] = useState(false);
  const path = { id: member.id };
  const header = { "If-Match": etag(member.version) };
  const leave = useChange(
    (what: "depart" | "return"): Promise<Schemas["ChangedStaffMember"]> =>
      what === "depart"
        ? got(api.POST("/api/v1/staff/{id}/depart", { params: { path, header } }))
        : got(api.POST("/api/v1/staff/{id}/return", { params: { path, header } })),
    TEAM,
  );
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("staff.who")}</h2>
        {can("schedule:write") && !editing && (
          <Action kind="quiet" reads onClick={() => setEditing(true)}>
            {t("app.change")}
          </Action>
        )}
      </div>
      {editing ? (
        <EditWho key={member.version} member={member} done={() => setEditing(false)} />
      ) : (
        <dl className="facts">
          <div>
            <dt>{t("staff.phone")}</dt>
            <dd>{member.phone ?? t("staff.noPhone")}</dd>
          </div>
          <div>
            <dt>{t("staff.joined")}</dt>
            <dd>
              {member.joined === null || member.joined === undefined
                ? t("app.unknown")
                : dayInWords(member.joined, language)}
            </dd>
          </div>
          <div>
            <dt>{t("staff.weight")}</dt>
            <dd>{member.weight} %</dd>
          </div>
        </dl>
      )}
      {can("schedule:write") && !editing && (
        <>
          <Problem error={leave.error} />
          <Hits hits={leave.data?.bookings_hit} />
          <div className="row row--wrap">
            {member.active ? (
              <Sure
                label={t("staff.depart")}
                question={t("staff.departSure", { name: member.name })}
                busy={leave.isPending}
                act={() => leave.send("depart")}
              />
            ) : (
              <Action kind="primary" busy={leave.isPending} onClick={() => leave.send("return")}>
                {t("staff.return")}
              </Action>
            )}
          </div>
        </>
      )}
    </section>
  );
}

function EditWho({ member, done }: { member: StaffMember; done: () => void }) {
  const t = useText();
  const form = useForm<Typed, unknown, Altered>({
    resolver: zodResolver(SHAPE),
    defaultValues: {
      name: member.name,
      phone: "",
      noPhone: false,
      joined: member.joined ?? "",
      weight: String(member.weight),
    },
  });
  const alter = useChange(
    ({ name, phone, noPhone, joined, weight }: Altered) =>
      got(
        api.PATCH("/api/v1/staff/{id}", {
          params: { path: { id: member.id }, header: { "If-Match": etag(member.version) } },
          body: {
            name,
            weight,
            joined: joined === "" ? null : joined,
            ...(noPhone ? { phone: null } : phone !== "" && { phone }),
          },
        }),
      ),
    TEAM,
  );
  const fault = useFaults(form.formState.errors, alter.error);
  const known = member.phone !== null && member.phone !== undefined;
  return (
    <form
      className="stack"
      onSubmit={(event) => void form.handleSubmit((values) => alter.send(values, done))(event)}
    >
      <TextField label={t("book.name")} error={fault("name")} {...form.register("name")} />
      <PhoneField
        label={t("staff.phone")}
        hint={known ? t("staff.phoneKeep", { phone: member.phone ?? "" }) : t("staff.phoneHint")}
        error={fault("phone")}
        {...form.register("phone")}
      />
      {known && <CheckField label={t("staff.phoneRemove")} {...form.register("noPhone")} />}
      <div className="pair">
        <TextField
          type="date"
          label={t("staff.joined")}
          error={fault("joined")}
          {...form.register("joined")}
        />
        <NumberField
          label={t("staff.weight")}
          hint={t("staff.weightHint")}
          error={fault("weight")}
          {...form.register("weight")}
        />
      </div>
      <FormEnd error={alter.error} busy={alter.isPending} close={done} />
    </form>
  );
}

function Hours({ member }: { member: StaffMember }) {
  const t = useText();
  return (
    <Week
      title={t("staff.hours")}
      off={t("week.off")}
      version={member.version}
      weekly={member.weekly}
      families={TEAM}
      put={({ version, weekly }) =>
        got(
          api.PUT("/api/v1/staff/{id}/hours", {
            params: { path: { id: member.id }, header: { "If-Match": etag(version) } },
            body: { weekly: weekly ?? [] },
          }),
        )
      }
    />
  );
}

function Skills({ member }: { member: StaffMember }) {
  const t = useText();
  const { can } = useSession();
  const { language } = useLanguage();
  const services = useServices();
  const [chosen, setChosen] = useState<ReadonlySet<string>>();
  // What was chosen over an older state of things must not overwrite a newer one.
  const [version, setVersion] = useState(member.version);
  const save = useChange(
    (ids: readonly string[]) =>
      got(
        api.PUT("/api/v1/staff/{id}/services", {
          params: { path: { id: member.id }, header: { "If-Match": etag(version) } },
          body: { service_ids: [...ids] },
        }),
      ),
    TEAM,
  );
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("staff.services")}</h2>
        {can("schedule:write") && chosen === undefined && (
          <Action
            kind="quiet"
            reads
            onClick={() => {
              setVersion(member.version);
              setChosen(new Set(member.service_ids));
            }}
          >
            {t("app.change")}
          </Action>
        )}
      </div>
      <Found query={services}>
        {(all) => {
          const named = (one: (typeof all)[number]) => nameIn(language, one);
          // A retired service stays with whoever can do it: it may be sold again.
          const shown = all.filter((one) =>
            chosen === undefined
              ? member.service_ids.includes(one.id)
              : one.active || member.service_ids.includes(one.id),
          );
          if (chosen === undefined) {
            return shown.length === 0 ? (
              <Empty>{t("staff.noServices")}</Empty>
            ) : (
              <ul className="chips">
                {shown.map((one) => (
                  <li key={one.id} className="badge">
                    {named(one)}
                  </li>
                ))}
              </ul>
            );
          }
          const flip = (id: string) => {
            const next = new Set(chosen);
            if (!next.delete(id)) next.add(id);
            setChosen(next);
          };
          return (
            <>
              <div className="checks">
                {shown.map((one) => (
                  <CheckField
                    key={one.id}
                    label={named(one)}
                    checked={chosen.has(one.id)}
                    onChange={() => flip(one.id)}
                  />
                ))}
              </div>
              <FormEnd
                error={save.error}
                busy={save.isPending}
                send={() => save.send([...chosen], () => setChosen(undefined))}
                close={() => setChosen(undefined)}
              />
            </>
          );
        }}
      </Found>
      {chosen === undefined && <Hits hits={save.data?.bookings_hit} />}
    </section>
  );
}
