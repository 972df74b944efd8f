// What time it is: the browser's clock for an instant, or the movable clock of a development server. Never for a zone.
import { useSyncExternalStore } from "react";

import { instantMs } from "./instant";

let offset = 0;
let shown = Date.now();
const listeners = new Set<() => void>();

function tick(): void {
  shown = Date.now() + offset;
  for (const listener of listeners) listener();
}

/** Begins to count, and asks the movable clock where the page names one. */
export function startClock(): void {
  const source = document.querySelector('meta[name="ratiba-clock"]')?.getAttribute("content") ?? "browser";
  const ask = async (): Promise<void> => {
    const answer = await fetch(source).catch(() => undefined);
    if (answer?.ok !== true) return;
    const told = instantMs(await answer.json());
    if (told !== undefined) {
      offset = told - Date.now();
      tick();
    }
  };
  if (source !== "browser") {
    void ask();
    setInterval(() => void ask(), 5_000);
  }
  setInterval(tick, 10_000);
  tick();
}

/** The present, in milliseconds of the epoch. */
export function now(): number {
  return Date.now() + offset;
}

/** The same for a component, which is rendered again as time passes. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
}
