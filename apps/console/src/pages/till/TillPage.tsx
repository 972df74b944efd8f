// The drawer: open, what came by which tender, put in and take out, count and close.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { api, got, type Schemas } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money, parseMoney, type Money } from "../../lib/money";
import { momentInWords, timeOf } from "../../lib/time";
import { ChoiceField, NumberField, TextField } from "../../ui/fields";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { MoneyTabs } from "./MoneyTabs";

const FAMILIES = ["till", "tips"] as const;
/** Which way cash goes. */
const KINDS = ["pay_out", "pay_in"] as const;

export default function TillPage() {
  const t = useText();
  const current = useQuery({
    queryKey: ["till", "current"],
    queryFn: async () => {
      try {
        return { session: await got(api.GET("/api/v1/till/sessions/current")) };
      } catch (problem) {
        if (problem instanceof ApiProblem && problem.kind === "till-closed") return { session: undefined };
        throw problem;
      }
    },
  });
  return (
    <Page title={t("till.title")}>
      <MoneyTabs />
      <Found query={current}>
        {({ session }) => (session === undefined ? <Closed /> : <Open session={session} />)}
      </Found>
      <Sessions />
    </Page>
  );
}

interface CountProps {
  label: string;
  button: string;
  busy: boolean;
  error: unknown;
  send: (amount: Money, reason: string) => void;
}

/** An amount that was counted, and why it is not what it should be. */
function Count({ label, button, busy, error, send }: CountProps) {
  const t = useText();
  const { currency } = useSession();
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const amount = parseMoney(typed, currency);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (amount !== undefined) send(amount, reason.trim());
      }}
    >
      <div className="pair">
        <NumberField
          label={label}
          error={typed !== "" && amount === undefined ? t("pay.wrongAmount") : undefined}
          value={typed}
          change={setTyped}
        />
        <TextField label={t("till.reason")} hint={t("till.reasonHint")} value={reason} change={setReason} />
      </div>
      <Problem error={error} />
      <div className="row">
        <Action kind="primary" submit busy={busy} disabled={amount === undefined}>
          {button}
        </Action>
      </div>
    </form>
  );
}

function Closed() {
  const t = useText();
  const open = useChange(
    ({ float, reason }: { float: Money; reason: string }, key) =>
      got(
        api.POST("/api/v1/till/sessions", {
          params: { header: { "Idempotency-Key": key } },
          body: { float, ...(reason !== "" && { reason }) },
        }),
      ),
    FAMILIES,
  );
  return (
    <section className="card stack">
      <p className="big">{t("till.closed")}</p>
      <Count
        label={t("till.float")}
        button={t("till.open")}
        busy={open.isPending}
        error={open.error}
        send={(float, reason) => open.send({ float, reason })}
      />
    </section>
  );
}

function Open({ session }: { session: Schemas["TillSession"] }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const path = { id: session.id };
  const sheet = useQuery({
    queryKey: ["till", "sheet", session.id],
    queryFn: () => got(api.GET("/api/v1/till/sessions/{id}/sheet", { params: { path } })),
  });
  const close = useChange(
    ({ counted, reason }: { counted: Money; reason: string }, key) =>
      got(
        api.POST("/api/v1/till/sessions/{id}/close", {
          params: { path, header: { "Idempotency-Key": key } },
          body: { counted, ...(reason !== "" && { reason }) },
        }),
      ),
    FAMILIES,
  );
  const cash: [string, Money][] = [
    [t("till.float"), session.float],
    [t("till.taken"), session.taken],
    [t("till.givenBack"), session.given_back],
    [t("till.paidIn"), session.paid_in],
    [t("till.paidOut"), session.paid_out],
    [t("till.tipsOut"), session.tips_out],
  ];
  return (
    <>
      <div className="cards">
        <section className="card">
          <h2>{t("till.cash")}</h2>
          <p className="figure">{money(session.expected)}</p>
          <p className="muted">
            {t("till.expected")} ·{" "}
            {t("till.openedBy", { time: momentInWords(session.opened_at, zone, language) })}
          </p>
          <dl className="facts">
            {cash.map(([name, amount]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{money(amount)}</dd>
              </div>
            ))}
          </dl>
        </section>
        <Found query={sheet}>
          {(found) => (
            <>
              <Takings name={t("till.mpesa")} takings={found.mpesa} />
              <Takings name={t("till.card")} takings={found.card} />
            </>
          )}
        </Found>
      </div>
      <Movement session={session} />
      <section className="card stack">
        <h2>{t("till.close")}</h2>
        <Count
          label={t("till.counted")}
          button={t("till.close")}
          busy={close.isPending}
          error={close.error}
          send={(counted, reason) => close.send({ counted, reason })}
        />
      </section>
    </>
  );
}

function Takings({ name, takings }: { name: string; takings: Schemas["TillTakings"] }) {
  const t = useText();
  const { zone } = useSession();
  return (
    <section className="card">
      <h2>{name}</h2>
      <p className="figure">{money(takings.total)}</p>
      <p className="muted">{t("till.payments", { count: takings.count })}</p>
      <ul className="tries">
        {takings.lines.map((one, index) => (
          <li key={`${one.at}${index}`}>
            <span>
              {timeOf(one.at, zone)} {one.receipt}
            </span>
            <span>{money(one.amount)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Movement({ session }: { session: Schemas["TillSession"] }) {
  const t = useText();
  const { currency, zone } = useSession();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("pay_out");
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const amount = parseMoney(typed, currency);
  const move = useChange(
    (body: Schemas["MovementBody"], key) =>
      got(
        api.POST("/api/v1/till/sessions/{id}/movements", {
          params: { path: { id: session.id }, header: { "Idempotency-Key": key } },
          body,
        }),
      ),
    FAMILIES,
  );
  return (
    <section className="card stack">
      <h2>{t("till.move")}</h2>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (amount === undefined || reason.trim() === "") return;
          move.send({ kind, amount, reason: reason.trim() }, () => {
            setTyped("");
            setReason("");
          });
        }}
      >
        <div className="trio">
          <ChoiceField
            label={t("till.kind")}
            of={KINDS}
            named={(one) => t(one === "pay_out" ? "till.out" : "till.in")}
            value={kind}
            change={setKind}
          />
          <NumberField
            label={t("pay.amount")}
            error={typed !== "" && amount === undefined ? t("pay.wrongAmount") : undefined}
            value={typed}
            change={setTyped}
          />
          <TextField label={t("till.what")} value={reason} change={setReason} />
        </div>
        <Problem error={move.error} />
        <div className="row">
          <Action submit busy={move.isPending} disabled={amount === undefined || reason.trim() === ""}>
            {t("till.record")}
          </Action>
        </div>
      </form>
      {session.movements.length > 0 && (
        <ul className="tries">
          {session.movements.map((one) => (
            <li key={one.id}>
              <span>
                {timeOf(one.at, zone)} {one.reason}
              </span>
              <span>
                {one.kind === "pay_in" ? "+" : "−"} {money(one.amount)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Sessions() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const sessions = useQuery({
    queryKey: ["till", "sessions"],
    queryFn: () => got(api.GET("/api/v1/till/sessions", { params: { query: { limit: 20 } } })),
  });
  return (
    <section className="card">
      <h2>{t("till.history")}</h2>
      <Found query={sessions}>
        {(found) => {
          const closed = found.items.flatMap((one) =>
            one.closing ? [{ ...one, closing: one.closing }] : [],
          );
          if (closed.length === 0) return <Empty>{t("till.noHistory")}</Empty>;
          return (
            <ul className="tries">
              {closed.map((one) => (
                <li key={one.id}>
                  <span>
                    {momentInWords(one.opened_at, zone, language)} –{" "}
                    {momentInWords(one.closing.at, zone, language)}
                  </span>
                  <span>
                    {money(one.closing.counted)}{" "}
                    <span className="muted">
                      {one.closing.difference.amount_minor === 0
                        ? t("till.exact")
                        : t("till.difference", { amount: money(one.closing.difference) })}
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          );
        }}
      </Found>
    </section>
  );
}
