// The rules of commission: what holds, what will, and what did.
import { useState } from "react";
import { Link } from "react-router";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useSession, useToday } from "../../app/session";
import { useLanguage, useText, useWord } from "../../i18n";
import { addMonths, dayInWords } from "../../lib/time";
import { TextField } from "../../ui/fields";
import { FormEnd } from "../../ui/FormEnd";
import { Action, Page } from "../../ui/parts";
import { Empty, Found, Problem } from "../../ui/states";
import { inFigures } from "./draft";
import { COMMISSION, useRules, type Rule } from "./figures";
import { Tabs, useStaffNames } from "./parts";

type Stage = "now" | "later" | "before";

function stageOf(rule: Rule, today: string): Stage {
  if (rule.valid_from > today) return "later";
  return rule.valid_to != null && rule.valid_to <= today ? "before" : "now";
}

export default function RulesPage() {
  const t = useText();
  const word = useWord();
  const today = useToday();
  const rules = useRules();
  const nameOf = useStaffNames();
  // Categories before people, whose rules except them.
  const order = (rule: Rule): string =>
    rule.staff_id == null ? `0${rule.service_category ?? ""}` : `1${nameOf(rule.staff_id)}`;
  return (
    <Page
      title={t("commission.rules")}
      actions={
        <div className="toolbar">
          <Link className="button button--primary" to="/commission/rules/new">
            {t("rule.new")}
          </Link>
        </div>
      }
    >
      <Tabs />
      <Found query={rules}>
        {(found) =>
          found.length === 0 ? (
            <Empty>{t("commission.noRules")}</Empty>
          ) : (
            (["now", "later", "before"] as const).map((stage) => {
              const those = found
                .filter((rule) => stageOf(rule, today) === stage)
                .sort((one, other) => order(one).localeCompare(order(other)));
              if (those.length === 0) return null;
              return (
                <section key={stage} className="card stack">
                  <h2>{word("rule.stage", stage)}</h2>
                  <ul className="list">
                    {those.map((rule) => (
                      <Entry key={rule.id} rule={rule} stage={stage} />
                    ))}
                  </ul>
                </section>
              );
            })
          )
        }
      </Found>
    </Page>
  );
}

function Entry({ rule, stage }: { rule: Rule; stage: Stage }) {
  const t = useText();
  const word = useWord();
  const { language } = useLanguage();
  const { currency, can } = useSession();
  const nameOf = useStaffNames();
  const [ending, setEnding] = useState(false);
  const remove = useChange(
    (id: string) => got(api.DELETE("/api/v1/commission/rules/{id}", { params: { path: { id } } })),
    COMMISSION,
  );
  const figures = inFigures(rule, currency);
  const whose = rule.staff_id == null ? (rule.service_category ?? "") : nameOf(rule.staff_id);
  return (
    <li className="stack">
      <div className="row row--between row--wrap">
        <span>
          <strong>{whose}</strong> {word("commission.rule", rule.rule_type)}{" "}
          {figures === undefined ? (
            <span className="muted">{t("rule.unknown")}</span>
          ) : (
            <>
              {figures.worth}
              {figures.ladder
                .map((step, index) =>
                  index === 0 ? step.rate : t("tiers.above", { rate: step.rate, floor: step.from }),
                )
                .join(" → ")}{" "}
              {figures.exceptions > 0 && (
                <span className="muted">{t("rule.exceptionsCount", { count: figures.exceptions })}</span>
              )}
            </>
          )}
        </span>
        <span className="muted">
          {t("commission.from", { day: dayInWords(rule.valid_from, language, "short") })}{" "}
          {rule.valid_from.slice(0, 4)}{" "}
          {rule.valid_to != null &&
            `${t("commission.to", { day: dayInWords(rule.valid_to, language, "short") })} ${rule.valid_to.slice(0, 4)}`}
        </span>
      </div>
      {can("commission:close") && stage !== "before" && (
        <div className="row row--wrap">
          {figures !== undefined && (
            <Link className="button" to={`/commission/rules/new?replaces=${rule.id}`}>
              {t("rule.change")}
              <span className="sr-only"> {whose}</span>
            </Link>
          )}
          <Action reads onClick={() => setEnding(!ending)}>
            {t("rule.end")}
            <span className="sr-only"> {whose}</span>
          </Action>
          {stage === "later" && (
            <Action kind="danger" busy={remove.isPending} onClick={() => remove.send(rule.id)}>
              {t("rule.takeAway")}
              <span className="sr-only"> {whose}</span>
            </Action>
          )}
        </div>
      )}
      <Problem error={remove.error} />
      {ending && <End rule={rule} done={() => setEnding(false)} />}
    </li>
  );
}

function End({ rule, done }: { rule: Rule; done: () => void }) {
  const t = useText();
  const today = useToday();
  const [on, setOn] = useState(`${addMonths(today.slice(0, 7), 1)}-01`);
  const end = useChange(
    (day: string) =>
      got(
        api.POST("/api/v1/commission/rules/{id}/end", {
          params: { path: { id: rule.id } },
          body: { on: day },
        }),
      ),
    COMMISSION,
  );
  return (
    <form
      className="card card--inner stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (on !== "") end.send(on, done);
      }}
    >
      <TextField
        label={t("rule.endOn")}
        hint={t("rule.endHint")}
        type="date"
        required
        value={on}
        change={setOn}
      />
      <FormEnd label={t("rule.end")} kind="danger" error={end.error} busy={end.isPending} close={done} />
    </form>
  );
}
