// What an entry of the record says was changed, value by value.

export interface Changed {
  name: string;
  before: string | undefined;
  after: string | undefined;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function said(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Each value that is in either, with what it was and became. */
export function changesOf(before: unknown, after: unknown): Changed[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)];
  return [...new Set([...Object.keys(was), ...Object.keys(is)])].map((name) => ({
    name,
    before: said(was[name]),
    after: said(is[name]),
  }));
}
