// Moves an appointment without a mouse: a day, a time, somebody.
import { useState } from "react";

import { ApiProblem } from "../../api/problem";
import { useMove, useStaff, type Appointment } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { dayOf, instantOf, minutesOfClock, timeOf } from "../../lib/time";
import { ChoiceField, SelectField, TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { Alternatives, Reasons } from "../booking/Conflict";

const WHOSE = ["customer", "business"] as const;

export function MoveForm({ appointment, done }: { appointment: Appointment; done: () => void }) {
  const t = useText();
  const { zone } = useSession();
  const staff = useStaff();
  const move = useMove();
  const [day, setDay] = useState(dayOf(appointment.start, zone));
  const [time, setTime] = useState(timeOf(appointment.start, zone));
  const [staffId, setStaffId] = useState(appointment.staff_ids[0] ?? "");
  const [by, setBy] = useState<(typeof WHOSE)[number]>("customer");
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
        <TextField label={t("book.day")} type="date" value={day} change={setDay} />
        <TextField
          label={t("book.time")}
          error={minute === undefined ? t("book.time") : undefined}
          inputMode="numeric"
          value={time}
          change={setTime}
        />
      </div>
      <SelectField label={t("book.staff")} value={staffId} change={setStaffId}>
        {able.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      <ChoiceField
        label={t("move.by")}
        of={WHOSE}
        named={(one) => t(one === "customer" ? "move.customer" : "move.business")}
        value={by}
        change={setBy}
      />
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
