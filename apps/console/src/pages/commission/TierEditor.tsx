// A ladder: what is measured, how its rates are applied, and its steps, with a picture of them.
import { useText, useWord } from "../../i18n";
import { percent, parseRate } from "../../lib/rate";
import { ChoiceField, NumberField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { MEASURES, METHODS, SCOPES, type Step } from "./draft";
import type { FormProps } from "./RuleForm";

export function TierEditor({ draft, change, fault }: FormProps) {
  const t = useText();
  const word = useWord();
  const { steps } = draft;
  const set = (index: number, changes: Partial<Step>): void =>
    change({ ...draft, steps: steps.map((one, at) => (at === index ? { ...one, ...changes } : one)) });
  return (
    <fieldset className="free">
      <legend>{t("tiers.title")}</legend>
      <div className="trio trio--even">
        <ChoiceField
          label={t("tiers.measure")}
          of={MEASURES}
          named={(one) => word("tiers.measure", one)}
          value={draft.measure}
          change={(measure) => change({ ...draft, measure })}
        />
        <ChoiceField
          label={t("tiers.method")}
          of={METHODS}
          named={(one) => word("tiers.method", one)}
          value={draft.method}
          change={(method) => change({ ...draft, method })}
        />
        <ChoiceField
          label={t("tiers.scope")}
          of={SCOPES}
          named={(one) => word("tiers.scope", one)}
          value={draft.scope}
          change={(scope) => change({ ...draft, scope })}
        />
      </div>
      <p className="hint">{word("tiers.explain", draft.method)}</p>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={index} className="entry">
            <NumberField
              label={t("tiers.from", { number: index + 1 })}
              error={fault(`value.tiers[${index}].floor`)}
              // The first step begins at nothing: every service stands on one.
              readOnly={index === 0}
              value={index === 0 ? "0" : step.floor}
              change={(text) => set(index, { floor: text })}
            />
            <NumberField
              label={t("tiers.rate", { number: index + 1 })}
              error={fault(`value.tiers[${index}].rate_basis_points`)}
              value={step.rate}
              change={(text) => set(index, { rate: text })}
            />
            {index > 0 && (
              <Action
                kind="quiet"
                reads
                onClick={() => change({ ...draft, steps: steps.filter((_, at) => at !== index) })}
              >
                {t("rule.remove")}
                <span className="sr-only"> {index + 1}</span>
              </Action>
            )}
          </li>
        ))}
      </ol>
      <div className="row">
        <Action reads onClick={() => change({ ...draft, steps: [...steps, { floor: "", rate: "" }] })}>
          {t("tiers.add")}
        </Action>
      </div>
      <Staircase steps={steps} />
    </fieldset>
  );
}

/** The steps as a picture, of which the fields say all in words. */
function Staircase({ steps }: { steps: readonly Step[] }) {
  const rates = steps.map((step) => parseRate(step.rate));
  const most = Math.max(...rates.map((rate) => rate ?? 0), 1);
  return (
    <div className="stairs" aria-hidden="true">
      {steps.map((step, index) => {
        const rate = rates[index];
        return (
          <div key={index} className="stairs__step">
            <span>{rate === undefined ? "?" : percent(rate)}</span>
            <div
              className="stairs__bar"
              style={{ height: `${rate === undefined ? 2 : Math.max(2, Math.round((rate * 72) / most))}px` }}
            />
            <span className="muted">{index === 0 ? "0" : step.floor || "?"}</span>
          </div>
        );
      })}
    </div>
  );
}
