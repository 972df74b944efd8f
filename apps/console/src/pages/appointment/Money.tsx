// What a visit owes and what was paid, and every way of taking it.
import { useState } from "react";

import { api, got, type Schemas } from "../../api/client";
import { APPOINTMENTS, useChange, useCredit, usePayments, useVisit, type Visit } from "../../api/queries";
import { useSession } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney, type Money as Amount } from "../../lib/money";
import { NumberField, PhoneField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Refunds } from "./Refunds";
import { Tries } from "./Tries";

const FAMILIES = [...APPOINTMENTS, "till", "credit"] as const;

export function Money({
  visitId,
  phone,
  customerId,
}: {
  visitId: string;
  phone: string | undefined;
  customerId: string;
}) {
  const t = useText();
  const visit = useVisit(visitId);
  const { can } = useSession();
  return (
    <section className="stack">
      <h3>{t("pay.title")}</h3>
      <Found query={visit}>
        {(found) => {
          const owed = owedOf(found);
          return (
            <>
              <dl className="facts">
                <div>
                  <dt>{t("pay.paid")}</dt>
                  <dd>{money(found.paid)}</dd>
                </div>
                {found.given_back.amount_minor > 0 && (
                  <div>
                    <dt>{t("refund.givenBack")}</dt>
                    <dd>{money(found.given_back)}</dd>
                  </div>
                )}
                {found.credited.amount_minor > 0 && (
                  <div>
                    <dt>{t("refund.credited")}</dt>
                    <dd>{money(found.credited)}</dd>
                  </div>
                )}
                <div className={owed.amount_minor > 0 ? "facts__loud" : ""}>
                  <dt>{found.standing === "waiting" ? t("pay.due") : t("pay.balance")}</dt>
                  <dd>{money(owed)}</dd>
                </div>
              </dl>
              {owed.amount_minor > 0 && can("payments:take") && (
                <Take
                  key={owed.amount_minor}
                  visit={found}
                  owed={owed}
                  phone={phone}
                  customerId={customerId}
                />
              )}
              <Tried visitId={visitId} />
            </>
          );
        }}
      </Found>
    </section>
  );
}

/** What is asked now: the deposit while the visit waits for it, else the balance. */
function owedOf(visit: Visit): Amount {
  return visit.standing === "waiting" && visit.due !== null && visit.due !== undefined
    ? visit.due
    : visit.balance;
}

interface TakeProps {
  visit: Visit;
  owed: Amount;
  phone: string | undefined;
  customerId: string;
}

function Take({ visit, owed, phone, customerId }: TakeProps) {
  const t = useText();
  const { currency } = useSession();
  const [typed, setTyped] = useState(moneyInField(owed));
  const [number, setNumber] = useState(phone ?? "");
  const [way, setWay] = useState<"prompt" | "cash" | "card">("prompt");
  const credit = useCredit(customerId, true);
  const amount = parseMoney(typed, currency);
  const path = { id: visit.id };
  const prompt = useChange(
    (body: Schemas["PromptBody"], key) =>
      got(
        api.POST("/api/v1/visits/{id}/prompts", {
          params: { path, header: { "Idempotency-Key": key } },
          body,
        }),
      ),
    FAMILIES,
  );
  const cash = useChange(
    (body: Schemas["CashBody"], key) =>
      got(
        api.POST("/api/v1/visits/{id}/cash", { params: { path, header: { "Idempotency-Key": key } }, body }),
      ),
    FAMILIES,
  );
  const spend = useChange(
    (_: undefined, key) =>
      got(
        api.POST("/api/v1/visits/{id}/credit", {
          params: { path, header: { "Idempotency-Key": key } },
          body: {},
        }),
      ),
    FAMILIES,
  );
  const own = number.trim() === "" ? {} : { phone: number.replaceAll(/[\s-]/g, "") };
  return (
    <div className="card card--inner stack">
      <div className="switch switch--fill" role="group" aria-label={t("pay.title")}>
        {(["prompt", "cash", "card"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={way === one} onClick={() => setWay(one)}>
            {one === "prompt"
              ? t("provider.mpesa")
              : one === "cash"
                ? t("provider.cash")
                : t("provider.pesapal")}
          </button>
        ))}
      </div>
      <div className="pair">
        <NumberField
          label={t("pay.amount")}
          hint={way === "cash" ? t("pay.cashHint") : undefined}
          error={amount === undefined ? t("pay.wrongAmount") : undefined}
          value={typed}
          change={setTyped}
        />
        {way !== "cash" && <PhoneField label={t("pay.phone")} value={number} change={setNumber} />}
      </div>
      {way === "prompt" && (
        <>
          <Problem error={prompt.error} />
          {prompt.isSuccess && <p role="status">{t("pay.promptSent")}</p>}
          <Action
            kind="primary"
            busy={prompt.isPending}
            disabled={amount === undefined}
            onClick={() => amount && prompt.send({ amount, ...own })}
          >
            {t("pay.prompt")}
          </Action>
        </>
      )}
      {way === "cash" && (
        <>
          <Problem error={cash.error} />
          <Action
            kind="primary"
            busy={cash.isPending}
            disabled={amount === undefined}
            onClick={() => amount && cash.send({ amount })}
          >
            {t("pay.cash")}
          </Action>
        </>
      )}
      {way === "card" && <CardLink visitId={visit.id} amount={amount} phone={own} />}
      {credit.data !== undefined && credit.data.credit.amount_minor > 0 && (
        <>
          <Problem error={spend.error} />
          <Action busy={spend.isPending} onClick={() => spend.send(undefined)}>
            {t("pay.credit")} ({money(credit.data.credit)})
          </Action>
        </>
      )}
    </div>
  );
}

/** A page for a card: it is ordered, and asked for again under the same key until the provider has opened it. */
function CardLink({
  visitId,
  amount,
  phone,
}: {
  visitId: string;
  amount: Amount | undefined;
  phone: { phone?: string };
}) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  const link = useChange(async (body: Schemas["CardLinkBody"], key: string) => {
    for (let tries = 0; ; tries += 1) {
      const found = await got(
        api.POST("/api/v1/visits/{id}/card-links", {
          params: { path: { id: visitId }, header: { "Idempotency-Key": key } },
          body,
        }),
      );
      if ((found.page !== null && found.page !== undefined) || tries === 10) return found;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }, FAMILIES);
  const page = link.data?.page;
  if (page !== null && page !== undefined) {
    return (
      <div className="row row--wrap">
        <a className="button" href={page} target="_blank" rel="noreferrer">
          {t("pay.cardOpen")}
        </a>
        <Action reads onClick={() => void navigator.clipboard.writeText(page).then(() => setCopied(true))}>
          {copied ? t("pay.copied") : t("pay.copy")}
        </Action>
      </div>
    );
  }
  return (
    <>
      <Problem error={link.error} />
      {link.isPending && <p role="status">{t("pay.cardOpening")}</p>}
      <Action
        kind="primary"
        busy={link.isPending}
        disabled={amount === undefined}
        onClick={() => amount && link.send({ amount, ...phone })}
      >
        {t("pay.card")}
      </Action>
    </>
  );
}

/** Everything that was asked for, newest first, with every try. */
function Tried({ visitId }: { visitId: string }) {
  const t = useText();
  const word = useWord();
  const payments = usePayments(visitId, true);
  return (
    <Found query={payments}>
      {(found) =>
        found.payments.length === 0 ? (
          <Empty>{t("pay.none")}</Empty>
        ) : (
          <ul className="list">
            {[...found.payments].reverse().map((payment) => (
              <li key={payment.id}>
                <div className="row row--between">
                  <strong>{word("purpose", payment.purpose)}</strong>
                  <span>
                    {money(payment.paid)} / {money(payment.due)}
                  </span>
                </div>
                <Tries payment={payment} />
                <Refunds payment={payment} />
              </li>
            ))}
          </ul>
        )
      }
    </Found>
  );
}
