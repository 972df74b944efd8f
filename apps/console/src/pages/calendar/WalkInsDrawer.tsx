// Who waits at the desk, when each can be served, and seating them.
import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { z } from "zod";

import { api, got, type Schemas } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { APPOINTMENTS, useChange, useCustomer, useServices } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { nameIn } from "../../lib/names";
import { timeOf } from "../../lib/time";
import { PhoneField, SelectField, TextField } from "../../ui/fields";
import { Action, Drawer } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Reasons } from "../booking/Conflict";

type WalkIn = Schemas["WalkIn"];

const SHAPE = z.object({ name: z.string().trim().min(1).max(100), service: z.uuid() });
type Order = z.infer<typeof SHAPE>;

export default function WalkInsDrawer({ close }: { close: () => void }) {
  const t = useText();
  const { language } = useLanguage();
  const services = useServices();
  const queue = useQuery({ queryKey: ["walk-ins"], queryFn: () => got(api.GET("/api/v1/walk-ins")) });
  const form = useForm<Order>({ resolver: zodResolver(SHAPE), defaultValues: { name: "", service: "" } });
  const join = useChange(
    (order: Order, key) =>
      got(
        api.POST("/api/v1/walk-ins", {
          params: { header: { "Idempotency-Key": key } },
          body: { name: order.name, parts: [{ service_id: order.service }] },
        }),
      ),
    ["walk-ins"],
  );
  const { errors } = form.formState;
  return (
    <Drawer title={t("walkIn.title")} close={close}>
      <p className="muted">{t("walkIn.lead")}</p>
      <Found query={queue}>
        {(found) => {
          const waiting = found.items.filter((one) => one.standing === "waiting");
          if (waiting.length === 0) return <Empty>{t("walkIn.empty")}</Empty>;
          return (
            <ul className="list">
              {waiting.map((one) => (
                <Waiting key={one.id} one={one} />
              ))}
            </ul>
          );
        }}
      </Found>
      <h3>{t("walkIn.add")}</h3>
      <form
        className="stack"
        onSubmit={(event) => void form.handleSubmit((order) => join.send(order, () => form.reset()))(event)}
      >
        <TextField
          label={t("walkIn.name")}
          error={errors.name && t("walkIn.name")}
          {...form.register("name")}
        />
        <SelectField
          label={t("book.service")}
          error={errors.service && t("book.chooseService")}
          {...form.register("service")}
        >
          <option value="">{t("book.chooseService")}</option>
          {services.data
            ?.filter((one) => one.active)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {nameIn(language, one)}
              </option>
            ))}
        </SelectField>
        <Refused error={join.error} />
        <Action kind="primary" submit busy={join.isPending}>
          {t("walkIn.add")}
        </Action>
      </form>
    </Drawer>
  );
}

function Waiting({ one }: { one: WalkIn }) {
  const t = useText();
  const { zone, can } = useSession();
  const services = useServices();
  const known = useCustomer(can("customers:read") ? (one.customer_id ?? undefined) : undefined);
  const [phone, setPhone] = useState("");
  const path = { id: one.id };
  const seat = useChange(
    (number: string) =>
      got(
        api.POST("/api/v1/walk-ins/{id}/seat", {
          params: { path },
          body: number === "" ? {} : { phone: number.replaceAll(/[\s-]/g, "") },
        }),
      ),
    APPOINTMENTS,
  );
  const leave = useChange(
    () => got(api.POST("/api/v1/walk-ins/{id}/leave", { params: { path }, body: {} })),
    ["walk-ins"],
  );
  const named = one.customer_id === null || one.customer_id === undefined;
  return (
    <li className="stack">
      <div className="row row--between">
        <span>
          <strong>{one.name ?? known.data?.name ?? t("calendar.someone")}</strong>{" "}
          <span className="muted">{t("walkIn.since", { time: timeOf(one.joined_at, zone) })}</span>
          <br />
          {one.parts
            .map((part) => services.data?.find((service) => service.id === part.service_id)?.name ?? "")
            .join(" + ")}
        </span>
        <span className="badge">
          {one.estimate === null || one.estimate === undefined
            ? t("walkIn.notToday")
            : t("walkIn.estimate", { time: timeOf(one.estimate.start, zone) })}
        </span>
      </div>
      {named && <PhoneField label={t("walkIn.phoneNeeded")} value={phone} change={setPhone} />}
      <Refused error={seat.error ?? leave.error} />
      <div className="row">
        <Action
          kind="primary"
          busy={seat.isPending}
          disabled={named && phone.trim() === ""}
          onClick={() => seat.send(phone)}
        >
          {t("walkIn.seat")}
        </Action>
        <Action kind="quiet" busy={leave.isPending} onClick={() => leave.send(undefined)}>
          {t("walkIn.leave")}
        </Action>
      </div>
    </li>
  );
}

function Refused({ error }: { error: unknown }) {
  if (error instanceof ApiProblem && error.reasons.length > 0) {
    return (
      <div className="problem" role="alert">
        <Reasons refusals={error.reasons} />
      </div>
    );
  }
  return <Problem error={error} />;
}
