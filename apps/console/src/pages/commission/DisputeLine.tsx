// Saying that a line of a frozen document is wrong, and what became of it.
import { useState } from "react";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useText, useWord } from "../../i18n";
import { Action, Field } from "../../ui/parts";
import { Problem } from "../../ui/states";
import type { Dispute } from "./figures";

export function DisputeLine({
  periodId,
  line,
  disputes,
}: {
  periodId: string;
  line: number;
  disputes: readonly Dispute[];
}) {
  const t = useText();
  const [opening, setOpening] = useState(false);
  const [reason, setReason] = useState("");
  const open = useChange(
    (why: string) =>
      got(
        api.POST("/api/v1/commission/periods/{id}/disputes", {
          params: { path: { id: periodId } },
          body: { line, reason: why },
        }),
      ),
    ["disputes"],
  );
  return (
    <>
      {disputes.map((dispute) => (
        <Told key={dispute.id} dispute={dispute} />
      ))}
      {!opening && disputes.every((one) => one.state !== "open") && (
        <Action kind="quiet" onClick={() => setOpening(true)}>
          {t("dispute.open")}
          <span className="sr-only"> {line}</span>
        </Action>
      )}
      {opening && (
        <form
          className="card card--inner stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() === "") return;
            open.send(reason.trim(), () => {
              setOpening(false);
              setReason("");
            });
          }}
        >
          <Field label={t("dispute.reason", { line })} hint={t("dispute.reasonHint")}>
            {(ids) => (
              <textarea
                {...ids}
                rows={2}
                maxLength={500}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <Problem error={open.error} />
          <div className="row">
            <Action kind="primary" submit busy={open.isPending} disabled={reason.trim() === ""}>
              {t("dispute.send")}
            </Action>
            <Action kind="quiet" reads onClick={() => setOpening(false)}>
              {t("app.cancel")}
            </Action>
          </div>
        </form>
      )}
    </>
  );
}

/** How a dispute stands, and what was said. */
export function Told({ dispute }: { dispute: Dispute }) {
  const t = useText();
  const word = useWord();
  return (
    <p className="dispute">
      <span className={`badge${dispute.state === "open" ? " badge--warn" : ""}`}>
        {word("dispute.state", dispute.state)}
      </span>{" "}
      “{dispute.reason}”
      {dispute.answer != null && (
        <span className="muted"> {t("dispute.answered", { words: dispute.answer })}</span>
      )}
    </p>
  );
}
