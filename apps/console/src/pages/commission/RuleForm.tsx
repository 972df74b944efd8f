// One rule: whose, what it pays, on what, and from when to when. The form shows; `draft.ts` reads.
import { useServices, useStaff } from "../../api/queries";
import { useLanguage, useText, useWord } from "../../i18n";
import { nameIn } from "../../lib/names";
import { CheckField, ChoiceField, NumberField, SelectField, TextField } from "../../ui/fields";
import { Action } from "../../ui/parts";
import { StaffOptions } from "../../ui/StaffOptions";
import {
  EARN_ON,
  KINDS,
  MOMENTS,
  OWNERS,
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
        <ChoiceField
          label={t("rule.type")}
          of={TYPES}
          named={(one) => word("commission.rule", one)}
          value={draft.type}
          change={(type) => change({ ...draft, type })}
        />
        {draft.type !== "tiered" && (
          <NumberField
            label={draft.type === "fixed" ? t("rule.amount") : t("rule.rate")}
            hint={draft.of === "staff" && draft.exceptions.length > 0 ? t("rule.generalHint") : undefined}
            error={fault(general)}
            value={draft.worth}
            change={(text) => change({ ...draft, worth: text })}
          />
        )}
      </div>
      {draft.type === "tiered" ? <TierEditor {...props} /> : <Exceptions {...props} />}
      <div className="pair">
        <TextField
          label={t("rule.from")}
          error={fault("valid_from")}
          type="date"
          value={draft.from}
          change={(text) => change({ ...draft, from: text })}
        />
        <TextField
          label={t("rule.to")}
          hint={t("rule.toHint")}
          error={fault("valid_to")}
          type="date"
          value={draft.to}
          change={(text) => change({ ...draft, to: text })}
        />
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
      <ChoiceField
        label={t("rule.of")}
        disabled={fixed}
        of={OWNERS}
        named={(one) => t(one === "staff" ? "rule.ofStaff" : "rule.ofCategory")}
        value={draft.of}
        change={(of) =>
          change({ ...draft, of, exceptions: draft.exceptions.filter((one) => one.of === "services") })
        }
      />
      {draft.of === "staff" ? (
        <SelectField
          label={t("rule.who")}
          error={fault("staff_id")}
          disabled={fixed}
          value={draft.staffId}
          change={(text) => change({ ...draft, staffId: text })}
        >
          <option value="">{t("rule.choose")}</option>
          <StaffOptions of={staff.data} chosen={draft.staffId} />
        </SelectField>
      ) : (
        <SelectField
          label={t("rule.category")}
          error={fault("service_category")}
          disabled={fixed}
          value={draft.category}
          change={(text) => change({ ...draft, category: text })}
        >
          <option value="">{t("rule.choose")}</option>
          {categories.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </SelectField>
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
          <SelectField
            label={t("rule.exceptionFor")}
            error={fault(`exception.${index}.key`)}
            value={one.key === "" ? "" : `${one.of}:${one.key}`}
            change={(text) => {
              const [of = "", ...key] = text.split(":");
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
                    {nameIn(language, service)}
                  </option>
                ))}
            </optgroup>
          </SelectField>
          <NumberField
            label={draft.type === "fixed" ? t("rule.amount") : t("rule.rate")}
            error={fault(`exception.${index}`)}
            value={one.worth}
            change={(text) => set(index, { ...one, worth: text })}
          />
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
        <ChoiceField
          label={t("rule.start")}
          of={STARTS}
          named={(one) => word("rule.start", one)}
          value={draft.start}
          change={(start) => change({ ...draft, start })}
        />
        <ChoiceField
          label={t("rule.earnOn")}
          of={EARN_ON}
          named={(one) => word("rule.earnOn", one)}
          value={draft.earnOn}
          change={(earnOn) => change({ ...draft, earnOn })}
        />
      </div>
      <fieldset className="free">
        <legend>{t("rule.subtract")}</legend>
        <div className="row row--wrap">
          {SUBTRACTIONS.map((one) => (
            <CheckField
              key={one}
              label={word("rule.subtract", one)}
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
          ))}
        </div>
      </fieldset>
      <fieldset className="free">
        <legend>{t("rule.deduct")}</legend>
        {draft.deductions.map((one, index) => (
          <div key={index} className="entry entry--four">
            <ChoiceField
              label={t("rule.deductKind")}
              of={KINDS}
              named={(kind) => t(kind === "part" ? "commission.rule.pct" : "commission.rule.fixed")}
              value={one.kind}
              change={(kind) => set(index, { ...one, kind })}
            />
            <NumberField
              label={one.kind === "flat" ? t("rule.amount") : t("rule.rate")}
              error={
                fault(`value.base.deduct[${index}]`) ??
                fault(`value.base.deduct[${index}].${one.kind === "flat" ? "flat_minor" : "basis_points"}`)
              }
              value={one.worth}
              change={(text) => set(index, { ...one, worth: text })}
            />
            <ChoiceField
              label={t("rule.deductWhen")}
              of={MOMENTS}
              named={(moment) => word("rule.when", moment)}
              value={one.when}
              change={(when) => set(index, { ...one, when })}
            />
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
