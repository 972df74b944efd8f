// What the API found wrong with single fields of an order, beside what the page found itself.
import { ApiProblem } from "./problem";

/** The faults of a refusal by their paths; those below `within` without it. */
export function faultsOf(error: unknown, within = ""): ReadonlyMap<string, string> {
  if (!(error instanceof ApiProblem)) return new Map();
  return new Map(
    error.errors
      .filter((fault) => fault.field.startsWith(within))
      .map((fault) => [fault.field.slice(within.length), fault.message]),
  );
}
