/** The instant that a clock's answer names, in milliseconds; undefined if it names none. */
export function instantMs(answer: unknown): number | undefined {
  if (typeof answer !== "object" || answer === null || !("now" in answer) || typeof answer.now !== "string")
    return undefined;
  const at = Date.parse(answer.now);
  return Number.isNaN(at) ? undefined : at;
}
