// Fields of forms: what was typed, and what is wrong with it, by the form itself or by the API.
import { useId, type ComponentProps, type ReactNode } from "react";
import { get, type FieldErrors } from "react-hook-form";

import { ApiProblem } from "../api/problem";
import { isKey, useText } from "../i18n";

interface Told {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

/** For fields that hold their text in a state of the page: what was typed. */
interface Typed {
  change?: (text: string) => void;
}

/** What a field is given to listen with, beside what it was given already. */
function heard(change: Typed["change"]): { onChange?: (event: { target: { value: string } }) => void } {
  return change === undefined ? {} : { onChange: (event) => change(event.target.value) };
}

/** A label with what it labels, and what is wrong with it. */
function Field({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (ids: {
    id: string;
    "aria-describedby": string | undefined;
    "aria-invalid": boolean;
  }) => ReactNode;
}) {
  const id = useId();
  const told = error ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-describedby": told === undefined ? undefined : `${id}-told`,
        "aria-invalid": error !== undefined,
      })}
      {told !== undefined && (
        <p id={`${id}-told`} className={error === undefined ? "hint" : "hint hint--wrong"}>
          {told}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, change, ...rest }: Told & Typed & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <input autoComplete="off" {...rest} {...heard(change)} {...ids} />}
    </Field>
  );
}

/** A field for digits: a phone shows the keys for them. */
export function NumberField(props: Told & Typed & ComponentProps<"input">) {
  return <TextField inputMode="decimal" {...props} />;
}

/** A field for a telephone number. */
export function PhoneField(props: Told & Typed & ComponentProps<"input">) {
  return <TextField type="tel" inputMode="tel" {...props} />;
}

export function AreaField({
  label,
  hint,
  error,
  change,
  ...rest
}: Told & Typed & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <textarea rows={3} {...rest} {...heard(change)} {...ids} />}
    </Field>
  );
}

export function SelectField({
  label,
  hint,
  error,
  change,
  children,
  ...rest
}: Told & Typed & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select {...rest} {...heard(change)} {...ids}>
          {children}
        </select>
      )}
    </Field>
  );
}

/** A field for one of a few words that the code knows by name. */
export function ChoiceField<T extends string>({
  of,
  named,
  value,
  change,
  ...rest
}: Told & {
  of: readonly T[];
  named: (one: T) => string;
  value: T;
  change: (one: T) => void;
  disabled?: boolean;
}) {
  return (
    <SelectField
      {...rest}
      value={value}
      change={(text) => {
        const chosen = of.find((one) => one === text);
        if (chosen !== undefined) change(chosen);
      }}
    >
      {of.map((one) => (
        <option key={one} value={one}>
          {named(one)}
        </option>
      ))}
    </SelectField>
  );
}

/** One of several choices that need more words than an option has room for. */
export function RadioField({
  group,
  checked,
  choose,
  children,
}: {
  /** Those of one group exclude each other. */
  group: string;
  checked: boolean;
  choose: () => void;
  children: ReactNode;
}) {
  return (
    <label className="targets__one">
      <input type="radio" name={group} checked={checked} onChange={choose} />
      <span>{children}</span>
    </label>
  );
}

export function CheckField({ label, ...rest }: { label: ReactNode } & ComponentProps<"input">) {
  const id = useId();
  return (
    <span className="check">
      <input {...rest} id={id} type="checkbox" />
      <label htmlFor={id}>{label}</label>
    </span>
  );
}

/** A group of fields with a name. */
export function Group({ name, children }: { name: string; children: ReactNode }) {
  return (
    <fieldset className="group">
      <legend>{name}</legend>
      {children}
    </fieldset>
  );
}

/** What is wrong with a field: what the form found, else what the API said of it. `onWire` is its name there. */
export function useFaults(
  errors: FieldErrors,
  refused: unknown,
): (name: string, onWire?: string) => string | undefined {
  const t = useText();
  return (name, onWire = name) => {
    const found: unknown = get(errors, name);
    if (typeof found === "object" && found !== null && "message" in found) {
      const { message } = found;
      return typeof message === "string" && isKey(message) ? t(message) : t("form.wrong");
    }
    if (refused instanceof ApiProblem) return refused.errors.find((one) => one.field === onWire)?.message;
    return undefined;
  };
}
