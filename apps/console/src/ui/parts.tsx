// The small parts that the pages are made of.
import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import { useLineDown } from "../app/line";
import { useText, useWord } from "../i18n";
import { Problem } from "./states";

interface ActionProps {
  children: ReactNode;
  onClick?: () => void;
  kind?: "primary" | "plain" | "danger" | "quiet";
  busy?: boolean;
  disabled?: boolean;
  submit?: boolean;
  /** Whether it changes something, so that it needs the line. */
  reads?: boolean;
}

/** A button that does something; while the line is down nothing can be changed. */
export function Action({
  children,
  onClick,
  kind = "plain",
  busy = false,
  disabled = false,
  submit = false,
  reads = false,
}: ActionProps) {
  const down = useLineDown();
  return (
    <button
      type={submit ? "submit" : "button"}
      className={`button button--${kind}`}
      onClick={onClick}
      disabled={disabled || busy || (down && !reads)}
      aria-busy={busy}
    >
      {children}
    </button>
  );
}

/** A label with what it labels, and what is wrong with it. */
export function Field({
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

/** A button for what needs a reason: it asks for that first. */
export function Reason({
  button,
  label,
  busy,
  error,
  danger = false,
  send,
}: {
  button: string;
  label?: string | undefined;
  busy: boolean;
  error: unknown;
  danger?: boolean;
  send: (reason: string, done: () => void) => void;
}) {
  const t = useText();
  const [reason, setReason] = useState<string>();
  if (reason === undefined) {
    return (
      <div className="row">
        <Action kind={danger ? "danger" : "plain"} reads onClick={() => setReason("")}>
          {button}
        </Action>
      </div>
    );
  }
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "") send(reason.trim(), () => setReason(undefined));
      }}
    >
      <Field label={label ?? t("app.why")}>
        {(ids) => (
          <input
            {...ids}
            autoComplete="off"
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Problem error={error} />
      <div className="row">
        <Action kind={danger ? "danger" : "primary"} submit busy={busy} disabled={reason.trim() === ""}>
          {button}
        </Action>
        <Action kind="quiet" reads onClick={() => setReason(undefined)}>
          {t("app.back")}
        </Action>
      </div>
    </form>
  );
}

export function StateBadge({ state }: { state: string }) {
  const word = useWord();
  return <span className={`badge badge--${state}`}>{word("state", state)}</span>;
}

/** Something beside the page: from the right, or all of a phone. Escape closes it, and the focus goes back. */
export function Drawer({
  title,
  close,
  children,
}: {
  title: string;
  close: () => void;
  children: ReactNode;
}) {
  const t = useText();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  const id = useId();
  return (
    // A click beside it closes it; with keys Escape does the same.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      // A click beside the drawer lands on the dialog itself.
      onMouseDown={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div className="drawer__page">
        <header className="drawer__head">
          <h2 id={id}>{title}</h2>
          <button
            type="button"
            className="button button--quiet icon"
            onClick={close}
            aria-label={t("app.close")}
          >
            ✕
          </button>
        </header>
        <div className="drawer__body">{children}</div>
      </div>
    </dialog>
  );
}

export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · Ratiba`;
  }, [title]);
  return (
    <section className="page">
      <header className="page__head">
        <h1>{title}</h1>
        {actions}
      </header>
      {children}
    </section>
  );
}
