// Money that goes back: what went, what can, an order for it with what it comes to, and a word on what nobody knows.
import { useState } from "react";

import { api, got } from "../../api/client";
import { useChange, useRefunds } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney } from "../../lib/money";
import { momentInWords } from "../../lib/time";
import { ChoiceField, NumberField, SelectField, TextField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action } from "../../ui/parts";
import { Reason } from "../../ui/Reason";
import { Found, Problem } from "../../ui/states";
import {
  canWithdraw,
  needsWord,
  offersOf,
  refundable,
  type Payment,
  type Refund,
  type Way,
} from "./refunding";

/** What somebody found out of a refund that nobody knew of. */
const OUTCOMES = ["done", "rejected"] as const;
const FAMILIES = ["payments", "visit", "appointments", "till", "credit", "audit"] as const;

export function Refunds({ payment }: { payment: Payment }) {
  const t = useText();
  const { can } = useSession();
  const [ordering, setOrdering] = useState(false);
  const paid = payment.paid.amount_minor > 0;
  const refunds = useRefunds(payment.id, paid);
  // Of what did not come nothing can go back, and nobody is asked.
  if (!paid) return null;
  if (refunds.data === undefined) return <Found query={refunds}>{() => null}</Found>;
  const left = refundable(payment, refunds.data);
  return (
    <div className="stack">
      {refunds.data.length > 0 && (
        <ul className="list" aria-label={t("refund.list")}>
          {refunds.data.map((one) => (
            <li key={one.id}>
              <Shown refund={one} />
            </li>
          ))}
        </ul>
      )}
      {can("payments:refund") && left.amount_minor > 0 && !ordering && (
        <div className="row">
          <Action reads onClick={() => setOrdering(true)}>
            {t("refund.order")}
          </Action>
        </div>
      )}
      {ordering && (
        <Order
          key={left.amount_minor}
          payment={payment}
          refunds={refunds.data}
          close={() => setOrdering(false)}
        />
      )}
    </div>
  );
}

function Order({
  payment,
  refunds,
  close,
}: {
  payment: Payment;
  refunds: readonly Refund[];
  close: () => void;
}) {
  const t = useText();
  const { currency } = useSession();
  const left = refundable(payment, refunds);
  const offers = offersOf(payment, refunds);
  const [way, setWay] = useState<Way>(offers[0]?.way ?? "credit");
  const whole = offers.find((one) => one.way === way)?.whole;
  const [typed, setTyped] = useState(moneyInField(left));
  const [picked, setPicked] = useState(0);
  const [reason, setReason] = useState("");
  const [reference, setReference] = useState("");
  const amount = whole === undefined ? parseMoney(typed, currency) : whole[picked];
  const fits = amount !== undefined && amount.amount_minor > 0 && amount.amount_minor <= left.amount_minor;
  const complete = fits && reason.trim() !== "" && (way !== "outside" || reference.trim() !== "");
  const order = useChange(
    (body: { amount: NonNullable<typeof amount>; way: Way; reason: string; reference?: string }, key) =>
      got(
        api.POST("/api/v1/payments/{id}/refunds", {
          params: { path: { id: payment.id }, header: { "Idempotency-Key": key } },
          body,
        }),
      ),
    FAMILIES,
  );
  const asked = {
    label: t("pay.amount"),
    hint: t("refund.most", { amount: money(left) }),
    error: fits ? undefined : t("refund.wrongAmount", { amount: money(left) }),
  };
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!complete) return;
        const told = { amount, way, reason: reason.trim() };
        order.send(way === "outside" ? { ...told, reference: reference.trim() } : told, close);
      }}
    >
      <strong>{t("refund.order")}</strong>
      <div className="pair">
        <ChoiceField
          label={t("refund.way")}
          hint={t(`refund.hint.${way}`)}
          of={offers.map((one) => one.way)}
          named={(one) => t(`refund.way.${one}`)}
          value={way}
          change={(one) => {
            setWay(one);
            setPicked(0);
          }}
        />
        {whole === undefined ? (
          <NumberField {...asked} value={typed} change={setTyped} />
        ) : (
          <SelectField {...asked} value={picked} change={(text) => setPicked(Number(text))}>
            {whole.map((one, index) => (
              <option key={index} value={index}>
                {money(one)}
              </option>
            ))}
          </SelectField>
        )}
      </div>
      {way === "outside" && (
        <TextField
          label={t("refund.reference")}
          hint={t("refund.referenceHint")}
          value={reference}
          change={setReference}
        />
      )}
      <TextField label={t("refund.reason")} value={reason} change={setReason} />
      {fits && (
        <p className="hint-line" role="status">
          {t(`refund.preview.${way}`, { amount: money(amount) })}{" "}
          {t("refund.stays", {
            amount: money({ ...left, amount_minor: left.amount_minor - amount.amount_minor }),
          })}
        </p>
      )}
      <FormEnd
        label={t("refund.submit")}
        kind="danger"
        error={order.error}
        busy={order.isPending}
        disabled={!complete}
        leave={t("app.back")}
        close={close}
      />
    </form>
  );
}

/** One refund, and what a person may say of it. */
function Shown({ refund }: { refund: Refund }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone, can } = useSession();
  const path = { id: refund.id };
  const withdraw = useChange(
    (reason: string) => got(api.POST("/api/v1/refunds/{id}/cancel", { params: { path }, body: { reason } })),
    FAMILIES,
  );
  const works = can("payments:refund");
  return (
    <div className="stack">
      <div className="row row--between">
        <span>
          {word("refund.way", refund.way)} <strong>{money(refund.amount)}</strong>
          <br />
          <span className="muted">
            {momentInWords(refund.created_at, zone, language)} · {word("refund.cause", refund.cause)}
          </span>
        </span>
        <span className={`badge badge--refund-${refund.state}`}>{word("refund.state", refund.state)}</span>
      </div>
      <p className="muted">
        {refund.reason}
        {refund.receipt !== null && refund.receipt !== undefined && ` · ${refund.receipt}`}
        {refund.reference !== null && refund.reference !== undefined && ` · ${refund.reference}`}
        {refund.resolved_reason !== null &&
          refund.resolved_reason !== undefined &&
          ` · ${refund.resolved_reason}`}
      </p>
      {refund.doubt !== null && refund.doubt !== undefined && (
        <p className="muted">{t("refund.doubt", { why: word("refund.why", refund.doubt) })}</p>
      )}
      {works && canWithdraw(refund) && (
        <Reason
          button={t("refund.withdraw")}
          busy={withdraw.isPending}
          error={withdraw.error}
          send={(reason, done) => withdraw.send(reason, done)}
        />
      )}
      {works && needsWord(refund) && <Resolve refund={refund} />}
    </div>
  );
}

function Resolve({ refund }: { refund: Refund }) {
  const t = useText();
  const [outcome, setOutcome] = useState<(typeof OUTCOMES)[number]>("done");
  const [receipt, setReceipt] = useState("");
  const [reason, setReason] = useState("");
  const resolve = useChange(
    (body: { outcome: (typeof OUTCOMES)[number]; reason: string; receipt?: string }) =>
      got(api.POST("/api/v1/refunds/{id}/resolve", { params: { path: { id: refund.id } }, body })),
    FAMILIES,
  );
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() === "") return;
        const known = outcome === "done" && receipt.trim() !== "";
        resolve.send({ outcome, reason: reason.trim(), ...(known && { receipt: receipt.trim() }) });
      }}
    >
      <strong>{t("refund.resolve")}</strong>
      <div className="pair">
        <ChoiceField
          label={t("refund.outcome")}
          of={OUTCOMES}
          named={(one) => t(one === "done" ? "refund.outcome.done" : "refund.outcome.rejected")}
          value={outcome}
          change={setOutcome}
        />
        {outcome === "done" && (
          <TextField
            label={t("money.receipt")}
            hint={t("app.optional")}
            value={receipt}
            change={setReceipt}
          />
        )}
      </div>
      <TextField label={t("refund.known")} value={reason} change={setReason} />
      <Problem error={resolve.error} />
      <div className="row">
        <Action submit busy={resolve.isPending} disabled={reason.trim() === ""}>
          {t("app.save")}
        </Action>
      </div>
    </form>
  );
}
