// What an entry of the record changed, a line for each value.
export interface Change {
  what: string;
  before: string | undefined;
  after: string | undefined;
}

/** Every value that is before or after, in the order of their names. */
export function changesOf(entry: { before?: unknown; after?: unknown }): Change[] {
  const [before, after] = [fieldsOf(entry.before), fieldsOf(entry.after)];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .map((what) => ({
      what: what.replaceAll("_", " "),
      before: shown(before[what]),
      after: shown(after[what]),
    }))
    .filter((change) => change.before !== change.after);
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
