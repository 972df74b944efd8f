// Notes of the team, and a tip that was given in hand.
import { useState } from "react";

import { api, etag, got } from "../../api/client";
import { APPOINTMENTS, useChange, type Appointment } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { moneyInField, parseMoney } from "../../lib/money";
import { AreaField, NumberField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Done, Problem } from "../../ui/states";

export function Notes({ appointment }: { appointment: Appointment }) {
  const t = useText();
  const { currency } = useSession();
  const { actuals } = appointment;
  const [notes, setNotes] = useState(actuals.staff_notes ?? "");
  const [tip, setTip] = useState(
    actuals.tip === null || actuals.tip === undefined ? "" : moneyInField(actuals.tip),
  );
  const given = tip.trim() === "" ? undefined : parseMoney(tip, currency);
  const wrong = tip.trim() !== "" && given === undefined;
  const save = useChange(
    () =>
      got(
        api.PATCH("/api/v1/appointments/{id}/actuals", {
          params: { path: { id: appointment.id }, header: { "If-Match": etag(appointment.version) } },
          body: { staff_notes: notes, ...(given !== undefined && { tip: given }) },
        }),
      ),
    APPOINTMENTS,
  );
  const begun = actuals.start !== null && actuals.start !== undefined;
  if (!begun) return null;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) save.send(undefined);
      }}
    >
      <AreaField label={t("drawer.notes")} hint={t("drawer.notesHint")} value={notes} change={setNotes} />
      <NumberField
        label={t("drawer.tip")}
        hint={t("drawer.tipHint")}
        error={wrong ? t("pay.wrongAmount") : undefined}
        value={tip}
        change={setTip}
      />
      <Problem error={save.error} />
      <div className="row">
        <Action submit busy={save.isPending}>
          {t("app.save")}
        </Action>
        <Done when={save.isSuccess} />
      </div>
    </form>
  );
}
