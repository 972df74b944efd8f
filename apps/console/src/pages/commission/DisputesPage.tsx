// Lines that somebody says are wrong: looked at with their reason, accepted or rejected.
import { useState } from "react";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { momentInWords, monthInWords } from "../../lib/time";
import { AreaField, CheckField } from "../../ui/fields";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Told } from "./DisputeLine";
import { COMMISSION, useDisputes, useDocuments, type Dispute, type Period, type Line } from "./figures";
import { Lines, Tabs, useStaffNames } from "./parts";

export default function DisputesPage() {
  const t = useText();
  const [all, setAll] = useState(false);
  const disputes = useDisputes(all);
  const documents = useDocuments((disputes.data ?? []).map((one) => one.period_id));
  return (
    <Page title={t("dispute.title")}>
      <Tabs />
      <CheckField label={t("dispute.all")} checked={all} onChange={(event) => setAll(event.target.checked)} />
      <Found query={disputes}>
        {(found) =>
          found.length === 0 ? (
            <Empty>{all ? t("dispute.none") : t("dispute.noneOpen")}</Empty>
          ) : (
            <div className="stack">
              {found.map((one) => (
                <Entry key={one.id} dispute={one} document={documents.get(one.period_id)} />
              ))}
            </div>
          )
        }
      </Found>
    </Page>
  );
}

function Entry({
  dispute,
  document,
}: {
  dispute: Dispute;
  document: (Period & { lines: Line[] }) | undefined;
}) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const nameOf = useStaffNames();
  const line = document?.lines[dispute.line - 1];
  return (
    <section className="card stack">
      <div className="row row--between row--wrap">
        <h2>
          {nameOf(dispute.staff_id)}, {t("dispute.line", { line: dispute.line })}
        </h2>
        {document !== undefined && (
          <Link to={`/commission?month=${document.month}`}>{monthInWords(document.month, language)}</Link>
        )}
      </div>
      <Told dispute={dispute} />
      <p className="muted">
        {t("dispute.opened", { time: momentInWords(dispute.opened_at, zone, language) })}
        {dispute.decided_at != null &&
          ` ${t("dispute.decided", { time: momentInWords(dispute.decided_at, zone, language) })}`}
      </p>
      {line !== undefined && <Lines lines={[line]} />}
      {dispute.state === "open" && <Decide dispute={dispute} />}
      {dispute.state === "accepted" && document !== undefined && <p>{t("dispute.acceptedLead")}</p>}
    </section>
  );
}

function Decide({ dispute }: { dispute: Dispute }) {
  const t = useText();
  const [answer, setAnswer] = useState("");
  const path = { id: dispute.id };
  const said = answer.trim();
  const accept = useChange(
    () =>
      got(
        api.POST("/api/v1/commission/disputes/{id}/accept", {
          params: { path },
          body: said === "" ? {} : { answer: said },
        }),
      ),
    COMMISSION,
  );
  const reject = useChange(
    () =>
      got(api.POST("/api/v1/commission/disputes/{id}/reject", { params: { path }, body: { answer: said } })),
    COMMISSION,
  );
  const busy = accept.isPending || reject.isPending;
  return (
    <div className="stack">
      <AreaField
        label={t("dispute.answer")}
        hint={t("dispute.answerHint")}
        rows={2}
        maxLength={500}
        value={answer}
        change={setAnswer}
      />
      <Problem error={accept.error ?? reject.error} />
      <div className="row row--wrap">
        <Action kind="primary" busy={busy} onClick={() => accept.send(undefined)}>
          {t("dispute.accept")}
        </Action>
        <Action kind="danger" busy={busy} disabled={said === ""} onClick={() => reject.send(undefined)}>
          {t("dispute.reject")}
        </Action>
      </div>
    </div>
  );
}
