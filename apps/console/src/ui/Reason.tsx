// What needs a reason asks for it first, and does nothing without one.
import { useState } from "react";

import { useText } from "../i18n";
import { AreaField, TextField } from "./fields";
import { FormEnd } from "./FormEnd";
import { Action } from "./parts";

/** The form for a reason; it is sent without the blanks around it. */
export function ReasonForm({
  label,
  hint,
  most,
  long = false,
  inner = false,
  button,
  kind = "primary",
  busy,
  error,
  leave,
  send,
  close,
}: {
  label: string;
  hint?: string;
  /** How many characters the API takes; it says so itself where this is left out. */
  most?: number;
  /** Whether there is room for more than a line. */
  long?: boolean;
  /** Whether it stands out from the card in which it is. */
  inner?: boolean;
  button: string;
  kind?: "primary" | "plain" | "danger";
  busy: boolean;
  error: unknown;
  /** What the way out is called; that it cancels, if nothing else. */
  leave?: string;
  send: (reason: string) => void;
  close: () => void;
}) {
  const [reason, setReason] = useState("");
  const field = {
    label,
    hint,
    maxLength: most,
    value: reason,
    change: setReason,
  };
  return (
    <form
      className={inner ? "card card--inner stack" : "stack"}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== "") send(reason.trim());
      }}
    >
      {long ? <AreaField rows={2} {...field} /> : <TextField {...field} />}
      <FormEnd
        label={button}
        kind={kind}
        error={error}
        busy={busy}
        disabled={reason.trim() === ""}
        leave={leave}
        close={close}
      />
    </form>
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
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <div className="row">
        <Action kind={danger ? "danger" : "plain"} reads onClick={() => setAsking(true)}>
          {button}
        </Action>
      </div>
    );
  }
  return (
    <ReasonForm
      label={label ?? t("app.why")}
      button={button}
      kind={danger ? "danger" : "primary"}
      busy={busy}
      error={error}
      leave={t("app.back")}
      send={(reason) => send(reason, () => setAsking(false))}
      close={() => setAsking(false)}
    />
  );
}
