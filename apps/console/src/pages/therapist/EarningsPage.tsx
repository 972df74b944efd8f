// What a therapist earned in a month, line by line, and why; statements and disputes once it is closed.
import { useSearchParams } from "react-router";

import { useSession, useToday } from "../../app/session";
import { useText, useWord } from "../../i18n";
import { money, type Money } from "../../lib/money";
import { Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { Frozen } from "../commission/Documents";
import { payOf, together, usePeriods, usePreview, type Period } from "../commission/figures";
import { Lines, MonthSwitch } from "../commission/parts";

export default function EarningsPage() {
  const t = useText();
  const today = useToday();
  const { membership } = useSession();
  const [search, setSearch] = useSearchParams();
  const month = search.get("month") ?? today.slice(0, 7);
  const periods = usePeriods(month);
  // A therapist is answered with nobody else's figures; who is both, sees the own ones here.
  const isMine = (one: { staff_id: string }): boolean =>
    membership.staff_id === null || one.staff_id === membership.staff_id;
  return (
    <Page
      title={t("earnings.title")}
      actions={<MonthSwitch month={month} choose={(next) => setSearch({ month: next }, { replace: true })} />}
    >
      <Found query={periods}>
        {(found) => {
          const mine = found.filter(isMine);
          return mine.length > 0 ? (
            <Closed periods={mine} />
          ) : (
            <SoFar month={month} closed={found.length > 0} isMine={isMine} />
          );
        }}
      </Found>
    </Page>
  );
}

function Sums({ commission, tip }: { commission: Money; tip: Money }) {
  const t = useText();
  return (
    <div className="cards">
      <section className="card">
        <h2>{t("earnings.total")}</h2>
        <p className="figure">{money(commission)}</p>
      </section>
      <section className="card">
        <h2>{t("earnings.tips")}</h2>
        <p className="figure">{money(tip)}</p>
      </section>
    </div>
  );
}

function Closed({ periods }: { periods: readonly Period[] }) {
  const t = useText();
  const word = useWord();
  const pay = together(periods.map(payOf));
  const tips = together(periods.map((one) => one.tip));
  return (
    <div className="earn">
      {pay !== undefined && tips !== undefined && <Sums commission={pay} tip={tips} />}
      <p className="muted">{t("earnings.closedLead")}</p>
      {periods.map((period) => (
        <Frozen key={period.id} period={period} name={word("commission.type", period.type)} opened />
      ))}
    </div>
  );
}

function SoFar({
  month,
  closed,
  isMine,
}: {
  month: string;
  closed: boolean;
  isMine: (one: { staff_id: string }) => boolean;
}) {
  const t = useText();
  const preview = usePreview(month);
  return (
    <Found query={preview}>
      {(found) => {
        const mine = found.staff.find(isMine);
        if (mine === undefined || mine.lines.length === 0) return <Empty>{t("earnings.empty")}</Empty>;
        return (
          <div className="earn">
            <Sums commission={payOf(mine)} tip={mine.tip} />
            <p className="muted">{closed ? t("earnings.closedLead") : t("earnings.lead")}</p>
            <div className="card">
              <Lines lines={mine.lines} />
            </div>
          </div>
        );
      }}
    </Found>
  );
}
