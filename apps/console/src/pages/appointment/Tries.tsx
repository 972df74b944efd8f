// What was tried to collect a payment, and what a person may say where nobody else can.
import { useState } from "react";

import { api, etag, got, type Schemas } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney } from "../../lib/money";
import { timeOf } from "../../lib/time";
import { ChoiceField, NumberField, TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Reason } from "../../ui/Reason";
import { Problem } from "../../ui/states";
import type { Payment } from "./refunding";

/** What the provider's own records say of an attempt. */
const OUTCOMES = ["paid", "cancelled"] as const;
const FAMILIES = ["payments", "visit", "appointments", "till", "credit", "audit"] as const;

type Attempt = Schemas["PaymentAttempt"];

/** Whether the customer still has a card page that could take money. */
function isOpenCard(attempt: Attempt): boolean {
  return (
    attempt.provider === "pesapal" && (attempt.state === "sent" || attempt.state === "awaiting_customer")
  );
}

export function Tries({ payment }: { payment: Payment }) {
  const word = useWord();
  const { zone, can } = useSession();
  return (
    <ul className="tries">
      {payment.attempts.map((attempt) => (
        <li key={attempt.id} className="tries__one">
          <span>
            {timeOf(attempt.created_at, zone)} {word("provider", attempt.provider)} {money(attempt.amount)}
          </span>
          <span className={`badge badge--attempt-${attempt.state}`}>{word("attempt", attempt.state)}</span>
          {(attempt.state === "failed" || attempt.state === "in_review") && attempt.reason && (
            <span className="muted tries__more">{word("why", attempt.reason)}</span>
          )}
          {attempt.state === "in_review" && can("payments:resolve") && (
            <Resolve key={payment.version} payment={payment} attempt={attempt} />
          )}
          {attempt.dispute && <Dispute payment={payment} attempt={attempt} />}
          {isOpenCard(attempt) && can("payments:take") && <Withdraw attempt={attempt} />}
        </li>
      ))}
    </ul>
  );
}

/** Ends an attempt that waits for a person, by what the provider's own records say. */
function Resolve({ payment, attempt }: { payment: Payment; attempt: Attempt }) {
  const t = useText();
  const { currency } = useSession();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>("paid");
  const [receipt, setReceipt] = useState("");
  const [typed, setTyped] = useState(moneyInField(attempt.amount));
  const [reason, setReason] = useState("");
  const amount = parseMoney(typed, currency);
  const resolve = useChange(
    (body: Schemas["ResolveBody"]) =>
      got(
        api.POST("/api/v1/attempts/{id}/resolve", {
          params: { path: { id: attempt.id }, header: { "If-Match": etag(payment.version) } },
          body,
        }),
      ),
    FAMILIES,
  );
  const complete =
    reason.trim() !== "" &&
    (outcome === "cancelled" || (receipt.trim() !== "" && amount !== undefined && amount.amount_minor > 0));
  return (
    <form
      className="card card--inner stack tries__more"
      onSubmit={(event) => {
        event.preventDefault();
        if (!complete) return;
        const told = { outcome, reason: reason.trim() };
        resolve.send(
          outcome === "paid" && amount !== undefined ? { ...told, receipt: receipt.trim(), amount } : told,
        );
      }}
    >
      <strong>{t("resolve.title")}</strong>
      <p className="muted">{t("resolve.lead")}</p>
      <ChoiceField
        label={t("refund.outcome")}
        of={OUTCOMES}
        named={(one) => t(one === "paid" ? "resolve.paid" : "resolve.cancelled")}
        value={outcome}
        change={setOutcome}
      />
      {outcome === "paid" && (
        <div className="pair">
          <TextField label={t("money.receipt")} value={receipt} change={setReceipt} />
          <NumberField
            label={t("pay.amount")}
            error={amount === undefined ? t("pay.wrongAmount") : undefined}
            value={typed}
            change={setTyped}
          />
        </div>
      )}
      <TextField label={t("refund.known")} value={reason} change={setReason} />
      <Problem error={resolve.error} />
      <div className="row">
        <Action submit busy={resolve.isPending} disabled={!complete}>
          {t("app.save")}
        </Action>
      </div>
    </form>
  );
}

/** Something is odd about an attempt although its state stands; somebody looks into it and says so. */
function Dispute({ payment, attempt }: { payment: Payment; attempt: Attempt }) {
  const t = useText();
  const word = useWord();
  const { can } = useSession();
  const settle = useChange(
    (reason: string) =>
      got(
        api.POST("/api/v1/attempts/{id}/settle-dispute", {
          params: { path: { id: attempt.id }, header: { "If-Match": etag(payment.version) } },
          body: { reason },
        }),
      ),
    FAMILIES,
  );
  return (
    <div className="stack tries__more">
      <span>{t("resolve.dispute", { why: word("why", attempt.dispute ?? "") })}</span>
      {can("payments:resolve") && (
        <Reason
          button={t("resolve.settle")}
          label={t("resolve.found")}
          busy={settle.isPending}
          error={settle.error}
          send={(reason, done) => settle.send(reason, done)}
        />
      )}
    </div>
  );
}

/** Has a card page closed, so that another way of paying is free. */
function Withdraw({ attempt }: { attempt: Attempt }) {
  const t = useText();
  const withdraw = useChange(
    () => got(api.POST("/api/v1/attempts/{id}/withdraw", { params: { path: { id: attempt.id } } })),
    FAMILIES,
  );
  return (
    <div className="stack tries__more">
      <Problem error={withdraw.error} />
      <div className="row">
        <Action busy={withdraw.isPending} onClick={() => withdraw.send(undefined)}>
          {t("resolve.withdraw")}
        </Action>
      </div>
    </div>
  );
}
