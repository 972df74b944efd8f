import { useEffect, useRef, useState } from "react";

import { useText } from "../i18n";
import { Action } from "./parts";

/** A button for what is not easily undone: it asks before it acts. */
export function Sure({
  label,
  question,
  act,
  busy = false,
  kind = "danger",
}: {
  label: string;
  question: string;
  act: () => void;
  busy?: boolean;
  kind?: "danger" | "quiet" | "plain";
}) {
  const t = useText();
  const [asking, setAsking] = useState(false);
  const group = useRef<HTMLDivElement>(null);
  // The button is gone that had the focus: keys go on at the question.
  useEffect(() => {
    if (asking) group.current?.focus();
  }, [asking]);
  if (!asking) {
    return (
      <Action kind={kind} busy={busy} onClick={() => setAsking(true)}>
        {label}
      </Action>
    );
  }
  return (
    <div ref={group} tabIndex={-1} className="sure" role="group" aria-label={question}>
      <span>{question}</span>
      <Action
        kind="danger"
        busy={busy}
        onClick={() => {
          setAsking(false);
          act();
        }}
      >
        {label}
      </Action>
      <Action kind="quiet" reads onClick={() => setAsking(false)}>
        {t("app.back")}
      </Action>
    </div>
  );
}
