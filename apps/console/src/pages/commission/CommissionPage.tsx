// A month of commission: what it comes to and why while it is open, its closing, and its frozen documents.
import { useState } from "react";
import { Link, useSearchParams } from "react-router";

import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money } from "../../lib/money";
import { momentInWords, monthInWords } from "../../lib/time";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { Amendments } from "./Amendments";
import { Documents } from "./Documents";
import {
  closeMonth,
  COMMISSION,
  payOf,
  together,
  useDrafts,
  usePeriods,
  usePreview,
  type Preview,
} from "./figures";
import { Beside, Lines, MonthSwitch, Tabs, useStaffNames } from "./parts";

export default function CommissionPage() {
  const t = useText();
  const today = useToday();
  const { can } = useSession();
  const [search, setSearch] = useSearchParams();
  const month = search.get("month") ?? today.slice(0, 7);
  const periods = usePeriods(month);
  return (
    <Page
      title={t("commission.title")}
      actions={<MonthSwitch month={month} choose={(next) => setSearch({ month: next }, { replace: true })} />}
    >
      <Tabs />
      {can("commission:close") && <Waiting />}
      <Found query={periods}>
        {(found) =>
          found.length === 0 ? (
            <OpenMonth key={month} month={month} />
          ) : (
            <>
              <Documents periods={found} />
              {can("commission:close") && <Amendments key={month} month={month} />}
            </>
          )
        }
      </Found>
    </Page>
  );
}

/** The months that somebody must look at before they are frozen. */
function Waiting() {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const drafts = useDrafts(true);
  if (drafts.data === undefined || drafts.data.length === 0) return null;
  return (
    <div className="banner">
      {drafts.data.map((draft) => (
        <p key={draft.month}>
          <Link to={`/commission?month=${draft.month}`}>
            {t("commission.waits", { month: monthInWords(draft.month, language) })}
          </Link>{" "}
          {t("commission.drafted", { time: momentInWords(draft.drafted_at, zone, language) })}
        </p>
      ))}
    </div>
  );
}

function OpenMonth({ month }: { month: string }) {
  const t = useText();
  const { can } = useSession();
  const preview = usePreview(month);
  const [reviewing, setReviewing] = useState(false);
  return (
    <section className="card stack">
      <div className="row row--between">
        <h2>{t("commission.preview")}</h2>
        <span className="badge">{t("commission.open")}</span>
      </div>
      <Found query={preview}>
        {(found) => (
          <>
            <People staff={found.staff} />
            {can("commission:close") && found.is_over && (
              <>
                {reviewing ? (
                  <Review preview={found} done={() => setReviewing(false)} />
                ) : (
                  <div className="row row--wrap">
                    <Action kind="primary" onClick={() => setReviewing(true)}>
                      {t("commission.close")}
                    </Action>
                    <span className="muted">{t("commission.closeLead")}</span>
                  </div>
                )}
              </>
            )}
          </>
        )}
      </Found>
    </section>
  );
}

function People({ staff }: { staff: Preview["staff"] }) {
  const t = useText();
  const nameOf = useStaffNames();
  const there = staff
    .filter((one) => one.lines.length > 0 || payOf(one).amount_minor !== 0)
    .sort((one, other) => nameOf(one.staff_id).localeCompare(nameOf(other.staff_id)));
  if (there.length === 0) return <Empty>{t("commission.empty")}</Empty>;
  return (
    <div className="stack">
      {there.map((one) => (
        <details key={one.staff_id} className="card card--inner">
          <summary>
            <span className="earn__line">
              <span>
                {nameOf(one.staff_id)}{" "}
                <span className="muted">
                  {one.services_rendered_count} {t("commission.services")}
                </span>{" "}
                {one.gaps > 0 && (
                  <span className="badge badge--warn">{t("commission.gaps", { count: one.gaps })}</span>
                )}
              </span>
              <span>
                {money(payOf(one))}{" "}
                {one.tip.amount_minor > 0 && (
                  <span className="muted">
                    + {t("drawer.tip")} {money(one.tip)}
                  </span>
                )}
              </span>
            </span>
          </summary>
          <Beside figure={one} />
          <Lines lines={one.lines} />
        </details>
      ))}
    </div>
  );
}

/** The last look before the figures are frozen: exactly those that are shown. */
function Review({ preview, done }: { preview: Preview; done: () => void }) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const drafts = useDrafts(true);
  const close = useChange(closeMonth, COMMISSION);
  const { month, content_hash, staff } = preview;
  const draft = drafts.data?.find((one) => one.month === month);
  const gaps = staff.reduce((sum, one) => sum + one.gaps, 0);
  const pay = together(staff.map(payOf));
  const tips = together(staff.map((one) => one.tip));
  const earning = staff.filter((one) => payOf(one).amount_minor !== 0).length;
  return (
    <section className="card card--inner stack" aria-label={t("commission.review")}>
      <h3>{t("commission.review")}</h3>
      <dl className="facts">
        <div>
          <dt>{t("commission.people")}</dt>
          <dd>{earning}</dd>
        </div>
        <div>
          <dt>{t("commission.toPay")}</dt>
          <dd>{pay === undefined ? "–" : money(pay)}</dd>
        </div>
        <div>
          <dt>{t("earnings.tips")}</dt>
          <dd>{tips === undefined ? "–" : money(tips)}</dd>
        </div>
      </dl>
      {gaps > 0 && (
        <p className="banner">
          {t("commission.gapsLead", { count: gaps })} <Link to="/commission/rules/new">{t("rule.new")}</Link>
        </p>
      )}
      {draft !== undefined && draft.content_hash !== content_hash && (
        <p className="banner">
          {t("commission.movedOn", { time: momentInWords(draft.drafted_at, zone, language) })}
        </p>
      )}
      <Problem error={close.error} />
      {close.data?.outcome === "awaits_review" && <p role="status">{t("commission.awaits")}</p>}
      <div className="row row--wrap">
        <Action kind="primary" busy={close.isPending} onClick={() => close.send({ month, content_hash })}>
          {t("commission.freeze")}
        </Action>
        <Action kind="quiet" reads onClick={done}>
          {t("app.cancel")}
        </Action>
        <span className="muted">{t("commission.closeLead")}</span>
      </div>
    </section>
  );
}
