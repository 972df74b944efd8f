import { expect, test } from "vitest";

import type { Target } from "./PaymentPicker";
import { canTakeBack, decision, verdictsOf, type Line } from "./verdicts";

const payment = { id: "p" } as Extract<Target, { kind: "payment" }>["payment"];
const attempt = { kind: "attempt", payment, attempt: { id: "a" } } as Target;
const refund = { kind: "refund", payment, refund: { id: "r" } } as Target;

test("each kind of line has the verdicts that fit it, and every one can at least be put aside", () => {
  expect(verdictsOf("received")).not.toContain("fee");
  expect(verdictsOf("charge")[0]).toBe("fee");
  expect(verdictsOf("reversal")[0]).toBe("refund");
  for (const kind of ["received", "reversal", "charge", "withdrawal", "new kind"])
    expect(verdictsOf(kind)).toContain("ignore");
});

test("a decision is complete with a reason, and with whose money it is where that is asked", () => {
  expect(decision("fee", undefined, " tariff ")).toEqual({ verdict: "fee", reason: "tariff" });
  expect(decision("fee", undefined, "  ")).toBeUndefined();
  expect(decision("payment", undefined, "hers")).toBeUndefined();
  // What was chosen for another verdict does not go along.
  expect(decision("payment", attempt, "hers")).toBeUndefined();
  expect(decision("other", attempt, "bank")).toEqual({ verdict: "other", reason: "bank" });
  expect(decision("payment", { kind: "payment", payment }, "hers")).toEqual({
    verdict: "payment",
    reason: "hers",
    payment_id: "p",
  });
  expect(decision("attempt", attempt, "hers")).toMatchObject({ attempt_id: "a" });
  expect(decision("refund", refund, "hers")).toMatchObject({ refund_id: "r" });
});

test("only a person's word is taken back, and money that settled a payment goes back by a refund", () => {
  const line = (state: string, decided_by: string | null) => ({ state, decided_by }) as Line;
  expect(canTakeBack(line("other", "person:x"))).toBe(true);
  expect(canTakeBack(line("fee", null))).toBe(false);
  expect(canTakeBack(line("money", "person:x"))).toBe(false);
  expect(canTakeBack(line("open", null))).toBe(false);
});
