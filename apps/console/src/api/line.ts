// Whether anybody answers. All requests tell, and the pages ask.

type Listener = () => void;

class Line {
  #down = false;
  #since: number | undefined;
  readonly #listeners = new Set<Listener>();

  /** Whether the last request found nobody. */
  get down(): boolean {
    return this.#down;
  }

  /** When somebody answered last, by the browser's clock. */
  get lastAnswer(): number | undefined {
    return this.#since;
  }

  answered(): void {
    this.#since = Date.now();
    this.#set(false);
  }

  failed(): void {
    this.#set(true);
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(down: boolean): void {
    if (this.#down === down) return;
    this.#down = down;
    for (const listener of this.#listeners) listener();
  }
}

export const line = new Line();
if (typeof window !== "undefined") window.addEventListener("offline", () => line.failed());
