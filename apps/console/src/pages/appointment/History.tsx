// What an appointment went through, when it is asked for.
import { useState } from "react";

import { useAudit, useHistory, usePayments, useRefundsOf, type Appointment } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Empty, Found } from "../../ui/states";
import { changesOf } from "./changes";

export function History({ id }: { id: string }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [open, setOpen] = useState(false);
  const history = useHistory(id, open);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("drawer.history")}</summary>
      {open && (
        <Found query={history}>
          {(found) =>
            found.items.length === 0 ? (
              <Empty>{t("drawer.noHistory")}</Empty>
            ) : (
              <ol className="history">
                {found.items.map((entry, index) => (
                  <li key={`${entry.at}${index}`}>
                    <span>
                      {entry.what === "became"
                        ? t("drawer.what.became", { state: word("state", entry.state) })
                        : entry.what === "moved"
                          ? t("drawer.what.moved", { time: momentInWords(entry.start, zone, language) })
                          : word("drawer.what", entry.what)}
                    </span>
                    <span className="muted">
                      {momentInWords(entry.at, zone, language)}
                      {entry.by !== null && entry.by !== undefined && ` · ${word("drawer.by", entry.by)}`}
                    </span>
                  </li>
                ))}
              </ol>
            )
          }
        </Found>
      )}
    </details>
  );
}

/** Changes of it and of its money that the record keeps, for whoever may look at the record. */
export function AuditTrail({ appointment }: { appointment: Appointment }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [open, setOpen] = useState(false);
  const payments = usePayments(appointment.visit_id, open);
  const asked = payments.data?.payments ?? [];
  const refunds = useRefundsOf(open ? asked.map((one) => one.id) : []);
  const trail = useAudit(
    [
      appointment.id,
      appointment.visit_id,
      ...asked.flatMap((one) => [one.id, ...one.attempts.map((attempt) => attempt.id)]),
      ...refunds.map((one) => one.id),
    ],
    open && payments.data !== undefined,
  );
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("audit.title")}</summary>
      {open && (
        <Found query={trail}>
          {(entries) =>
            entries.length === 0 ? (
              <Empty>{t("audit.empty")}</Empty>
            ) : (
              <ol className="history">
                {entries.map((entry) => (
                  <li key={entry.number}>
                    <span>{entry.verb.split(".").slice(2).join(" ").replaceAll("_", " ")}</span>
                    <span className="muted">
                      {momentInWords(entry.at, zone, language)} · {entry.actor}
                      {entry.origin !== null && entry.origin !== undefined && ` · ${entry.origin}`}
                      {entry.by_hand && ` · ${t("audit.byHand")}`}
                    </span>
                    {changesOf(entry).map((change) => (
                      <span key={change.what} className="history__change">
                        {change.what}: {change.before ?? "–"} → {change.after ?? "–"}
                      </span>
                    ))}
                  </li>
                ))}
              </ol>
            )
          }
        </Found>
      )}
    </details>
  );
}
