// Months side by side: what each person earns as it is, and would by the proposed rules.
import { Link } from "react-router";

import { useSession } from "../../app/session";
import { useLanguage, useText } from "../../i18n";
import { money, type Money } from "../../lib/money";
import { monthInWords } from "../../lib/time";
import { Empty, Failed, Problem } from "../../ui/states";
import { Wide } from "../../ui/Wide";
import { together, useWhatIf, type RuleOrder, type WhatIf } from "./figures";
import { MonthsChoice } from "./MonthsChoice";
import { signed, useStaffNames } from "./parts";
import { asIfAlways, compared, type Compared } from "./sides";

/** What the rules being drawn up would have come to, beside a choice of how far back. */
export function Preview({
  months,
  choose,
  rules,
}: {
  months: readonly string[];
  choose: (count: number) => void;
  rules: readonly RuleOrder[];
}) {
  const t = useText();
  return (
    <section className="card stack">
      <div className="row row--between row--wrap">
        <h2>{t("rule.preview")}</h2>
        <MonthsChoice count={months.length} choose={choose} />
      </div>
      <p className="muted">{t("rule.previewLead")}</p>
      <Comparison months={months} rules={rules} />
    </section>
  );
}

/** Asks for the comparison, and shows it. */
function Comparison({ months, rules }: { months: readonly string[]; rules: readonly RuleOrder[] }) {
  const t = useText();
  const found = useWhatIf(
    months,
    rules.map((rule) => asIfAlways(rule, months)),
  );
  if (rules.length === 0) return <Empty>{t("whatIf.nothingYet")}</Empty>;
  return (
    <div className="stack" aria-busy={found.isFetching}>
      {found.data !== undefined && <Problem error={found.error} />}
      {found.data !== undefined ? (
        <Table months={found.data} />
      ) : found.error !== null ? (
        <Failed error={found.error} retry={() => void found.refetch()} />
      ) : (
        <Empty>{t("app.loading")}</Empty>
      )}
    </div>
  );
}

function Table({ months }: { months: WhatIf["months"] }) {
  const t = useText();
  const { language } = useLanguage();
  const { currency } = useSession();
  const nameOf = useStaffNames();
  const rows = compared(months);
  if (rows.length === 0) return <Empty>{t("whatIf.nobody")}</Empty>;
  const nothing: Money = { amount_minor: 0, currency };
  const sums = months.map((_, index) => total(rows.map((row) => row.months[index])));
  return (
    <Wide label={t("whatIf.title")}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t("rule.who")}</th>
            {months.map(({ month }) => (
              <th key={month} scope="col" className="num">
                <Link to={`/commission?month=${month}`}>{monthInWords(month, language)}</Link>
              </th>
            ))}
            {months.length > 1 && (
              <th scope="col" className="num">
                {t("whatIf.together")}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.staffId}>
              <th scope="row">{nameOf(row.staffId)}</th>
              {row.months.map((cell, index) => (
                <Cell key={index} cell={cell} nothing={nothing} />
              ))}
              {months.length > 1 && <Cell cell={total(row.months)} nothing={nothing} />}
            </tr>
          ))}
        </tbody>
        {rows.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">{t("whatIf.everybody")}</th>
              {sums.map((cell, index) => (
                <Cell key={index} cell={cell} nothing={nothing} />
              ))}
              {months.length > 1 && <Cell cell={total(sums)} nothing={nothing} />}
            </tr>
          </tfoot>
        )}
      </table>
    </Wide>
  );
}

type Pair = Compared["months"][number];

function total(cells: readonly (Pair | undefined)[]): Pair {
  const there = cells.flatMap((cell) => cell ?? []);
  return {
    now: together(there.flatMap((cell) => cell.now ?? [])),
    proposed: together(there.flatMap((cell) => cell.proposed ?? [])),
  };
}

function Cell({ cell, nothing }: { cell: Pair; nothing: Money }) {
  const t = useText();
  const now = cell.now ?? nothing;
  const proposed = cell.proposed ?? nothing;
  const difference = { ...now, amount_minor: proposed.amount_minor - now.amount_minor };
  const way = difference.amount_minor > 0 ? "more" : difference.amount_minor < 0 ? "less" : "same";
  return (
    <td className="num">
      <span className="muted">
        <span className="sr-only">{t("whatIf.now")} </span>
        {money(now)}
      </span>
      <br />
      <strong>
        <span className="sr-only">{t("whatIf.proposed")} </span>
        {money(proposed)}
      </strong>
      <br />
      <span className={`change change--${way}`}>
        <span className="sr-only">{t("whatIf.difference")} </span>
        {difference.amount_minor === 0 ? t("whatIf.same") : signed(difference)}
      </span>
    </td>
  );
}
