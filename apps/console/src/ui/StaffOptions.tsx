import type { StaffMember } from "../api/queries";

/** The team to choose from, and somebody who left where they are what was chosen. A field that a form has registered shows what
 * was chosen only if its options are there from the beginning. */
export function StaffOptions({
  of,
  chosen,
}: {
  of: readonly StaffMember[] | undefined;
  chosen?: string | undefined;
}) {
  return of
    ?.filter((one) => one.active || one.id === chosen)
    .map((one) => (
      <option key={one.id} value={one.id}>
        {one.name}
      </option>
    ));
}
