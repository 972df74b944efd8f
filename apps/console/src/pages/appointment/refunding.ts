// What of a payment can go back and how, and what the rules give back if a visit is cancelled: pure. The api decides; this is
// what is worth offering, and what a person sees before they order it.
import type { Schemas } from "../../api/client";
import type { Appointment, Visit } from "../../api/queries";
import type { Money } from "../../lib/money";
import { isGone } from "../calendar/layout";

export type Payment = Schemas["Payment"];
export type Refund = Schemas["Refund"];
export type Way = Schemas["RefundBody"]["way"];

/** Whether a refund's amount counts as gone. */
export function counts(refund: Refund): boolean {
  return refund.state !== "rejected" && refund.state !== "cancelled";
}

/** How much of a payment can still go back: what was paid, less what became credit and what went or goes back. */
export function refundable(payment: Payment, refunds: readonly Refund[]): Money {
  const gone = refunds
    .filter((one) => one.source === "payment" && counts(one))
    .reduce((sum, one) => sum + one.amount.amount_minor, 0);
  const left = payment.paid.amount_minor - payment.credited.amount_minor - gone;
  return { amount_minor: Math.max(0, left), currency: payment.paid.currency };
}

export interface Offer {
  way: Way;
  /** The amounts that can go this way; undefined: any up to the most. */
  whole: Money[] | undefined;
}

/** The ways in which money of a payment can go back. M-Pesa takes back whole transactions, each once, none with a tip. */
export function offersOf(payment: Payment, refunds: readonly Refund[]): Offer[] {
  const most = refundable(payment, refunds);
  const back = new Set(refunds.filter(counts).map((one) => one.original_receipt ?? ""));
  const untouched = payment.attempts.filter(
    (one) => one.state === "paid" && !back.has(one.receipt ?? "none"),
  );
  const whole = untouched
    .filter((one) => one.provider === "mpesa" && one.receipt && !one.tip)
    .map((one) => one.amount)
    .filter((one) => one.amount_minor <= most.amount_minor);
  const offers: Offer[] = [];
  if (whole.length > 0) offers.push({ way: "mpesa_reversal", whole });
  if (untouched.some((one) => one.provider === "pesapal")) offers.push({ way: "card", whole: undefined });
  for (const way of ["credit", "cash", "outside"] as const) offers.push({ way, whole: undefined });
  return offers;
}

/** Whether a person may withdraw a refund: as long as it waits to be sent. */
export function canWithdraw(refund: Refund): boolean {
  return refund.state === "requested";
}

/** Whether a person must say what became of a refund. */
export function needsWord(refund: Refund): boolean {
  return refund.state === "in_review";
}

export interface Prospect {
  fee: Money;
  back: Money;
}

/** What the rules ask and give back if one appointment is cancelled now, as far as it can be known beforehand. */
export function prospect(
  visit: Visit,
  appointment: Appointment,
  payments: readonly Payment[],
  rules: Schemas["BookingRules"],
  by: "customer" | "business",
  nowMs: number,
): Prospect {
  const { currency } = appointment.charged;
  const fee = by === "customer" && appointment.state !== "requested" ? lateFee(appointment, rules, nowMs) : 0;
  // As the books do: once a whole price or a balance came, prices are bound, and before that deposits alone.
  const prices = payments.some(
    (one) => (one.purpose === "full" || one.purpose === "balance") && one.paid.amount_minor > 0,
  );
  let bound = fee;
  for (const one of visit.appointments) {
    if (one.id === appointment.id) continue;
    if (isGone(one.state)) bound += one.fee?.amount_minor ?? 0;
    else bound += (prices ? one.charged : one.deposit).amount_minor;
  }
  // What was paid elsewhere serves first, since nobody here can give it back.
  const keeps = Math.max(0, bound - visit.paid_elsewhere.amount_minor);
  const back = Math.max(0, visit.paid.amount_minor - keeps);
  return { fee: { amount_minor: fee, currency }, back: { amount_minor: back, currency } };
}

const HOUR_MS = 3_600_000;

function lateFee(appointment: Appointment, rules: Schemas["BookingRules"], nowMs: number): number {
  const { free_until_hours, late_fee } = rules.cancellation;
  if (Date.parse(appointment.start) - nowMs >= free_until_hours * HOUR_MS) return 0;
  const charged = appointment.charged.amount_minor;
  const share = Math.round((charged * late_fee) / 10_000);
  const asked = rules.rounding === "whole_units" ? Math.ceil(share / 100) * 100 : share;
  return Math.min(asked, charged);
}
