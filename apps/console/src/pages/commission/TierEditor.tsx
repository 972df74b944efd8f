// A ladder: what is measured, how its rates are applied, and its steps, with a picture of them.
import { useText, useWord } from "../../i18n";
import { percent, parseRate } from "../../lib/rate";
import { Action, Field } from "../../ui/parts";
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
        <Field label={t("tiers.measure")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.measure}
              onChange={(event) =>
                change({ ...draft, measure: MEASURES.find((one) => one === event.target.value) ?? "revenue" })
              }
            >
              {MEASURES.map((one) => (
                <option key={one} value={one}>
                  {word("tiers.measure", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("tiers.method")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.method}
              onChange={(event) =>
                change({ ...draft, method: METHODS.find((one) => one === event.target.value) ?? "marginal" })
              }
            >
              {METHODS.map((one) => (
                <option key={one} value={one}>
                  {word("tiers.method", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("tiers.scope")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.scope}
              onChange={(event) =>
                change({ ...draft, scope: SCOPES.find((one) => one === event.target.value) ?? "rule" })
              }
            >
              {SCOPES.map((one) => (
                <option key={one} value={one}>
                  {word("tiers.scope", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <p className="hint">{word("tiers.explain", draft.method)}</p>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={index} className="entry">
            <Field
              label={t("tiers.from", { number: index + 1 })}
              error={fault(`value.tiers[${index}].floor`)}
            >
              {(ids) => (
                <input
                  {...ids}
                  inputMode="decimal"
                  autoComplete="off"
                  // The first step begins at nothing: every service stands on one.
                  readOnly={index === 0}
                  value={index === 0 ? "0" : step.floor}
                  onChange={(event) => set(index, { floor: event.target.value })}
                />
              )}
            </Field>
            <Field
              label={t("tiers.rate", { number: index + 1 })}
              error={fault(`value.tiers[${index}].rate_basis_points`)}
            >
              {(ids) => (
                <input
                  {...ids}
                  inputMode="decimal"
                  autoComplete="off"
                  value={step.rate}
                  onChange={(event) => set(index, { rate: event.target.value })}
                />
              )}
            </Field>
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
