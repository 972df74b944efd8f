// One appointment: who comes, what for, what may be done now, money, notes and what happened to it.
import { useState } from "react";
import { Link } from "react-router";

import { api, etag, got } from "../../api/client";
import {
  APPOINTMENTS,
  useAppointment,
  useChange,
  useCustomer,
  useServices,
  useStaff,
  type Appointment,
} from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money } from "../../lib/money";
import { nameIn } from "../../lib/names";
import { dayOf, momentInWords, minuteOf, swahiliClock, timeOf } from "../../lib/time";
import { Action, Drawer, StateBadge } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { isMovable } from "../calendar/layout";
import { Cancel } from "./Cancel";
import { AuditTrail, History } from "./History";
import { Money } from "./Money";
import { MoveForm } from "./MoveForm";
import { Notes } from "./Notes";

export default function AppointmentDrawer({ id, close }: { id: string; close: () => void }) {
  const t = useText();
  const appointment = useAppointment(id);
  return (
    <Drawer title={t("drawer.title")} close={close}>
      <Found query={appointment}>{(found) => <Within appointment={found} />}</Found>
    </Drawer>
  );
}

function Within({ appointment }: { appointment: Appointment }) {
  const t = useText();
  const { language } = useLanguage();
  const { can, zone } = useSession();
  const customer = useCustomer(can("customers:read") ? appointment.customer_id : undefined);
  const services = useServices();
  const staff = useStaff();
  const service = services.data?.find((one) => one.id === appointment.service_id);
  const team = appointment.staff_ids
    .map((one) => staff.data?.find((member) => member.id === one)?.name ?? "…")
    .join(", ");
  const { actuals } = appointment;
  const from = appointment.client_from;
  return (
    <div className="stack stack--wide">
      <header className="stack">
        <div className="row row--between">
          {can("customers:read") ? (
            <Link className="big" to={`/customers/${appointment.customer_id}`}>
              {customer.data?.name ?? customer.data?.phone ?? t("calendar.someone")}
            </Link>
          ) : (
            <span className="big">{t("calendar.someone")}</span>
          )}
          <StateBadge state={appointment.state} />
        </div>
        {customer.data?.phone !== null && customer.data?.phone !== undefined && (
          <a href={`tel:${customer.data.phone}`}>{customer.data.phone}</a>
        )}
        <p>
          <strong>{service === undefined ? "…" : nameIn(language, service)}</strong>
          <br />
          {momentInWords(from, zone, language)} – {timeOf(appointment.client_until, zone)}
          {language === "sw" && (
            <span className="muted"> · {swahiliClock(minuteOf(from, dayOf(from, zone), zone))}</span>
          )}
          <br />
          {t("drawer.with")} {team}
        </p>
        <dl className="facts">
          {appointment.until !== null && appointment.until !== undefined && (
            <Fact name={t(`state.${appointment.state === "requested" ? "requested" : "held"}`)}>
              {t("drawer.until", { time: timeOf(appointment.until, zone) })}
            </Fact>
          )}
          {actuals.start !== null && actuals.start !== undefined && (
            <Fact name={t("drawer.actual")}>
              {actuals.end === null || actuals.end === undefined
                ? t("drawer.running", { time: timeOf(actuals.start, zone) })
                : `${timeOf(actuals.start, zone)} – ${timeOf(actuals.end, zone)}`}
            </Fact>
          )}
          <Fact name={t("drawer.price")}>{money(appointment.charged)}</Fact>
          {appointment.discount.amount_minor > 0 && (
            <Fact name={t("drawer.discount")}>
              {money(appointment.discount)} {appointment.discount_reason}
            </Fact>
          )}
          {appointment.fee !== null && appointment.fee !== undefined && (
            <Fact name={t("drawer.fee")}>{money(appointment.fee)}</Fact>
          )}
        </dl>
      </header>
      <Steps appointment={appointment} />
      {can("payments:read") && (
        <Money
          visitId={appointment.visit_id}
          phone={customer.data?.phone ?? undefined}
          customerId={appointment.customer_id}
        />
      )}
      {can("appointments:render") && <Notes key={appointment.version} appointment={appointment} />}
      {can("appointments:book") && <History id={appointment.id} />}
      {can("audit:read") && <AuditTrail appointment={appointment} />}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What may be done with it in its state. The API decides; here stands what is worth offering. */
function Steps({ appointment }: { appointment: Appointment }) {
  const t = useText();
  const { can } = useSession();
  const [asking, setAsking] = useState<"cancel" | "move">();
  const path = { id: appointment.id };
  const header = { "If-Match": etag(appointment.version) };
  const step = useChange(
    (
      what:
        "start" | "finish" | "check-in" | "undo-check-in" | "no-show" | "undo-no-show" | "accept" | "decline",
    ): Promise<unknown> => {
      switch (what) {
        case "start":
          return got(api.POST("/api/v1/appointments/{id}/start", { params: { path }, body: {} }));
        case "finish":
          return got(api.POST("/api/v1/appointments/{id}/finish", { params: { path }, body: {} }));
        case "check-in":
          return got(api.POST("/api/v1/appointments/{id}/check-in", { params: { path, header } }));
        case "undo-check-in":
          return got(api.DELETE("/api/v1/appointments/{id}/check-in", { params: { path, header } }));
        case "no-show":
          return got(api.POST("/api/v1/appointments/{id}/no-show", { params: { path, header } }));
        case "undo-no-show":
          return got(api.DELETE("/api/v1/appointments/{id}/no-show", { params: { path, header } }));
        case "accept":
          return got(
            api.POST("/api/v1/visits/{id}/accept", {
              params: { path: { id: appointment.visit_id } },
              body: { by: "business" },
            }),
          );
        case "decline":
          return got(
            api.POST("/api/v1/visits/{id}/decline", {
              params: { path: { id: appointment.visit_id } },
              body: { by: "business" },
            }),
          );
      }
    },
    APPOINTMENTS,
  );
  const { state } = appointment;
  const books = can("appointments:book");
  const renders = can("appointments:render");
  const before = state === "confirmed" || state === "checked_in";
  return (
    <section className="stack">
      <div className="row row--wrap">
        {state === "requested" && books && (
          <>
            <Action kind="primary" busy={step.isPending} onClick={() => step.send("accept")}>
              {t("drawer.accept")}
            </Action>
            <Action busy={step.isPending} onClick={() => step.send("decline")}>
              {t("drawer.decline")}
            </Action>
          </>
        )}
        {state === "in_progress" && renders && (
          <Action kind="primary" busy={step.isPending} onClick={() => step.send("finish")}>
            {t("drawer.finish")}
          </Action>
        )}
        {state === "confirmed" && books && (
          <Action kind="primary" busy={step.isPending} onClick={() => step.send("check-in")}>
            {t("drawer.checkIn")}
          </Action>
        )}
        {before && renders && (
          <Action
            kind={state === "confirmed" && books ? "plain" : "primary"}
            busy={step.isPending}
            onClick={() => step.send("start")}
          >
            {t("drawer.start")}
          </Action>
        )}
        {state === "checked_in" && books && (
          <Action busy={step.isPending} onClick={() => step.send("undo-check-in")}>
            {t("drawer.undoCheckIn")}
          </Action>
        )}
        {isMovable(state) && books && (
          <Action reads onClick={() => setAsking(asking === "move" ? undefined : "move")}>
            {t("move.title")}
          </Action>
        )}
        {state === "confirmed" && books && (
          <Action busy={step.isPending} onClick={() => step.send("no-show")}>
            {t("drawer.noShow")}
          </Action>
        )}
        {state === "no_show" && books && (
          <Action busy={step.isPending} onClick={() => step.send("undo-no-show")}>
            {t("drawer.undoNoShow")}
          </Action>
        )}
        {(before || state === "held" || state === "requested") && books && (
          <Action kind="quiet" reads onClick={() => setAsking(asking === "cancel" ? undefined : "cancel")}>
            {t("drawer.cancel")}
          </Action>
        )}
      </div>
      <Problem error={step.error} />
      {asking === "cancel" && <Cancel appointment={appointment} close={() => setAsking(undefined)} />}
      {asking === "move" && <MoveForm appointment={appointment} done={() => setAsking(undefined)} />}
    </section>
  );
}
