import type { Role } from "../../app/session";

/** From the least to the most. */
const LADDER: readonly Role[] = ["therapist", "receptionist", "manager", "owner"];

/** What somebody may make others: nothing above themselves. */
export function rolesUpTo(own: Role): readonly Role[] {
  return LADDER.slice(0, LADDER.indexOf(own) + 1);
}

/** Whether somebody may change another: nobody who is more than they are. */
export function mayChange(own: Role, other: Role): boolean {
  return LADDER.indexOf(other) <= LADDER.indexOf(own);
}
