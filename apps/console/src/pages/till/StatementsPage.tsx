// M-Pesa's statement beside the books: bringing it in, and deciding on what fits nothing until nothing is left.
import { useState } from "react";
import { useSearchParams } from "react-router";

import { api, got, type Schemas } from "../../api/client";
import { useStatementLine, useStatementLines, useStatements, useUnmatched } from "../../api/money";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { money } from "../../lib/money";
import { dayOf, momentInWords } from "../../lib/time";
import { RadioField, TextField } from "../../ui/fields";
import { Action, Drawer, Page } from "../../ui/parts";
import { Reason } from "../../ui/Reason";
import { Empty, Found, NotAllowed, Problem } from "../../ui/states";
import { MoneyTabs } from "./MoneyTabs";
import { PaymentPicker, type Target } from "./PaymentPicker";
import { canTakeBack, decision, targetOf, verdictsOf, type Line, type Verdict } from "./verdicts";

const FAMILIES = ["statements", "payments", "visit", "appointments", "till", "letters"] as const;
/** The api takes no more; larger files are cut, and may overlap. */
const FILE_MAX = 2_000_000;

type Absence = Schemas["MpesaStatementAbsence"];

export default function StatementsPage() {
  const { can } = useSession();
  return can("payments:resolve") ? <Beside /> : <NotAllowed />;
}

function Beside() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [search, setSearch] = useSearchParams();
  const unmatched = useUnmatched(true);
  const [deciding, setDeciding] = useState<Line | Absence>();
  const shown = search.get("statement") ?? undefined;
  return (
    <Page title={t("till.title")}>
      <MoneyTabs />
      <BringIn />
      <Found query={unmatched}>
        {(waits) => (
          <section className="card stack">
            <h2>{t("statement.waiting")}</h2>
            {waits.lines.length + waits.absences.length === 0 && <Empty>{t("statement.nothing")}</Empty>}
            {waits.lines.length > 0 && (
              <>
                <h3>{t("statement.lines", { count: waits.lines_count })}</h3>
                <ul className="list">
                  {waits.lines.map((line) => (
                    <li key={line.id} className="row row--between row--wrap">
                      <LineInWords line={line} />
                      <Action reads onClick={() => setDeciding(line)}>
                        {t("statement.decide")}
                      </Action>
                    </li>
                  ))}
                </ul>
              </>
            )}
            {waits.absences.length > 0 && (
              <>
                <h3>{t("statement.absences", { count: waits.absences_count })}</h3>
                <ul className="list">
                  {waits.absences.map((one) => (
                    <li key={one.id} className="row row--between row--wrap">
                      <span>
                        <strong>{money(one.amount)}</strong>{" "}
                        {t(one.refund_id ? "statement.absentRefund" : "statement.absentMoney")}
                        <br />
                        <span className="muted">
                          {momentInWords(one.at, zone, language)} {one.receipt}
                        </span>
                      </span>
                      <Action reads onClick={() => setDeciding(one)}>
                        {t("statement.decide")}
                      </Action>
                    </li>
                  ))}
                </ul>
              </>
            )}
          </section>
        )}
      </Found>
      <Statements show={(id) => setSearch({ statement: id })} />
      {deciding !== undefined && "kind" in deciding && (
        <LineDrawer key={deciding.id} line={deciding} close={() => setDeciding(undefined)} />
      )}
      {deciding !== undefined && !("kind" in deciding) && (
        <AbsenceDrawer key={deciding.id} absence={deciding} close={() => setDeciding(undefined)} />
      )}
      {shown !== undefined && <LinesDrawer key={shown} id={shown} close={() => setSearch({})} />}
    </Page>
  );
}

function LineInWords({ line }: { line: Line }) {
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  return (
    <span>
      <strong>{money(line.amount)}</strong> {word("line.kind", line.kind)}{" "}
      {line.account !== null && line.account !== undefined && line.account !== "" && `“${line.account}”`}
      <br />
      <span className="muted">
        {momentInWords(line.at, zone, language)} · {line.receipt}
        {line.linked_receipt !== null && line.linked_receipt !== undefined && ` ← ${line.linked_receipt}`}
      </span>
    </span>
  );
}

function BringIn() {
  const t = useText();
  const [wrong, setWrong] = useState<string>();
  const bring = useChange(
    (csv: string) => got(api.POST("/api/v1/till/statements", { body: { csv } })),
    FAMILIES,
  );
  const read = async (file: File | undefined): Promise<void> => {
    setWrong(undefined);
    if (file === undefined) return;
    if (file.size > FILE_MAX) setWrong(t("statement.tooLarge"));
    else bring.send(await file.text());
  };
  const brought = bring.data;
  return (
    <section className="card stack">
      <h2>{t("statement.bring")}</h2>
      <TextField
        label={t("statement.file")}
        hint={t("statement.fileHint")}
        error={wrong}
        type="file"
        accept=".csv,text/csv"
        disabled={bring.isPending}
        onChange={(event) => {
          const input = event.currentTarget;
          // The same file may be chosen again.
          void read(input.files?.[0]).finally(() => (input.value = ""));
        }}
      />
      {bring.isPending && <p role="status">{t("statement.reading")}</p>}
      <Problem error={bring.error} />
      {brought !== undefined && (
        <div role="status" className="stack">
          <p>
            {t("statement.brought", { lines: brought.statement.lines, open: brought.statement.open })}
            {brought.not_completed > 0 && ` ${t("statement.notCompleted", { count: brought.not_completed })}`}
          </p>
          {brought.broken > 0 && (
            <div className="problem">
              <p>{t("statement.broken", { count: brought.broken })}</p>
              <ul className="reasons">
                {brought.faults.slice(0, 20).map((fault) => (
                  <li key={fault.line}>{t("statement.fault", { line: fault.line, what: fault.what })}</li>
                ))}
              </ul>
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function LineDrawer({ line, close }: { line: Line; close: () => void }) {
  const t = useText();
  const { zone } = useSession();
  const verdicts = verdictsOf(line.kind);
  const [verdict, setVerdict] = useState<Verdict>(verdicts[0] ?? "ignore");
  const [target, setTarget] = useState<Target>();
  const [reason, setReason] = useState("");
  const order = decision(verdict, target, reason);
  const wanted = targetOf(verdict);
  const decide = useChange(
    (body: Schemas["DecideBody"]) =>
      got(api.POST("/api/v1/till/statements/lines/{id}/decide", { params: { path: { id: line.id } }, body })),
    FAMILIES,
  );
  return (
    <Drawer title={t("statement.decide")} close={close}>
      <form
        className="stack stack--wide"
        onSubmit={(event) => {
          event.preventDefault();
          if (order !== undefined) decide.send(order, close);
        }}
      >
        <LineInWords line={line} />
        <fieldset className="targets">
          <legend>{t("statement.itIs")}</legend>
          {verdicts.map((one) => (
            <RadioField
              key={one}
              group="verdict"
              checked={verdict === one}
              choose={() => {
                setVerdict(one);
                setTarget(undefined);
              }}
            >
              {t(`verdict.${one}`)}
              <br />
              <span className="muted">{t(`verdict.hint.${one}`)}</span>
            </RadioField>
          ))}
        </fieldset>
        {wanted !== undefined && (
          <PaymentPicker
            key={wanted}
            day={dayOf(line.at, zone)}
            wanted={[wanted]}
            chosen={target}
            choose={setTarget}
          />
        )}
        <TextField label={t("app.why")} value={reason} change={setReason} />
        <Problem error={decide.error} />
        <Action kind="primary" submit busy={decide.isPending} disabled={order === undefined}>
          {t("statement.submit")}
        </Action>
      </form>
    </Drawer>
  );
}

const ABSENT = ["explained", "never_moved"] as const;

function AbsenceDrawer({ absence, close }: { absence: Absence; close: () => void }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [verdict, setVerdict] = useState<(typeof ABSENT)[number]>("explained");
  const [reason, setReason] = useState("");
  const decide = useChange(
    (body: Schemas["AbsenceBody2"]) =>
      got(
        api.POST("/api/v1/till/statements/absences/{id}/decide", {
          params: { path: { id: absence.id } },
          body,
        }),
      ),
    FAMILIES,
  );
  return (
    <Drawer title={t("statement.decide")} close={close}>
      <form
        className="stack stack--wide"
        onSubmit={(event) => {
          event.preventDefault();
          if (reason.trim() !== "") decide.send({ verdict, reason: reason.trim() }, close);
        }}
      >
        <p>
          <strong>{money(absence.amount)}</strong>{" "}
          {t(absence.refund_id ? "statement.absentRefund" : "statement.absentMoney")}
          <br />
          <span className="muted">
            {momentInWords(absence.at, zone, language)} {absence.receipt}
          </span>
        </p>
        <fieldset className="targets">
          <legend>{t("statement.itIs")}</legend>
          {ABSENT.map((one) => (
            <RadioField key={one} group="verdict" checked={verdict === one} choose={() => setVerdict(one)}>
              {t(`absent.${one}`)}
              <br />
              <span className="muted">{t(`absent.hint.${one}`)}</span>
            </RadioField>
          ))}
        </fieldset>
        <TextField label={t("app.why")} value={reason} change={setReason} />
        <Problem error={decide.error} />
        <Action kind="primary" submit busy={decide.isPending} disabled={reason.trim() === ""}>
          {t("statement.submit")}
        </Action>
      </form>
    </Drawer>
  );
}

function Statements({ show }: { show: (id: string) => void }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const statements = useStatements();
  return (
    <section className="card stack">
      <h2>{t("statement.all")}</h2>
      <Found query={statements}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty>{t("statement.none")}</Empty>
          ) : (
            <ul className="list">
              {items.map((one) => (
                <li key={one.id} className="row row--between row--wrap">
                  <span>
                    {one.covers_from && one.covers_until
                      ? `${momentInWords(one.covers_from, zone, language)} – ${momentInWords(one.covers_until, zone, language)}`
                      : momentInWords(one.at, zone, language)}
                    <br />
                    <span className="muted">
                      {t("statement.counts", { lines: one.lines, open: one.open })} ·{" "}
                      {t("statement.on", { time: momentInWords(one.at, zone, language) })}
                    </span>
                  </span>
                  <Action reads onClick={() => show(one.id)}>
                    {t("statement.show")}
                  </Action>
                </li>
              ))}
            </ul>
          )
        }
      </Found>
    </section>
  );
}

function LinesDrawer({ id, close }: { id: string; close: () => void }) {
  const t = useText();
  const lines = useStatementLines(id);
  return (
    <Drawer title={t("statement.title")} close={close}>
      <Found query={lines}>
        {(found) =>
          found.length === 0 ? (
            <Empty>{t("statement.noLines")}</Empty>
          ) : (
            <ul className="list">
              {found.map((line) => (
                <li key={line.id}>
                  <Decided line={line} />
                </li>
              ))}
            </ul>
          )
        }
      </Found>
    </Drawer>
  );
}

/** A line with what was said of it, and a way to take that back. */
function Decided({ line }: { line: Line }) {
  const t = useText();
  const word = useWord();
  const back = useChange(
    (reason: string, key) =>
      got(
        api.POST("/api/v1/till/statements/lines/{id}/take-back", {
          params: { path: { id: line.id }, header: { "Idempotency-Key": key } },
          body: { reason },
        }),
      ),
    FAMILIES,
  );
  return (
    <div className="stack">
      <div className="row row--between">
        <LineInWords line={line} />
        <span className={`badge badge--line-${line.state}`}>{word("line.state", line.state)}</span>
      </div>
      {line.reason !== null && line.reason !== undefined && (
        <p className="muted">
          {line.reason}
          {line.decided_by !== null && line.decided_by !== undefined && ` · ${line.decided_by}`}
        </p>
      )}
      {line.taken_back > 0 && <TakenBack id={line.id} count={line.taken_back} />}
      {canTakeBack(line) && (
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

function TakenBack({ id, count }: { id: string; count: number }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { zone } = useSession();
  const [open, setOpen] = useState(false);
  const line = useStatementLine(id, open);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("money.takenBack", { count })}</summary>
      {open && (
        <Found query={line}>
          {(found) => (
            <ol className="history">
              {found.taken_back.map((one) => (
                <li key={one.taken_back_at}>
                  <span>
                    {word("line.state", one.state)}: {one.reason}
                  </span>
                  <span className="muted">
                    {one.decided_by} · {momentInWords(one.taken_back_at, zone, language)} ·{" "}
                    {one.taken_back_reason} · {one.taken_back_by}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </Found>
      )}
    </details>
  );
}
