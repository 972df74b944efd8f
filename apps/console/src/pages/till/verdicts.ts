// What may be said of a line of a statement: pure, as the api takes it.
import type { Schemas } from "../../api/client";
import type { Target } from "./PaymentPicker";

export type Line = Schemas["MpesaStatementLine"];
export type Verdict = Schemas["DecideBody"]["verdict"];

/** The verdicts that make sense for a kind of line, the likeliest first. */
export function verdictsOf(kind: string): Verdict[] {
  switch (kind) {
    case "received":
      return ["payment", "attempt", "other", "ignore"];
    case "reversal":
      return ["refund", "other", "ignore"];
    case "charge":
      return ["fee", "attempt", "other", "ignore"];
    default:
      return ["other", "fee", "refund", "ignore"];
  }
}

/** What must be found for a verdict, if anything. */
export function targetOf(verdict: Verdict): Target["kind"] | undefined {
  return verdict === "payment" || verdict === "attempt" || verdict === "refund" ? verdict : undefined;
}

/** The order, once all of it is known. */
export function decision(
  verdict: Verdict,
  target: Target | undefined,
  reason: string,
): Schemas["DecideBody"] | undefined {
  const told = reason.trim();
  if (told === "") return undefined;
  const wanted = targetOf(verdict);
  if (wanted === undefined) return { verdict, reason: told };
  if (target?.kind !== wanted) return undefined;
  switch (target.kind) {
    case "payment":
      return { verdict, reason: told, payment_id: target.payment.id };
    case "attempt":
      return { verdict, reason: told, attempt_id: target.attempt.id };
    case "refund":
      return { verdict, reason: told, refund_id: target.refund.id };
  }
}

/** Whether a person's word on a line can be taken back. */
export function canTakeBack(line: Line): boolean {
  const said = line.decided_by !== null && line.decided_by !== undefined;
  return (
    said &&
    (line.state === "fee" || line.state === "other" || line.state === "ignored" || line.state === "refund")
  );
}
