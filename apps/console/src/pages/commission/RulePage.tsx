// A new rule, or one in the place of another, with what it would have come to in the months before.
import { useState } from "react";
import { Link, useLocation, useNavigate, useSearchParams } from "react-router";

import { api, got } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useSettled } from "../../app/settled";
import { useText } from "../../i18n";
import { addMonths } from "../../lib/time";
import { Action, Page } from "../../ui/parts";
import { Found, Problem } from "../../ui/states";
import { Forms, useBench } from "./Bench";
import { draftOf, emptyDraft, type Draft } from "./draft";
import { COMMISSION, useRules, type RuleOrder } from "./figures";
import { useMonths } from "./MonthsChoice";
import { Tabs } from "./parts";
import { Preview } from "./WhatIfTable";

export default function RulePage() {
  const t = useText();
  const { currency } = useSession();
  const today = useToday();
  const rules = useRules();
  const [search] = useSearchParams();
  const brought = useLocation().state as { draft?: Draft } | null;
  const replaces = search.get("replaces");
  // Rules change with a month: so figures of one month are of one rule.
  const next = `${addMonths(today.slice(0, 7), 1)}-01`;
  return (
    <Page title={replaces === null ? t("rule.new") : t("rule.change")}>
      <Tabs />
      <Found query={rules}>
        {(found) => {
          const before = found.find((rule) => rule.id === replaces);
          const opened = before === undefined ? undefined : draftOf(before, currency);
          const first: Draft =
            opened === undefined
              ? (brought?.draft ?? emptyDraft(next))
              : { ...opened, from: next > opened.from ? next : opened.from, to: "", replaces: before?.id };
          return <Editor key={replaces} first={first} />;
        }}
      </Found>
    </Page>
  );
}

function Editor({ first }: { first: Draft }) {
  const t = useText();
  const go = useNavigate();
  const bench = useBench(first);
  const [tried, setTried] = useState(false);
  const [months, choose] = useMonths();
  const settled = useSettled(bench.orders);
  const save = useChange(
    (body: RuleOrder) => got(api.POST("/api/v1/commission/rules", { body })),
    COMMISSION,
  );
  const [draft] = bench.entries.map((one) => one.draft);
  const frozen = save.error instanceof ApiProblem && save.error.kind === "period-frozen";
  return (
    <form
      className="bench"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        const [order] = bench.orders;
        if (order !== undefined) save.send(order, () => void go("/commission/rules"));
      }}
    >
      <div className="stack">
        <Forms bench={bench} tried={tried} error={save.error} />
        <Problem error={save.error} />
        {frozen && draft !== undefined && (
          <p>
            <Link to={`/commission/trial?month=${draft.from.slice(0, 7)}`} state={{ draft }}>
              {t("rule.tryFrozen")}
            </Link>
          </p>
        )}
        <div className="row row--wrap">
          <Action kind="primary" submit busy={save.isPending}>
            {t("rule.save")}
          </Action>
          <Action kind="quiet" reads onClick={() => void go("/commission/rules")}>
            {t("app.cancel")}
          </Action>
        </div>
      </div>
      <Preview months={months} choose={choose} rules={settled} />
    </form>
  );
}
