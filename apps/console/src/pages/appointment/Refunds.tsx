// Money that goes back: what went, what can, an order for it with what it comes to, and a word on what nobody knows.
import { useState } from "react";

import { api, got } from "../../api/client";
import { useChange, useRefunds } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney } from "../../lib/money";
import { momentInWords } from "../../lib/time";
import { Action, Field, Reason } from "../../ui/parts";
import { Problem } from "../../ui/states";
import {
  canWithdraw,
  needsWord,
  offersOf,
  refundable,
  type Payment,
  type Refund,
  type Way,
} from "./refunding";

const FAMILIES = ["payments", "visit", "appointments", "till", "credit", "audit"] as const;

export function Refunds({ payment }: { payment: Payment }) {
  const t = useText();
  const { can } = useSession();
  const [ordering, setOrdering] = useState(false);
  const refunds = useRefunds(payment.id, payment.paid.amount_minor > 0);
  if (refunds.data === undefined) return <Problem error={refunds.error} />;
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
        <Field label={t("refund.way")} hint={t(`refund.hint.${way}`)}>
          {(ids) => (
            <select
              {...ids}
              value={way}
              onChange={(event) => {
                setWay(event.target.value as Way);
                setPicked(0);
              }}
            >
              {offers.map((one) => (
                <option key={one.way} value={one.way}>
                  {t(`refund.way.${one.way}`)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field
          label={t("pay.amount")}
          hint={t("refund.most", { amount: money(left) })}
          error={fits ? undefined : t("refund.wrongAmount", { amount: money(left) })}
        >
          {(ids) =>
            whole === undefined ? (
              <input
                {...ids}
                inputMode="decimal"
                autoComplete="off"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            ) : (
              <select {...ids} value={picked} onChange={(event) => setPicked(Number(event.target.value))}>
                {whole.map((one, index) => (
                  <option key={index} value={index}>
                    {money(one)}
                  </option>
                ))}
              </select>
            )
          }
        </Field>
      </div>
      {way === "outside" && (
        <Field label={t("refund.reference")} hint={t("refund.referenceHint")}>
          {(ids) => (
            <input
              {...ids}
              autoComplete="off"
              value={reference}
              onChange={(event) => setReference(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field label={t("refund.reason")}>
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {fits && (
        <p className="hint-line" role="status">
          {t(`refund.preview.${way}`, { amount: money(amount) })}{" "}
          {t("refund.stays", {
            amount: money({ ...left, amount_minor: left.amount_minor - amount.amount_minor }),
          })}
        </p>
      )}
      <Problem error={order.error} />
      <div className="row">
        <Action kind="danger" submit busy={order.isPending} disabled={!complete}>
          {t("refund.submit")}
        </Action>
        <Action kind="quiet" reads onClick={close}>
          {t("app.back")}
        </Action>
      </div>
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
  const [outcome, setOutcome] = useState<"done" | "rejected">("done");
  const [receipt, setReceipt] = useState("");
  const [reason, setReason] = useState("");
  const resolve = useChange(
    (body: { outcome: "done" | "rejected"; reason: string; receipt?: string }) =>
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
        <Field label={t("refund.outcome")}>
          {(ids) => (
            <select
              {...ids}
              value={outcome}
              onChange={(event) => setOutcome(event.target.value === "done" ? "done" : "rejected")}
            >
              <option value="done">{t("refund.outcome.done")}</option>
              <option value="rejected">{t("refund.outcome.rejected")}</option>
            </select>
          )}
        </Field>
        {outcome === "done" && (
          <Field label={t("money.receipt")} hint={t("app.optional")}>
            {(ids) => (
              <input
                {...ids}
                autoComplete="off"
                value={receipt}
                onChange={(event) => setReceipt(event.target.value)}
              />
            )}
          </Field>
        )}
      </div>
      <Field label={t("refund.known")}>
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Problem error={resolve.error} />
      <div className="row">
        <Action submit busy={resolve.isPending} disabled={reason.trim() === ""}>
          {t("app.save")}
        </Action>
      </div>
    </form>
  );
}
