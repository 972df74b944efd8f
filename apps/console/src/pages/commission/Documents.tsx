// The frozen documents of a month: each person's close and what amended it, with lines, statements and disputes.
import { useState } from "react";

import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { momentInWords } from "../../lib/time";
import { Found } from "../../ui/states";
import { DisputeLine } from "./DisputeLine";
import { payOf, together, useDisputes, useDocument, type Period } from "./figures";
import { Beside, Lines, signed, Statement, useStaffNames } from "./parts";

/** By person, the close before what amended it, and those that have left among them. */
export function Documents({ periods }: { periods: readonly Period[] }) {
  const t = useText();
  const nameOf = useStaffNames();
  const named = (one: Period): string => one.staff_name ?? nameOf(one.staff_id);
  const people = [
    ...new Set(
      periods.toSorted((one, other) => named(one).localeCompare(named(other))).map((one) => one.staff_id),
    ),
  ];
  const pay = together(periods.map(payOf));
  const tips = together(periods.map((one) => one.tip));
  return (
    <section className="card stack">
      <div className="row row--between row--wrap">
        <h2>{t("commission.documents")}</h2>
        <span>
          {pay !== undefined && <strong>{money(pay)}</strong>}{" "}
          {tips !== undefined && tips.amount_minor > 0 && (
            <span className="muted">
              + {t("earnings.tips")} {money(tips)}
            </span>
          )}{" "}
          <span className="badge badge--confirmed">{t("commission.frozen")}</span>
        </span>
      </div>
      {people.map((staffId) => (
        <Person key={staffId} periods={periods.filter((one) => one.staff_id === staffId)} />
      ))}
    </section>
  );
}

function Person({ periods }: { periods: readonly Period[] }) {
  const nameOf = useStaffNames();
  const [first] = periods;
  if (first === undefined) return null;
  const inOrder = [...periods].sort((one, other) => one.frozen_at.localeCompare(other.frozen_at));
  return (
    <div className="stack">
      {inOrder.map((period) => (
        <Frozen key={period.id} period={period} name={period.staff_name ?? nameOf(period.staff_id)} />
      ))}
    </div>
  );
}

/** One document. Its lines are fetched once somebody opens it. */
export function Frozen({ period, name, opened = false }: { period: Period; name: string; opened?: boolean }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [open, setOpen] = useState(opened);
  const frozen = useDocument(period.id, open);
  const disputes = useDisputes(true);
  const about = (disputes.data ?? []).filter((one) => one.period_id === period.id);
  const waiting = about.filter((one) => one.state === "open").length;
  const pay = payOf(period);
  return (
    <details className="card card--inner" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="earn__line">
          <span>
            {name}{" "}
            {period.type === "amendment" && (
              <span className="badge">{word("commission.type", period.type)}</span>
            )}{" "}
            {waiting > 0 && (
              <span className="badge badge--warn">{t("dispute.openCount", { count: waiting })}</span>
            )}
          </span>
          <span>
            {period.type === "amendment" ? signed(pay) : money(pay)}{" "}
            {period.tip.amount_minor > 0 && (
              <span className="muted">
                + {t("drawer.tip")} {money(period.tip)}
              </span>
            )}
          </span>
        </span>
      </summary>
      <div className="stack">
        <Beside figure={period} />
        <Statement id={period.id} of={name} />
        {open && (
          <Found query={frozen}>
            {(document) => (
              <Lines
                numbered
                lines={document.lines}
                more={(_, number) => (
                  <DisputeLine
                    periodId={period.id}
                    line={number}
                    disputes={about.filter((one) => one.line === number)}
                  />
                )}
              />
            )}
          </Found>
        )}
        <p className="muted fingerprint">
          {t("commission.frozenOn", { time: momentInWords(period.frozen_at, zone, language) })}{" "}
          {period.vendor_period_id != null && t("commission.vendor", { id: period.vendor_period_id })}{" "}
          {t("commission.fingerprint")} <code>{period.content_hash.slice(0, 12)}</code>
        </p>
      </div>
    </details>
  );
}
