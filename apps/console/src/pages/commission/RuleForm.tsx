// One rule: whose, what it pays, on what, and from when to when. The form shows; `draft.ts` reads.
import { useServices, useStaff } from "../../api/queries";
import { useLanguage, useText, useWord } from "../../i18n";
import { Action, Field } from "../../ui/parts";
import {
  EARN_ON,
  MOMENTS,
  STARTS,
  SUBTRACTIONS,
  TYPES,
  type Deduction,
  type Draft,
  type Exception,
} from "./draft";
import { useRules } from "./figures";
import { TierEditor } from "./TierEditor";

export interface FormProps {
  draft: Draft;
  change: (draft: Draft) => void;
  /** What is wrong with a field, by its path. */
  fault: (path: string) => string | undefined;
}

/** All families of services: of what is sold, and of rules that are there. */
function useCategories(): string[] {
  const services = useServices();
  const rules = useRules();
  const found = [
    ...(services.data ?? []).map((one) => one.category),
    ...(rules.data ?? []).flatMap((one) => one.service_category ?? []),
  ];
  return [...new Set(found)].sort();
}

export function RuleForm(props: FormProps) {
  const t = useText();
  const word = useWord();
  const { draft, change, fault } = props;
  const general = draft.type === "fixed" ? "value.amount_minor" : "value.rate_basis_points";
  return (
    <div className="stack">
      <Whose {...props} />
      <div className="pair">
        <Field label={t("rule.type")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.type}
              onChange={(event) =>
                change({ ...draft, type: TYPES.find((one) => one === event.target.value) ?? "pct" })
              }
            >
              {TYPES.map((type) => (
                <option key={type} value={type}>
                  {word("commission.rule", type)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {draft.type !== "tiered" && (
          <Field
            label={draft.type === "fixed" ? t("rule.amount") : t("rule.rate")}
            hint={draft.of === "staff" && draft.exceptions.length > 0 ? t("rule.generalHint") : undefined}
            error={fault(general)}
          >
            {(ids) => (
              <input
                {...ids}
                inputMode="decimal"
                autoComplete="off"
                value={draft.worth}
                onChange={(event) => change({ ...draft, worth: event.target.value })}
              />
            )}
          </Field>
        )}
      </div>
      {draft.type === "tiered" ? <TierEditor {...props} /> : <Exceptions {...props} />}
      <div className="pair">
        <Field label={t("rule.from")} error={fault("valid_from")}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              value={draft.from}
              onChange={(event) => change({ ...draft, from: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("rule.to")} hint={t("rule.toHint")} error={fault("valid_to")}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              value={draft.to}
              onChange={(event) => change({ ...draft, to: event.target.value })}
            />
          )}
        </Field>
      </div>
      <details>
        <summary>{t("rule.base")}</summary>
        <Base {...props} />
      </details>
    </div>
  );
}

function Whose({ draft, change, fault }: FormProps) {
  const t = useText();
  const staff = useStaff();
  const categories = useCategories();
  // Whoever replaces a rule speaks of the same person or category.
  const fixed = draft.replaces !== undefined;
  return (
    <div className="pair">
      <Field label={t("rule.of")}>
        {(ids) => (
          <select
            {...ids}
            disabled={fixed}
            value={draft.of}
            onChange={(event) =>
              change({
                ...draft,
                of: event.target.value === "category" ? "category" : "staff",
                exceptions: draft.exceptions.filter((one) => one.of === "services"),
              })
            }
          >
            <option value="staff">{t("rule.ofStaff")}</option>
            <option value="category">{t("rule.ofCategory")}</option>
          </select>
        )}
      </Field>
      {draft.of === "staff" ? (
        <Field label={t("rule.who")} error={fault("staff_id")}>
          {(ids) => (
            <select
              {...ids}
              disabled={fixed}
              value={draft.staffId}
              onChange={(event) => change({ ...draft, staffId: event.target.value })}
            >
              <option value="">{t("rule.choose")}</option>
              {(staff.data ?? [])
                .filter((one) => one.active || one.id === draft.staffId)
                .map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
            </select>
          )}
        </Field>
      ) : (
        <Field label={t("rule.category")} error={fault("service_category")}>
          {(ids) => (
            <select
              {...ids}
              disabled={fixed}
              value={draft.category}
              onChange={(event) => change({ ...draft, category: event.target.value })}
            >
              <option value="">{t("rule.choose")}</option>
              {categories.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
    </div>
  );
}

/** The list with one entry changed, or taken out. */
function replaced<T>(list: readonly T[], index: number, entry: T | undefined): T[] {
  return list.flatMap((one, at) => (at === index ? (entry === undefined ? [] : [entry]) : [one]));
}

function Exceptions({ draft, change, fault }: FormProps) {
  const t = useText();
  const { language } = useLanguage();
  const services = useServices();
  const categories = useCategories();
  const set = (index: number, entry: Exception | undefined): void =>
    change({ ...draft, exceptions: replaced(draft.exceptions, index, entry) });
  return (
    <fieldset className="free">
      <legend>{t("rule.exceptions")}</legend>
      {draft.exceptions.map((one, index) => (
        <div key={index} className="entry">
          <Field label={t("rule.exceptionFor")} error={fault(`exception.${index}.key`)}>
            {(ids) => (
              <select
                {...ids}
                value={one.key === "" ? "" : `${one.of}:${one.key}`}
                onChange={(event) => {
                  const [of = "", ...key] = event.target.value.split(":");
                  set(index, {
                    ...one,
                    of: of === "categories" ? "categories" : "services",
                    key: key.join(":"),
                  });
                }}
              >
                <option value="">{t("rule.choose")}</option>
                {draft.of === "staff" && (
                  <optgroup label={t("rule.category")}>
                    {categories.map((category) => (
                      <option key={category} value={`categories:${category}`}>
                        {category}
                      </option>
                    ))}
                  </optgroup>
                )}
                <optgroup label={t("book.service")}>
                  {(services.data ?? [])
                    .filter((service) => draft.of === "staff" || service.category === draft.category)
                    .map((service) => (
                      <option key={service.id} value={`services:${service.id}`}>
                        {language === "sw" ? (service.name_sw ?? service.name) : service.name}
                      </option>
                    ))}
                </optgroup>
              </select>
            )}
          </Field>
          <Field
            label={draft.type === "fixed" ? t("rule.amount") : t("rule.rate")}
            error={fault(`exception.${index}`)}
          >
            {(ids) => (
              <input
                {...ids}
                inputMode="decimal"
                autoComplete="off"
                value={one.worth}
                onChange={(event) => set(index, { ...one, worth: event.target.value })}
              />
            )}
          </Field>
          <Action kind="quiet" reads onClick={() => set(index, undefined)}>
            {t("rule.remove")}
          </Action>
        </div>
      ))}
      <div className="row">
        <Action
          reads
          onClick={() =>
            change({ ...draft, exceptions: [...draft.exceptions, { of: "services", key: "", worth: "" }] })
          }
        >
          {t("rule.addException")}
        </Action>
      </div>
    </fieldset>
  );
}

function Base({ draft, change, fault }: FormProps) {
  const t = useText();
  const word = useWord();
  const set = (index: number, entry: Deduction | undefined): void =>
    change({ ...draft, deductions: replaced(draft.deductions, index, entry) });
  return (
    <div className="stack">
      <div className="pair">
        <Field label={t("rule.start")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.start}
              onChange={(event) =>
                change({ ...draft, start: STARTS.find((one) => one === event.target.value) ?? "charged" })
              }
            >
              {STARTS.map((one) => (
                <option key={one} value={one}>
                  {word("rule.start", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t("rule.earnOn")}>
          {(ids) => (
            <select
              {...ids}
              value={draft.earnOn}
              onChange={(event) =>
                change({
                  ...draft,
                  earnOn: EARN_ON.find((one) => one === event.target.value) ?? "completion",
                })
              }
            >
              {EARN_ON.map((one) => (
                <option key={one} value={one}>
                  {word("rule.earnOn", one)}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <fieldset className="free">
        <legend>{t("rule.subtract")}</legend>
        <div className="row row--wrap">
          {SUBTRACTIONS.map((one) => (
            <label key={one} className="check">
              <input
                type="checkbox"
                checked={draft.subtract.includes(one)}
                onChange={(event) =>
                  change({
                    ...draft,
                    subtract: event.target.checked
                      ? [...draft.subtract, one]
                      : draft.subtract.filter((other) => other !== one),
                  })
                }
              />
              {word("rule.subtract", one)}
            </label>
          ))}
        </div>
      </fieldset>
      <fieldset className="free">
        <legend>{t("rule.deduct")}</legend>
        {draft.deductions.map((one, index) => (
          <div key={index} className="entry entry--four">
            <Field label={t("rule.deductKind")}>
              {(ids) => (
                <select
                  {...ids}
                  value={one.kind}
                  onChange={(event) =>
                    set(index, { ...one, kind: event.target.value === "flat" ? "flat" : "part" })
                  }
                >
                  <option value="part">{t("commission.rule.pct")}</option>
                  <option value="flat">{t("commission.rule.fixed")}</option>
                </select>
              )}
            </Field>
            <Field
              label={one.kind === "flat" ? t("rule.amount") : t("rule.rate")}
              error={
                fault(`value.base.deduct[${index}]`) ??
                fault(`value.base.deduct[${index}].${one.kind === "flat" ? "flat_minor" : "basis_points"}`)
              }
            >
              {(ids) => (
                <input
                  {...ids}
                  inputMode="decimal"
                  autoComplete="off"
                  value={one.worth}
                  onChange={(event) => set(index, { ...one, worth: event.target.value })}
                />
              )}
            </Field>
            <Field label={t("rule.deductWhen")}>
              {(ids) => (
                <select
                  {...ids}
                  value={one.when}
                  onChange={(event) =>
                    set(index, {
                      ...one,
                      when: MOMENTS.find((moment) => moment === event.target.value) ?? "before",
                    })
                  }
                >
                  {MOMENTS.map((moment) => (
                    <option key={moment} value={moment}>
                      {word("rule.when", moment)}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Action kind="quiet" reads onClick={() => set(index, undefined)}>
              {t("rule.remove")}
            </Action>
          </div>
        ))}
        <div className="row">
          <Action
            reads
            onClick={() =>
              change({
                ...draft,
                deductions: [...draft.deductions, { kind: "part", worth: "", when: "before" }],
              })
            }
          >
            {t("rule.addDeduction")}
          </Action>
        </div>
      </fieldset>
    </div>
  );
}
