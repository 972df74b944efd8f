// Saying that a line of a frozen document is wrong, and what became of it.
import { useState } from "react";

import { api, got } from "../../api/client";
import { useChange } from "../../api/queries";
import { useText, useWord } from "../../i18n";
import { Action } from "../../ui/parts";
import { ReasonForm } from "../../ui/Reason";
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
        <ReasonForm
          label={t("dispute.reason", { line })}
          hint={t("dispute.reasonHint")}
          most={500}
          long
          inner
          button={t("dispute.send")}
          busy={open.isPending}
          error={open.error}
          send={(why) => open.send(why, () => setOpening(false))}
          close={() => setOpening(false)}
        />
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
