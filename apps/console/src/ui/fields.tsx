// Fields of forms: what was typed, and what is wrong with it, by the form itself or by the API.
import { useId, type ComponentProps, type ReactNode } from "react";
import { get, type FieldErrors } from "react-hook-form";

import { ApiProblem } from "../api/problem";
import { isKey, useText } from "../i18n";
import { Field } from "./parts";

interface Told {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
}

export function TextField({ label, hint, error, ...rest }: Told & ComponentProps<"input">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <input autoComplete="off" {...rest} {...ids} />}
    </Field>
  );
}

/** A field for digits: a phone shows the keys for them. */
export function NumberField(props: Told & ComponentProps<"input">) {
  return <TextField inputMode="decimal" {...props} />;
}

export function AreaField({ label, hint, error, ...rest }: Told & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <textarea rows={3} {...rest} {...ids} />}
    </Field>
  );
}

export function SelectField({ label, hint, error, children, ...rest }: Told & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select {...rest} {...ids}>
          {children}
        </select>
      )}
    </Field>
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
