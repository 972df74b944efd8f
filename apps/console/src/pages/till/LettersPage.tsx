// What providers said that fits nothing we asked for: each is worked through by somebody who looks into the provider's records.
import { useState } from "react";
import { useSearchParams } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useLetter, useLetters } from "../../api/money";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money, moneyInField, parseMoney } from "../../lib/money";
import { dayOf, momentInWords } from "../../lib/time";
import { NumberField, TextField } from "../../ui/fields";
import { Action, Drawer, More, Page } from "../../ui/parts";
import { Reason } from "../../ui/Reason";
import { Empty, Found, NotAllowed, Problem } from "../../ui/states";
import { MoneyTabs } from "./MoneyTabs";
import { PaymentPicker, type Target } from "./PaymentPicker";

type Letter = Schemas["DeadLetter"];

const FAMILIES = ["letters", "payments", "visit", "appointments", "till", "statements", "credit"] as const;
const STATES = ["new", "matched", "refunded", "dismissed"] as const;

export default function LettersPage() {
  const { can } = useSession();
  return can("payments:resolve") ? <Letters /> : <NotAllowed />;
}

function Letters() {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [search, setSearch] = useSearchParams();
  const state = STATES.find((one) => one === search.get("state")) ?? "new";
  const open = search.get("letter") ?? undefined;
  const letters = useLetters(state);
  const go = (letter: string | undefined): void =>
    setSearch({ ...(state !== "new" && { state }), ...(letter !== undefined && { letter }) });
  return (
    <Page title={t("till.title")}>
      <MoneyTabs />
      <p className="muted">{t("letter.lead")}</p>
      <div className="switch switch--wrap" role="group" aria-label={t("letter.state")}>
        {STATES.map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === state}
            onClick={() => setSearch(one === "new" ? {} : { state: one })}
          >
            {t(`letter.state.${one}`)}
          </button>
        ))}
      </div>
      <Found query={letters}>
        {({ pages }) => {
          const found = pages.flatMap((page) => page.dead_letters);
          if (found.length === 0)
            return <Empty>{t(state === "new" ? "letter.nothingNew" : "letter.nothing")}</Empty>;
          return (
            <section className="card stack">
              <ul className="list">
                {found.map((letter) => (
                  <li key={letter.id} className="row row--between row--wrap">
                    <span>
                      {word("provider", letter.provider)}: {word("letter.reason", letter.reason)}
                      <br />
                      <span className="muted">{momentInWords(letter.received_at, zone, language)}</span>
                    </span>
                    <Action reads onClick={() => go(letter.id)}>
                      {t("letter.open")}
                    </Action>
                  </li>
                ))}
              </ul>
              <More of={letters} />
            </section>
          );
        }}
      </Found>
      {open !== undefined && <LetterDrawer key={open} id={open} close={() => go(undefined)} />}
    </Page>
  );
}

function LetterDrawer({ id, close }: { id: string; close: () => void }) {
  const t = useText();
  const letter = useLetter(id);
  return (
    <Drawer title={t("letter.one")} close={close}>
      <Found query={letter}>{(found) => <Within letter={found} />}</Found>
    </Drawer>
  );
}

function Within({ letter }: { letter: Letter }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [way, setWay] = useState<"match" | "refund">();
  const { claims, decision } = letter;
  const path = { id: letter.id };
  const dismiss = useChange(
    (reason: string) =>
      got(api.POST("/api/v1/dead-letters/{id}/dismiss", { params: { path }, body: { reason } })),
    FAMILIES,
  );
  const back = useChange(
    (reason: string, key) =>
      got(
        api.POST("/api/v1/dead-letters/{id}/take-back", {
          params: { path, header: { "Idempotency-Key": key } },
          body: { reason },
        }),
      ),
    FAMILIES,
  );
  return (
    <div className="stack stack--wide">
      <div className="row row--between">
        <strong>
          {word("provider", letter.provider)}: {word("letter.reason", letter.reason)}
        </strong>
        <span className="badge">{word("letter.state", letter.state)}</span>
      </div>
      <p className="muted">{momentInWords(letter.received_at, zone, language)}</p>
      {claims ? (
        <dl className="facts">
          <div>
            <dt>{t("letter.claims")}</dt>
            <dd>{money(claims.amount)}</dd>
          </div>
          <div>
            <dt>{t("money.receipt")}</dt>
            <dd>{claims.receipt}</dd>
          </div>
        </dl>
      ) : (
        <p>{t("letter.unreadable")}</p>
      )}
      {claims?.booked_for_payment_id && <p className="hint-line">{t("letter.booked")}</p>}
      <details>
        <summary>{t("letter.body")}</summary>
        <pre className="raw">{letter.body ?? ""}</pre>
      </details>
      {decision && (
        <dl className="facts">
          <div>
            <dt>{t("letter.decided")}</dt>
            <dd>
              {momentInWords(decision.at, zone, language)} · {decision.by}
            </dd>
          </div>
          <div>
            <dt>{t("app.why")}</dt>
            <dd>{decision.reason}</dd>
          </div>
          {decision.receipt && (
            <div>
              <dt>{t("money.receipt")}</dt>
              <dd>{decision.receipt}</dd>
            </div>
          )}
        </dl>
      )}
      {letter.taken_back && letter.taken_back.length > 0 && (
        <details>
          <summary>{t("money.takenBack", { count: letter.taken_back.length })}</summary>
          <ol className="history">
            {letter.taken_back.map((one) => (
              <li key={one.at}>
                <span>
                  {word("letter.state", one.state)}: {one.said_reason} · {one.said_by}
                </span>
                <span className="muted">
                  {momentInWords(one.at, zone, language)} · {one.reason} · {one.by}
                </span>
              </li>
            ))}
          </ol>
        </details>
      )}
      {letter.state === "new" && (
        <>
          <div className="row row--wrap">
            <Action reads kind={way === "match" ? "primary" : "plain"} onClick={() => setWay("match")}>
              {t("letter.match")}
            </Action>
            <Action reads kind={way === "refund" ? "primary" : "plain"} onClick={() => setWay("refund")}>
              {t("letter.refund")}
            </Action>
            {way !== undefined && (
              <Action reads kind="quiet" onClick={() => setWay(undefined)}>
                {t("app.back")}
              </Action>
            )}
          </div>
          {way === "match" && <Match letter={letter} />}
          {way === "refund" && <WentBack letter={letter} />}
          {way === undefined && (
            <Reason
              button={t("letter.dismiss")}
              busy={dismiss.isPending}
              error={dismiss.error}
              send={(reason, done) => dismiss.send(reason, done)}
            />
          )}
        </>
      )}
      {letter.state !== "new" && (
        <Reason
          button={t("money.takeBack")}
          label={t("money.takeBackWhy")}
          busy={back.isPending}
          error={back.error}
          send={(reason, done) => back.send(reason, done)}
        />
      )}
    </div>
  );
}

/** Books a letter's money for a payment, or for the attempt that asked for it. */
function Match({ letter }: { letter: Letter }) {
  const t = useText();
  const { currency, zone } = useSession();
  const { claims } = letter;
  const booked = claims?.booked_for_payment_id ?? undefined;
  const [target, setTarget] = useState<Target>();
  const [receipt, setReceipt] = useState(claims?.receipt ?? "");
  const [typed, setTyped] = useState(
    claims ? moneyInField((booked === undefined ? undefined : claims.booked_amount) ?? claims.amount) : "",
  );
  const [from, setFrom] = useState("");
  const [reason, setReason] = useState("");
  const amount = parseMoney(typed, currency);
  const match = useChange(
    (body: Schemas["MatchBody"]) =>
      got(api.POST("/api/v1/dead-letters/{id}/match", { params: { path: { id: letter.id } }, body })),
    FAMILIES,
  );
  const whose =
    booked !== undefined
      ? { payment_id: booked }
      : target?.kind === "attempt"
        ? { attempt_id: target.attempt.id }
        : target?.kind === "payment"
          ? { payment_id: target.payment.id }
          : undefined;
  const complete =
    amount !== undefined &&
    amount.amount_minor > 0 &&
    whose !== undefined &&
    receipt.trim() !== "" &&
    reason.trim() !== "" &&
    (claims ? true : from.trim() !== "");
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!complete) return;
        match.send({
          ...whose,
          amount,
          receipt: receipt.trim(),
          reason: reason.trim(),
          ...(!claims && { known_from: from.trim() }),
        });
      }}
    >
      {booked === undefined && (
        <PaymentPicker
          day={dayOf(letter.received_at, zone)}
          wanted={["payment", "attempt"]}
          chosen={target}
          choose={setTarget}
        />
      )}
      <div className="pair">
        <TextField label={t("money.receipt")} value={receipt} change={setReceipt} />
        <NumberField
          label={t("pay.amount")}
          error={typed !== "" && amount === undefined ? t("pay.wrongAmount") : undefined}
          value={typed}
          change={setTyped}
        />
      </div>
      {!claims && <KnownFrom from={from} setFrom={setFrom} />}
      <TextField label={t("letter.why")} value={reason} change={setReason} />
      <Problem error={match.error} />
      <Action kind="primary" submit busy={match.isPending} disabled={!complete}>
        {t("letter.match")}
      </Action>
    </form>
  );
}

/** Says that a letter's money went back in the provider's own portal. */
function WentBack({ letter }: { letter: Letter }) {
  const t = useText();
  const { claims } = letter;
  const [receipt, setReceipt] = useState("");
  const [came, setCame] = useState(claims?.receipt ?? "");
  const [from, setFrom] = useState("");
  const [reason, setReason] = useState("");
  const named = came.trim() !== "";
  const complete =
    receipt.trim() !== "" && reason.trim() !== "" && (claims || !named ? true : from.trim() !== "");
  const refund = useChange(
    (body: Schemas["RefundedBody"]) =>
      got(api.POST("/api/v1/dead-letters/{id}/refund", { params: { path: { id: letter.id } }, body })),
    FAMILIES,
  );
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!complete) return;
        refund.send({
          receipt: receipt.trim(),
          reason: reason.trim(),
          ...(named && { came_receipt: came.trim() }),
          ...(named && !claims && { known_from: from.trim() }),
        });
      }}
    >
      <p className="muted">{t("letter.refundLead")}</p>
      <div className="pair">
        <TextField label={t("letter.backReceipt")} value={receipt} change={setReceipt} />
        <TextField
          label={t("letter.cameReceipt")}
          hint={claims ? undefined : t("app.optional")}
          readOnly={Boolean(claims)}
          value={came}
          change={setCame}
        />
      </div>
      {!claims && named && <KnownFrom from={from} setFrom={setFrom} />}
      <TextField label={t("letter.why")} value={reason} change={setReason} />
      <Problem error={refund.error} />
      <Action kind="primary" submit busy={refund.isPending} disabled={!complete}>
        {t("letter.refund")}
      </Action>
    </form>
  );
}

function KnownFrom({ from, setFrom }: { from: string; setFrom: (text: string) => void }) {
  const t = useText();
  return (
    <TextField label={t("letter.knownFrom")} hint={t("letter.knownFromHint")} value={from} change={setFrom} />
  );
}
