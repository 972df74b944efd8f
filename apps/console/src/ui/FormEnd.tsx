import type { ReactNode } from "react";

import { useText } from "../i18n";
import { Action } from "./parts";
import { Problem } from "./states";

/** The end of a form: what went wrong, the button that sends it, and the way out. */
export function FormEnd({
  label,
  kind = "primary",
  error,
  busy,
  disabled = false,
  send,
  leave,
  close,
  children,
}: {
  /** What the button says; that it saves, if nothing else. */
  label?: string | undefined;
  kind?: "primary" | "plain" | "danger";
  error: unknown;
  busy: boolean;
  disabled?: boolean;
  /** For what is no `form`, which sends itself. */
  send?: () => void;
  /** What the way out is called; that it cancels, if nothing else. */
  leave?: string | undefined;
  close: () => void;
  /** Other ways to send it. */
  children?: ReactNode;
}) {
  const t = useText();
  return (
    <>
      <Problem error={error} />
      <div className="row row--wrap">
        <Action
          kind={kind}
          busy={busy}
          disabled={disabled}
          {...(send === undefined ? { submit: true } : { onClick: send })}
        >
          {label ?? t("app.save")}
        </Action>
        {children}
        <Action kind="quiet" reads onClick={close}>
          {leave ?? t("app.cancel")}
        </Action>
      </div>
    </>
  );
}
