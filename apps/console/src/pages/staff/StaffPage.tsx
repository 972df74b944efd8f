// The team: who works here, who left, and the bookings that changes of the schedule met.
import { zodResolver } from "@hookform/resolvers/zod";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { Link, useNavigate } from "react-router";
import { z } from "zod";

import { api, got } from "../../api/client";
import { useChange, useStaff, type StaffMember } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { maybe, maybeDay, needed, whole } from "../../lib/shapes";
import { weekdayInWords } from "../../lib/time";
import { CheckField, NumberField, PhoneField, TextField, useFaults } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action, Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { BookingsHit } from "./BookingsHit";

export default function StaffPage() {
  const t = useText();
  const { can } = useSession();
  const staff = useStaff();
  const [adding, setAdding] = useState(false);
  const [gone, setGone] = useState(false);
  return (
    <Page
      title={t("staff.title")}
      actions={
        <div className="toolbar">
          {can("schedule:write") && (
            <Action kind="primary" onClick={() => setAdding(!adding)}>
              {t("staff.add")}
            </Action>
          )}
          <CheckField
            label={t("staff.showGone")}
            checked={gone}
            onChange={(event) => setGone(event.target.checked)}
          />
        </div>
      }
    >
      {adding && <Enrol cancel={() => setAdding(false)} />}
      {can("appointments:book") && <BookingsHit />}
      <Found query={staff}>
        {(all) => {
          const shown = all.filter((one) => one.active || gone);
          if (shown.length === 0) return <Empty>{t("calendar.noStaff")}</Empty>;
          return (
            <ul className="list card">
              {shown.map((one) => (
                <li key={one.id}>
                  <Row member={one} />
                </li>
              ))}
            </ul>
          );
        }}
      </Found>
    </Page>
  );
}

function Row({ member }: { member: StaffMember }) {
  const t = useText();
  const { language } = useLanguage();
  const days = [...new Set(member.weekly.map((one) => one.weekday))].sort();
  return (
    <Link className="list__link" to={`/staff/${member.id}`}>
      <span>
        <strong>{member.name}</strong> {!member.active && <span className="badge">{t("staff.gone")}</span>}
      </span>
      <span className="muted">
        {days.length === 0
          ? t("staff.noHours")
          : days.map((one) => weekdayInWords(one, language, "short")).join(" ")}
        {" · "}
        {t("staff.serviceCount", { count: member.service_ids.length })}
      </span>
    </Link>
  );
}

const SHAPE = z.object({ name: needed(80), phone: maybe(30), joined: maybeDay, weight: whole(0, 1000) });
type Typed = z.input<typeof SHAPE>;
type Newcomer = z.output<typeof SHAPE>;

function Enrol({ cancel }: { cancel: () => void }) {
  const t = useText();
  const go = useNavigate();
  const form = useForm<Typed, unknown, Newcomer>({
    resolver: zodResolver(SHAPE),
    defaultValues: { name: "", phone: "", joined: "", weight: "100" },
  });
  const enrol = useChange(
    ({ name, phone, joined, weight }: Newcomer) =>
      got(
        api.POST("/api/v1/staff", {
          body: { name, weight, ...(phone !== "" && { phone }), ...(joined !== "" && { joined }) },
        }),
      ),
    ["staff"],
  );
  const fault = useFaults(form.formState.errors, enrol.error);
  const submit = form.handleSubmit((values) =>
    enrol.send(values, (member) => void go(`/staff/${member.id}`)),
  );
  return (
    <form className="card stack" onSubmit={(event) => void submit(event)}>
      <h2>{t("staff.add")}</h2>
      <div className="pair">
        <TextField label={t("book.name")} error={fault("name")} {...form.register("name")} />
        <PhoneField
          label={t("staff.phone")}
          hint={t("staff.phoneHint")}
          error={fault("phone")}
          {...form.register("phone")}
        />
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
      <p className="muted">{t("staff.addNext")}</p>
      <FormEnd error={enrol.error} busy={enrol.isPending} close={cancel} />
    </form>
  );
}
