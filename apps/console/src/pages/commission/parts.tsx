// What the pages about commission share: where they are, choosing a month, and lines with their reasons.
import type { ReactNode } from "react";
import { NavLink } from "react-router";

import { useChange, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { useLanguage, useText, type TextKey } from "../../i18n";
import { money, type Money } from "../../lib/money";
import { addMonths, momentInWords, monthInWords } from "../../lib/time";
import { Action, BackAndForth } from "../../ui/parts";
import { Problem } from "../../ui/states";
import { keepStatement, type Line } from "./figures";

const TABS: readonly { path: string; name: TextKey; scope: string }[] = [
  { path: "/commission", name: "commission.month", scope: "commission:close" },
  { path: "/commission/rules", name: "commission.rules", scope: "commission:close" },
  { path: "/commission/what-if", name: "whatIf.title", scope: "commission:close" },
  { path: "/commission/disputes", name: "dispute.title", scope: "commission:close" },
  { path: "/commission/payroll", name: "payroll.title", scope: "payroll:read" },
];

/** The pages about commission, beside each other. */
export function Tabs() {
  const t = useText();
  const { can } = useSession();
  return (
    <nav className="tabs" aria-label={t("commission.title")}>
      {TABS.filter((tab) => can(tab.scope)).map((tab) => (
        <NavLink key={tab.path} to={tab.path} end={tab.path === "/commission"} className="tabs__link">
          {t(tab.name)}
        </NavLink>
      ))}
    </nav>
  );
}

export function MonthSwitch({ month, choose }: { month: string; choose: (month: string) => void }) {
  const { language } = useLanguage();
  return (
    <div className="toolbar">
      <BackAndForth go={(by) => choose(addMonths(month, by))}>
        <strong>{monthInWords(month, language)}</strong>
      </BackAndForth>
    </div>
  );
}

/** What somebody of the team is called, whoever left, too. */
export function useStaffNames(): (id: string) => string {
  const staff = useStaff();
  return (id) => staff.data?.find((one) => one.id === id)?.name ?? "…";
}

/** A difference, with its sign. */
export function signed(amount: Money): string {
  return amount.amount_minor > 0 ? `+${money(amount)}` : money(amount);
}

/** Each line can be opened to say why. Lines of a frozen document have the numbers of its statement. */
export function Lines({
  lines,
  numbered = false,
  more,
}: {
  lines: readonly Line[];
  numbered?: boolean;
  more?: (line: Line, number: number) => ReactNode;
}) {
  const t = useText();
  const { language } = useLanguage();
  const { zone } = useSession();
  return (
    <ul className="list">
      {lines.map((line, index) => {
        const why = language === "sw" ? line.reason_sw : line.reason;
        return (
          <li key={`${line.appointment_id}${index}`}>
            <div className="earn__line">
              <span className="clip">
                {numbered && `${index + 1}. `}
                {/* A frozen line says its service and its day in its reason alone. */}
                {line.ended_at === undefined ? why : momentInWords(line.ended_at, zone, language)}{" "}
                {line.is_gap === true && <span className="badge badge--warn">{t("commission.gap")}</span>}
              </span>
              <span className="earn__sum">
                <span className="muted">{money(line.base)}</span> <strong>{money(line.commission)}</strong>
              </span>
            </div>
            {line.tip !== null && line.tip !== undefined && line.tip.amount_minor !== 0 && (
              <div className="earn__line muted">
                <span>{t("drawer.tip")}</span>
                <span>{money(line.tip)}</span>
              </div>
            )}
            <div className="line__foot">
              <details>
                <summary>{t("earnings.why")}</summary>
                <p className="muted">{why}</p>
              </details>
              {more?.(line, index + 1)}
            </div>
          </li>
        );
      })}
    </ul>
  );
}

const FORMATS = ["pdf", "xlsx", "csv"] as const;

/** The statement of a frozen document, in the reader's language. */
export function Statement({ id, of }: { id: string; of: string }) {
  const t = useText();
  const { language } = useLanguage();
  const fetched = useChange(keepStatement, []);
  return (
    <>
      <div className="row row--wrap">
        <span>{t("commission.statement")}</span>
        {FORMATS.map((format) => (
          <Action
            key={format}
            busy={fetched.isPending}
            onClick={() => fetched.send({ id, format, language })}
          >
            {format.toUpperCase()}
            <span className="sr-only"> {of}</span>
          </Action>
        ))}
      </div>
      <Problem error={fetched.error} />
    </>
  );
}

/** The figures of a person's month beside the commission, as far as there are any. */
export function Beside({
  figure,
}: {
  figure: {
    top_up: Money;
    carried?: Money;
    tip: Money;
    hours_worked: string;
    services_rendered_count: number;
  };
}) {
  const t = useText();
  const facts: [string, string][] = [
    [t("commission.services"), String(figure.services_rendered_count)],
    [t("commission.hours"), figure.hours_worked],
  ];
  if (figure.tip.amount_minor !== 0) facts.push([t("earnings.tips"), money(figure.tip)]);
  if (figure.top_up.amount_minor !== 0) facts.push([t("commission.topUp"), money(figure.top_up)]);
  if (figure.carried !== undefined && figure.carried.amount_minor !== 0)
    facts.push([t("commission.carried"), money(figure.carried)]);
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
