// What came to light after a month was frozen: looked at line by line, approved, or put aside with a reason.
import { useState } from "react";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { momentInWords } from "../../lib/time";
import { Action } from "../../ui/parts";
import { ReasonForm } from "../../ui/Reason";
import { Empty, Found, Problem } from "../../ui/states";
import { COMMISSION, payOf, useAmendments, type Amendment, type Basis, type RuleOrder } from "./figures";
import { Beside, Lines, signed, useStaffNames } from "./parts";

/** So many lines are shown at once; more are opened first. */
const SHORT = 8;

const BASES = ["recorded_rate", "anew"] as const;

export function Amendments({ month }: { month: string }) {
  const t = useText();
  const [basis, setBasis] = useState<Basis>("recorded_rate");
  const amendments = useAmendments(month, basis);
  return (
    <section className="card stack">
      <div className="row row--between row--wrap">
        <h2>{t("amend.title")}</h2>
        <div className="switch" role="group" aria-label={t("amend.basis")}>
          {BASES.map((one) => (
            <button key={one} type="button" aria-pressed={one === basis} onClick={() => setBasis(one)}>
              {t(`amend.${one}`)}
            </button>
          ))}
        </div>
      </div>
      <p className="muted">{basis === "anew" ? t("amend.anewLead") : t("amend.lead")}</p>
      <Found query={amendments}>
        {(found) => <Proposals month={month} proposals={found} basis={basis} rules={[]} />}
      </Found>
      <p>
        <Link to={`/commission/trial?month=${month}`}>{t("amend.tryRules")}</Link>
      </p>
    </section>
  );
}

/** Everybody's difference. What was put aside comes last. */
export function Proposals({
  month,
  proposals,
  basis,
  rules,
}: {
  month: string;
  proposals: readonly Amendment[];
  basis: Basis;
  rules: readonly RuleOrder[];
}) {
  const t = useText();
  if (proposals.length === 0) return <Empty>{t("amend.nothing")}</Empty>;
  const aside = (one: Amendment): number => (one.dismissed == null ? 0 : 1);
  return (
    <div className="stack">
      {[...proposals]
        .sort((one, other) => aside(one) - aside(other))
        .map((one) => (
          <Proposal key={one.staff_id} {...{ month, basis, rules }} proposal={one} />
        ))}
    </div>
  );
}

function Proposal({
  month,
  proposal,
  basis,
  rules,
}: {
  month: string;
  proposal: Amendment;
  basis: Basis;
  rules: readonly RuleOrder[];
}) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  const nameOf = useStaffNames();
  const [aside, setAside] = useState(false);
  const approve = useChange(
    () =>
      got(
        api.POST("/api/v1/commission/amendments", {
          body: {
            month,
            staff_id: proposal.staff_id,
            content_hash: proposal.content_hash,
            basis,
            ...(rules.length > 0 && { rules: [...rules] }),
          },
        }),
      ),
    COMMISSION,
  );
  const name = nameOf(proposal.staff_id);
  return (
    <details className="card card--inner" open={proposal.dismissed == null && proposal.lines.length <= SHORT}>
      <summary>
        <span className="earn__line">
          <span>
            {name} {proposal.dismissed != null && <span className="badge">{t("amend.aside")}</span>}{" "}
            {proposal.dispute_ids.length > 0 && (
              <span className="badge badge--warn">
                {t("amend.settles", { count: proposal.dispute_ids.length })}
              </span>
            )}
          </span>
          <span>{signed(payOf(proposal))}</span>
        </span>
      </summary>
      <div className="stack">
        <Beside figure={proposal} />
        <Lines lines={proposal.lines} />
        {proposal.dismissed != null && (
          <p className="muted">
            {t("amend.asideBecause", {
              time: momentInWords(proposal.dismissed.at, zone, language),
              reason: proposal.dismissed.reason,
            })}
          </p>
        )}
        <Problem error={approve.error} />
        <div className="row row--wrap">
          <Action kind="primary" busy={approve.isPending} onClick={() => approve.send(undefined)}>
            {t("amend.approve")}
            <span className="sr-only"> {name}</span>
          </Action>
          {/* Only what follows from the recorded rates is proposed by itself, and so put aside. */}
          {basis === "recorded_rate" && proposal.dismissed == null && (
            <Action reads onClick={() => setAside(!aside)}>
              {t("amend.dismiss")}
              <span className="sr-only"> {name}</span>
            </Action>
          )}
        </div>
        {aside && <Dismiss month={month} proposal={proposal} done={() => setAside(false)} />}
      </div>
    </details>
  );
}

function Dismiss({ month, proposal, done }: { month: string; proposal: Amendment; done: () => void }) {
  const t = useText();
  const dismiss = useChange(
    (why: string) =>
      got(
        api.POST("/api/v1/commission/amendments/dismissals", {
          body: {
            month,
            staff_id: proposal.staff_id,
            content_hash: proposal.content_hash,
            reason: why,
          },
        }),
      ),
    COMMISSION,
  );
  return (
    <ReasonForm
      label={t("amend.reason")}
      hint={t("amend.reasonHint")}
      most={500}
      button={t("amend.dismiss")}
      kind="plain"
      busy={dismiss.isPending}
      error={dismiss.error}
      send={(why) => dismiss.send(why, done)}
      close={done}
    />
  );
}
