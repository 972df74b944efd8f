// Live: the event stream says what changed, and what shows it is asked again. Without the stream everything that is
// shown is asked again every 15 seconds. Read with fetch and not with EventSource, which hears only those names of
// events that it was told before, and can name the business in no header.
import type { QueryClient } from "@tanstack/react-query";

import { spokenFor } from "./client";
import { line } from "./line";

/** How long the pages wait before they look for themselves, and before the stream is tried again. */
export const POLL_MS = 15_000;
/** A stream that says nothing at all for so long, not even a comment, is taken for broken. */
const SILENCE_MS = 60_000;

export interface StreamEvent {
  name: string;
  id: string | undefined;
  data: string;
}

/** Which families of queries an event of this name makes old; undefined: all of them. */
export function touchedBy(name: string): string[] | undefined {
  switch (name.split(/[._-]/)[0]) {
    case "appointment":
    case "visit":
    case "walk":
    case "waitlist":
      return [
        "appointments",
        "appointment",
        "visit",
        "history",
        "walk-ins",
        "payments",
        "preview",
        "customer",
      ];
    case "payment":
    case "attempt":
    case "refund":
    case "tip":
      return ["payments", "visit", "appointments", "till", "tips", "credit", "conversation"];
    case "thread":
    case "conversation":
      return ["conversations", "conversation"];
    default:
      return undefined;
  }
}

/** Reads events out of text as it comes; gives what is complete and keeps the rest. */
export class EventReader {
  #rest = "";
  #name = "message";
  #id: string | undefined;
  #data: string[] = [];

  read(text: string): StreamEvent[] {
    const found: StreamEvent[] = [];
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    for (const row of lines) {
      if (row === "") {
        if (this.#data.length > 0)
          found.push({ name: this.#name, id: this.#id, data: this.#data.join("\n") });
        this.#name = "message";
        this.#data = [];
        continue;
      }
      const colon = row.indexOf(":");
      const field = colon < 0 ? row : row.slice(0, colon);
      const value = colon < 0 ? "" : row.slice(colon + 1).replace(/^ /, "");
      if (field === "event") this.#name = value;
      else if (field === "data") this.#data.push(value);
      else if (field === "id") this.#id = value;
    }
    return found;
  }
}

/** Follows the stream, and polls while there is none, until the returned function is called. */
export function follow(queries: QueryClient): () => void {
  const stop = new AbortController();
  let lastId: string | undefined;
  let awake: (() => void) | undefined;
  let cut: (() => void) | undefined;

  const refresh = (families?: string[]): void => {
    if (stop.signal.aborted) return;
    if (families === undefined) void queries.invalidateQueries();
    else for (const family of families) void queries.invalidateQueries({ queryKey: [family] });
  };

  /** One stream, from its opening to its end; whether it could be opened at all. */
  async function listen(): Promise<void> {
    const broken = new AbortController();
    cut = () => broken.abort();
    let silence = setTimeout(() => broken.abort(), SILENCE_MS);
    const headers = new Headers({ accept: "text/event-stream" });
    const tenant = spokenFor();
    if (tenant !== undefined) headers.set("Ratiba-Tenant", tenant);
    if (lastId !== undefined) headers.set("Last-Event-ID", lastId);
    try {
      const signal = AbortSignal.any([stop.signal, broken.signal]);
      const answer = await fetch("/api/v1/events", { headers, signal }).catch((gone: unknown) => {
        // Whoever keeps asking finds out first, also while nothing else is asked.
        if (!stop.signal.aborted) line.failed();
        throw gone;
      });
      if (!answer.ok || answer.body === null) {
        // A body that nobody reads holds a connection, of which a browser has six.
        await answer.body?.cancel();
        return;
      }
      line.answered();
      // What happened between the last look and the first event.
      refresh();
      const events = new EventReader();
      const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await text.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => broken.abort(), SILENCE_MS);
        for (const event of events.read(value)) {
          lastId = event.id ?? lastId;
          refresh(touchedBy(event.name));
        }
      }
    } finally {
      clearTimeout(silence);
    }
  }

  async function live(): Promise<void> {
    while (!stop.signal.aborted) {
      await listen().catch(() => undefined);
      refresh();
      await new Promise<void>((resolve) => {
        awake = resolve;
        setTimeout(resolve, POLL_MS);
      });
    }
  }

  const back = (): void => awake?.();
  // A stream that is open outlives the line for a while: it is opened anew, which shows whether anybody is there.
  const lost = (): void => cut?.();
  window.addEventListener("online", back);
  window.addEventListener("offline", lost);
  void live();
  return () => {
    stop.abort();
    awake?.();
    window.removeEventListener("online", back);
    window.removeEventListener("offline", lost);
  };
}
