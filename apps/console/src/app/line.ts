import { useSyncExternalStore } from "react";

import { line } from "../api/line";

/** Whether nobody answers: then what is shown is old, and nothing can be changed. */
export function useLineDown(): boolean {
  return useSyncExternalStore(line.subscribe, () => line.down);
}
