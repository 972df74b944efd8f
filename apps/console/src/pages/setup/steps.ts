// What a new business still lacks before the first booking: pure, from what the api says of it.
import type { Schemas } from "../../api/client";
import type { Resource, Service, StaffMember } from "../../api/queries";

export interface Facts {
  hours: Schemas["OpeningHours"];
  services: readonly Service[];
  resources: readonly Resource[];
  staff: readonly StaffMember[];
  commissionRules: number;
  templates: readonly Schemas["MessageTemplate"][];
  knowledge: number;
  members: number;
  invited: number;
  /** Undefined for those who may not see them. */
  credentials: readonly Schemas["Credential"][] | undefined;
}

export type StepKey =
  "hours" | "services" | "rooms" | "team" | "commission" | "money" | "templates" | "knowledge" | "people";

export interface Step {
  key: StepKey;
  /** `look`: nothing need be missing, but somebody should know. */
  state: "done" | "todo" | "look";
  /** Whom or what it is about. */
  names: readonly string[];
  count: number;
}

/** What the prompts of M-Pesa need. */
const MPESA = ["consumer_key", "consumer_secret", "passkey"];

/** The steps in the order in which they build on each other. */
export function stepsOf(facts: Facts): Step[] {
  const sold = facts.services.filter((one) => one.active);
  const team = facts.staff.filter((one) => one.active);
  const step = (key: StepKey, done: boolean, names: readonly string[] = [], count = names.length): Step => ({
    key,
    state: done ? "done" : "todo",
    names,
    count,
  });

  const kinds = new Set(facts.resources.filter((one) => one.active).map((one) => one.kind));
  const needed = sold.flatMap((one) => one.segments.map((part) => part.resource_kind ?? undefined));
  const missing = [...new Set(needed.filter((kind) => kind !== undefined && !kinds.has(kind)))];

  // Somebody without hours, and a service that nobody does, are never booked.
  const idle = team.filter((one) => one.weekly.length === 0).map((one) => one.name);
  const orphans = sold
    .filter((one) => !team.some((member) => one.staff_ids.includes(member.id)))
    .map((one) => one.name);

  const waiting = facts.templates.filter((one) => one.state !== "approved");
  const own = new Set(facts.credentials?.filter((one) => one.provider === "mpesa").map((one) => one.name));
  const steps: Step[] = [
    step("hours", facts.hours.weekly === null || (facts.hours.weekly ?? []).length > 0),
    step("services", sold.length > 0, [], sold.length),
    step("rooms", missing.length === 0, missing as string[]),
    step("team", team.length > 0 && idle.length === 0 && orphans.length === 0, [...idle, ...orphans]),
    step("commission", facts.commissionRules > 0, [], facts.commissionRules),
    { key: "templates", state: waiting.length === 0 ? "done" : "todo", names: [], count: waiting.length },
    step("knowledge", facts.knowledge > 0, [], facts.knowledge),
    step("people", facts.members + facts.invited > 1, [], facts.members),
  ];
  if (facts.credentials !== undefined) {
    // Without own ones the operator's may count, which nobody here can know.
    const all = MPESA.every((name) => own.has(name));
    steps.splice(5, 0, { key: "money", state: all ? "done" : "look", names: [], count: own.size });
  }
  return steps;
}

/** What must be there before anything can be booked at all. */
export function canBook(steps: readonly Step[]): boolean {
  const needed: readonly StepKey[] = ["hours", "services", "rooms"];
  return steps.every((one) => !needed.includes(one.key) || one.state === "done");
}
