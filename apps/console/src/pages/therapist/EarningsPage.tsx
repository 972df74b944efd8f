// What a therapist earned in a month, line by line, and why.
import { useSearchParams } from "react-router";

import { useSession, useToday } from "../../app/session";
import { useText } from "../../i18n";
import { money } from "../../lib/money";
import { Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { usePeriods, usePreview } from "../commission/figures";
import { Lines, MonthSwitch } from "../commission/parts";

export default function EarningsPage() {
  const t = useText();
  const today = useToday();
  const { membership } = useSession();
  const [search, setSearch] = useSearchParams();
  const month = search.get("month") ?? today.slice(0, 7);
  const preview = usePreview(month);
  const periods = usePeriods(month);
  const frozen = (periods.data?.length ?? 0) > 0;
  return (
    <Page
      title={t("earnings.title")}
      actions={<MonthSwitch month={month} choose={(next) => setSearch({ month: next }, { replace: true })} />}
    >
      <Found query={preview}>
        {(found) => {
          // A therapist is answered with nobody else's figures; who is both, sees the own ones here.
          const mine = found.staff.find(
            (one) => membership.staff_id === null || one.staff_id === membership.staff_id,
          );
          if (mine === undefined || mine.lines.length === 0) return <Empty>{t("earnings.empty")}</Empty>;
          return (
            <div className="earn">
              <div className="cards">
                <section className="card">
                  <h2>{t("earnings.total")}</h2>
                  <p className="figure">{money(mine.commission)}</p>
                </section>
                <section className="card">
                  <h2>{t("earnings.tips")}</h2>
                  <p className="figure">{money(mine.tip)}</p>
                </section>
              </div>
              <p className="muted">{frozen ? t("earnings.closedLead") : t("earnings.lead")}</p>
              <div className="card">
                <Lines lines={mine.lines} />
              </div>
            </div>
          );
        }}
      </Found>
    </Page>
  );
}
