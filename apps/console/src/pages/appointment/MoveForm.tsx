// Moves an appointment without a mouse: a day, a time, somebody.
import { useState } from "react";

import { ApiProblem } from "../../api/problem";
import { useMove, useStaff, type Appointment } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { dayOf, instantOf, minutesOfClock, timeOf } from "../../lib/time";
import { Action, Field } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { Alternatives, Reasons } from "../booking/Conflict";

export function MoveForm({ appointment, done }: { appointment: Appointment; done: () => void }) {
  const t = useText();
  const { zone } = useSession();
  const staff = useStaff();
  const move = useMove();
  const [day, setDay] = useState(dayOf(appointment.start, zone));
  const [time, setTime] = useState(timeOf(appointment.start, zone));
  const [staffId, setStaffId] = useState(appointment.staff_ids[0] ?? "");
  const [by, setBy] = useState<"customer" | "business">("customer");
  const minute = minutesOfClock(time);
  const able = (staff.data ?? []).filter(
    (one) => one.active && one.service_ids.includes(appointment.service_id),
  );
  const refused = move.error instanceof ApiProblem ? move.error : undefined;
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (minute !== undefined && day !== "") {
          move.send({ appointment, start: instantOf(day, minute, zone), staffId, by }, done);
        }
      }}
    >
      <div className="pair">
        <Field label={t("book.day")}>
          {(ids) => (
            <input {...ids} type="date" value={day} onChange={(event) => setDay(event.target.value)} />
          )}
        </Field>
        <Field label={t("book.time")} error={minute === undefined ? t("book.time") : undefined}>
          {(ids) => (
            <input
              {...ids}
              inputMode="numeric"
              value={time}
              onChange={(event) => setTime(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label={t("book.staff")}>
        {(ids) => (
          <select {...ids} value={staffId} onChange={(event) => setStaffId(event.target.value)}>
            {able.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t("move.by")}>
        {(ids) => (
          <select
            {...ids}
            value={by}
            onChange={(event) => setBy(event.target.value === "customer" ? "customer" : "business")}
          >
            <option value="customer">{t("move.customer")}</option>
            <option value="business">{t("move.business")}</option>
          </select>
        )}
      </Field>
      {refused !== undefined && (refused.reasons.length > 0 || refused.alternatives.length > 0) ? (
        <div className="problem" role="alert">
          <strong>{t("conflict.title")}</strong>
          <Reasons refusals={refused.reasons} staffId={staffId} />
          <p>{t("conflict.alternatives")}</p>
          <Alternatives
            slots={refused.alternatives}
            busy={move.isPending}
            take={(slot) =>
              move.send({ appointment, start: slot.start, staffId: slot.parts[0]?.staff_id, by }, done)
            }
          />
        </div>
      ) : (
        <Problem error={move.error} />
      )}
      <div className="row">
        <Action kind="primary" submit busy={move.isPending}>
          {t("move.submit")}
        </Action>
        <Action kind="quiet" reads onClick={done}>
          {t("app.back")}
        </Action>
      </div>
    </form>
  );
}
