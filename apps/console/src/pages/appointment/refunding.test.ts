import { expect, test } from "vitest";

import type { Schemas } from "../../api/client";
import type { Appointment, Visit } from "../../api/queries";
import { offersOf, prospect, refundable, type Payment, type Refund } from "./refunding";

const kes = (amount_minor: number) => ({ amount_minor, currency: "KES" });

function payment(paid: number, attempts: Partial<Payment["attempts"][number]>[], credited = 0): Payment {
  return { paid: kes(paid), credited: kes(credited), purpose: "full", attempts } as unknown as Payment;
}

function refund(amount: number, more: Partial<Refund> = {}): Refund {
  return { amount: kes(amount), state: "done", source: "payment", ...more } as Refund;
}

test("what can go back is what was paid, less credit by rule and what went or goes back", () => {
  const paid = payment(300_00, [], 50_00);
  expect(refundable(paid, [])).toEqual(kes(250_00));
  const all = [
    refund(100_00),
    refund(50_00, { state: "requested" }),
    // These free their amount again, or are paid out of credit and not of the payment.
    refund(70_00, { state: "rejected" }),
    refund(70_00, { state: "cancelled" }),
    refund(70_00, { source: "credit" }),
  ];
  expect(refundable(paid, all)).toEqual(kes(100_00));
  expect(refundable(paid, [refund(999_00)])).toEqual(kes(0));
});

test("M-Pesa takes back whole transactions that fit, each once, and none that brought a tip", () => {
  const prompts = [
    { provider: "mpesa", state: "paid", receipt: "AAA", amount: kes(100_00) },
    { provider: "mpesa", state: "paid", receipt: "BBB", amount: kes(200_00) },
    { provider: "mpesa", state: "paid", receipt: "CCC", amount: kes(40_00), tip: kes(5_00) },
    { provider: "mpesa", state: "failed", amount: kes(10_00) },
  ];
  const found = offersOf(payment(340_00, prompts), [refund(100_00, { original_receipt: "AAA" })]);
  expect(found[0]).toEqual({ way: "mpesa_reversal", whole: [kes(200_00)] });
  const afterRest = offersOf(payment(340_00, prompts), [refund(200_00, { way: "credit" })]);
  expect(afterRest[0]).toEqual({ way: "mpesa_reversal", whole: [kes(100_00)] });
});

test("cards are offered where a card paid; credit, cash and outside always", () => {
  const ways = (one: Payment) => offersOf(one, []).map((offer) => offer.way);
  expect(ways(payment(100, [{ provider: "cash", state: "paid", amount: kes(100) }]))).toEqual([
    "credit",
    "cash",
    "outside",
  ]);
  expect(
    ways(payment(100, [{ provider: "pesapal", state: "paid", receipt: "X", amount: kes(100) }])),
  ).toEqual(["card", "credit", "cash", "outside"]);
});

const RULES = {
  cancellation: { free_until_hours: 24, late_fee: 3_333, no_show_fee: 0, no_show_grace: 15 },
  rounding: "whole_units",
} as Schemas["BookingRules"];
const START = "2026-05-20T09:00:00Z";

function part(id: string, charged: number, deposit: number, more: Partial<Appointment> = {}): Appointment {
  return {
    id,
    start: START,
    state: "confirmed",
    charged: kes(charged),
    deposit: kes(deposit),
    ...more,
  } as Appointment;
}

function visit(paid: number, appointments: Appointment[], elsewhere = 0): Visit {
  return { paid: kes(paid), paid_elsewhere: kes(elsewhere), appointments } as Visit;
}

test("the customer's late cancelling costs a share, raised to the shilling; ours and an early one cost nothing", () => {
  const one = part("a", 1_000_00, 300_00);
  const seen = visit(300_00, [one]);
  const late = Date.parse(START) - 23 * 3_600_000;
  const limit = Date.parse(START) - 24 * 3_600_000;
  const deposits = [{ ...payment(300_00, []), purpose: "deposit" }];
  // 333.30 is asked as 334; more was asked than paid, so nothing goes back.
  expect(prospect(seen, one, deposits, RULES, "customer", late)).toEqual({ fee: kes(334_00), back: kes(0) });
  expect(prospect(seen, one, deposits, RULES, "customer", limit)).toEqual({ fee: kes(0), back: kes(300_00) });
  expect(prospect(seen, one, deposits, RULES, "business", late)).toEqual({ fee: kes(0), back: kes(300_00) });
  const exact = { ...RULES, rounding: "exact" } as Schemas["BookingRules"];
  expect(prospect(seen, one, deposits, exact, "customer", late).fee).toEqual(kes(333_30));
});

test("the parts that stay keep their deposits, or their prices once a price was paid; fees stay, too", () => {
  const one = part("a", 1_000_00, 300_00);
  const stays = part("b", 500_00, 200_00);
  const gone = part("c", 400_00, 100_00, { state: "cancelled_by_customer", fee: kes(50_00) });
  const seen = visit(1_500_00, [one, stays, gone]);
  const at = Date.parse(START) - 48 * 3_600_000;
  const deposits = [{ ...payment(1_500_00, []), purpose: "deposit" }];
  expect(prospect(seen, one, deposits, RULES, "customer", at).back).toEqual(kes(1_250_00));
  expect(prospect(seen, one, [payment(1_500_00, [])], RULES, "customer", at).back).toEqual(kes(950_00));
  const elsewhere = visit(100_00, [one, stays], 150_00);
  expect(prospect(elsewhere, one, deposits, RULES, "customer", at).back).toEqual(kes(50_00));
});
