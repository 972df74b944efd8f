// What several rules together would have come to in past months. Nothing is kept of it.
import { useState } from "react";
import { Link } from "react-router";

import { useToday } from "../../app/session";
import { useSettled } from "../../app/settled";
import { useText } from "../../i18n";
import { addMonths } from "../../lib/time";
import { Action, Page } from "../../ui/parts";
import { Forms, useBench } from "./Bench";
import { emptyDraft } from "./draft";
import { useMonths } from "./MonthsChoice";
import { Tabs } from "./parts";
import { asIfAlways } from "./sides";
import { Preview } from "./WhatIfTable";
import { useWhatIf } from "./figures";

export default function WhatIfPage() {
  const t = useText();
  const today = useToday();
  const bench = useBench(emptyDraft(`${addMonths(today.slice(0, 7), 1)}-01`));
  const [tried, setTried] = useState(false);
  const [months, choose] = useMonths();
  const settled = useSettled(bench.orders);
  // The same question as the comparison's, for what it says about single fields.
  const { error } = useWhatIf(
    months,
    settled.map((rule) => asIfAlways(rule, months)),
  );
  return (
    <Page title={t("whatIf.title")}>
      <Tabs />
      <p className="muted">{t("whatIf.lead")}</p>
      <div className="bench">
        <div className="stack">
          <Forms
            bench={bench}
            tried={tried}
            error={error}
            within="rules[#]."
            several
            foot={(draft) => (
              <p>
                <Link to="/commission/rules/new" state={{ draft }}>
                  {t("whatIf.keep")}
                </Link>
              </p>
            )}
          />
          {bench.orders.length === 0 && (
            <div className="row">
              <Action reads onClick={() => setTried(true)}>
                {t("whatIf.check")}
              </Action>
            </div>
          )}
        </div>
        <Preview months={months} choose={choose} rules={settled} />
      </div>
    </Page>
  );
}
