import { useState } from "react";

import { useText } from "../i18n";
import { Action } from "./parts";

/** A secret that is told this once: it can be copied, and is gone when the page is left. */
export function Once({ name, secret, done }: { name: string; secret: string; done: () => void }) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  return (
    <div className="card stack once" role="status">
      <strong>{name}</strong>
      <p>{t("once.lead")}</p>
      <code className="secret">{secret}</code>
      <div className="row row--wrap">
        <Action
          kind="primary"
          reads
          onClick={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}
        >
          {copied ? t("pay.copied") : t("once.copy")}
        </Action>
        <Action kind="quiet" reads onClick={done}>
          {t("once.done")}
        </Action>
      </div>
    </div>
  );
}
