// A closed month as it would have been by other rules. What is approved becomes an amendment; the rules themselves do not.
import { useState } from "react";
import { Link, useLocation, useSearchParams } from "react-router";

import { useToday } from "../../app/session";
import { useSettled } from "../../app/settled";
import { useLanguage, useText } from "../../i18n";
import { addMonths, monthInWords } from "../../lib/time";
import { Action, Page } from "../../ui/parts";
import { Empty, Found } from "../../ui/states";
import { Proposals } from "./Amendments";
import { Forms, useBench } from "./Bench";
import { emptyDraft, type Draft } from "./draft";
import { useTrial } from "./figures";
import { Tabs } from "./parts";

export default function TrialPage() {
  const t = useText();
  const { language } = useLanguage();
  const today = useToday();
  const [search] = useSearchParams();
  const month = search.get("month") ?? addMonths(today.slice(0, 7), -1);
  const brought = useLocation().state as { draft?: Draft } | null;
  const first = brought?.draft ?? emptyDraft(`${month}-01`);
  return (
    <Page title={t("trial.title", { month: monthInWords(month, language) })}>
      <Tabs />
      <p className="muted">{t("trial.lead")}</p>
      <Trial month={month} first={{ ...first, replaces: undefined }} />
      <p>
        <Link to={`/commission?month=${month}`}>{t("app.back")}</Link>
      </p>
    </Page>
  );
}

function Trial({ month, first }: { month: string; first: Draft }) {
  const t = useText();
  const bench = useBench(first);
  const [tried, setTried] = useState(false);
  const settled = useSettled(bench.orders);
  const trial = useTrial(month, settled);
  return (
    <div className="bench">
      <div className="stack">
        <Forms bench={bench} tried={tried} error={trial.error} within="rules[#]." several />
        {bench.orders.length === 0 && (
          <div className="row">
            <Action reads onClick={() => setTried(true)}>
              {t("whatIf.check")}
            </Action>
          </div>
        )}
      </div>
      <section className="card stack">
        <h2>{t("amend.title")}</h2>
        {settled.length === 0 ? (
          <Empty>{t("whatIf.nothingYet")}</Empty>
        ) : (
          <Found query={trial}>
            {(found) => <Proposals month={month} proposals={found} basis="anew" rules={settled} />}
          </Found>
        )}
      </section>
    </div>
  );
}
