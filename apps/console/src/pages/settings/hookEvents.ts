// The events that other programs can be told of.
import type { Schemas } from "../../api/client";

export type EventName = Schemas["EventName"];

export const EVENTS = [
  "appointment.requested",
  "appointment.accepted",
  "appointment.declined",
  "appointment.counter_offered",
  "appointment.held",
  "appointment.booked",
  "appointment.expired",
  "appointment.moved",
  "appointment.cancelled",
  "appointment.lost",
  "appointment.arrived",
  "appointment.missed",
  "appointment.attendance_corrected",
  "appointment.started",
  "appointment.finished",
  "appointment.corrected",
  "appointment.price_changed",
  "waitlist.offered",
  "waitlist.offer_ended",
  "payment.requested",
  "payment.part_received",
  "payment.settled",
  "payment.overpaid",
  "payment.failed",
  "payment.cancelled",
  "payment.unknown",
  "payment.in_review",
  "payment.credited",
  "payment.credit_spent",
  "payment.refund_requested",
  "payment.refunded",
  "payment.refund_failed",
  "payment.refund_in_review",
  "commission.frozen",
  "commission.amended",
  "commission.shares_set",
  "commission.dispute_opened",
  "commission.dispute_decided",
  "conversation.handed_over",
  "conversation.taken",
  "conversation.returned",
  "conversation.customer_wrote",
  "conversation.person_wrote",
  "customer.runs_late",
  "customer.opted_out",
  "customer.opted_in",
  "endpoint.tested",
] as const satisfies readonly EventName[];

type Forgotten = Exclude<EventName, (typeof EVENTS)[number]>;

/** All of them: an event that the API knows and this list does not breaks the build here. */
const ALL: [Forgotten] extends [never] ? readonly EventName[] : never = EVENTS;

/** By what they are about: the word before the point. */
export function families(events: readonly EventName[] = ALL): [string, EventName[]][] {
  const found = new Map<string, EventName[]>();
  for (const one of events) {
    const family = one.slice(0, one.indexOf("."));
    found.set(family, [...(found.get(family) ?? []), one]);
  }
  return [...found];
}
