// Cancelling, with what it costs and what goes back by the rules before anybody says yes.
import { api, etag, got } from "../../api/client";
import {
  APPOINTMENTS,
  useChange,
  usePayments,
  useRules,
  useVisit,
  type Appointment,
} from "../../api/queries";
import { useNow } from "../../app/clock";
import { useSession } from "../../app/session";
import { useText } from "../../i18n";
import { money } from "../../lib/money";
import { Action } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { prospect, type Prospect } from "./refunding";

const WHOSE = ["customer", "business"] as const;

export function Cancel({ appointment, close }: { appointment: Appointment; close: () => void }) {
  const t = useText();
  const { can } = useSession();
  const now = useNow();
  const sees = can("payments:read") && can("settings:read");
  const visit = useVisit(appointment.visit_id);
  const payments = usePayments(appointment.visit_id, sees);
  const rules = useRules(sees);
  const cancel = useChange(
    (by: "customer" | "business") =>
      got(
        api.POST("/api/v1/appointments/{id}/cancel", {
          params: { path: { id: appointment.id }, header: { "If-Match": etag(appointment.version) } },
          body: { by },
        }),
      ),
    [...APPOINTMENTS, "credit"],
  );
  const would = (by: "customer" | "business"): Prospect | undefined =>
    visit.data === undefined || payments.data === undefined || rules.data === undefined
      ? undefined
      : prospect(visit.data, appointment, payments.data.payments, rules.data.booking, by, now);
  const toOrigin = rules.data?.payments.given_back === "origin";
  return (
    <div className="card card--inner stack">
      <strong>{t("drawer.cancelTitle")}</strong>
      <p className="muted">{t("drawer.cancelLead")}</p>
      <Problem error={cancel.error} />
      {WHOSE.map((by) => {
        const seen = would(by);
        return (
          <div key={by} className="stack">
            <Action kind="danger" busy={cancel.isPending} onClick={() => cancel.send(by, close)}>
              {t(by === "customer" ? "drawer.byCustomer" : "drawer.byBusiness")}
            </Action>
            {seen !== undefined && (
              <p className="hint">
                {t("cancel.fee", { amount: money(seen.fee) })}{" "}
                {seen.back.amount_minor === 0
                  ? t("cancel.nothingBack")
                  : t(toOrigin ? "cancel.backToOrigin" : "cancel.backAsCredit", {
                      amount: money(seen.back),
                    })}
              </p>
            )}
          </div>
        );
      })}
      <div className="row">
        <Action kind="quiet" reads onClick={close}>
          {t("app.back")}
        </Action>
      </div>
    </div>
  );
}
