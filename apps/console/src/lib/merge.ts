// Two changes of the same thing, brought together: what a person typed, and what came from the server meanwhile.

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values say the same, whatever the order of their fields. */
export function same(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((entry, index) => same(entry, other[index]));
  if (isFields(one) && isFields(other)) {
    const names = Object.keys(one);
    return (
      names.length === Object.keys(other).length &&
      names.every((name) => Object.hasOwn(other, name) && same(one[name], other[name]))
    );
  }
  return Object.is(one, other);
}

export interface Merged {
  /** What is to be shown in place of what is there: it was not touched here. Paths are dotted. */
  taken: { path: string; value: unknown }[];
  /** Where both sides changed the same, each to something else: what is there stays. */
  clashes: string[];
}

/** What becomes of `mine` after `theirs` has come, where both began with `base`. Lists are one thing each: rows have no name by
 * which one could be told from another. */
export function merge(base: Fields, mine: Fields, theirs: Fields): Merged {
  const merged: Merged = { taken: [], clashes: [] };
  const walk = (from: Fields, own: Fields, come: Fields, within: string): void => {
    for (const [name, value] of Object.entries(come)) {
      const path = `${within}${name}`;
      const before = from[name];
      const here = own[name];
      if (isFields(value) && isFields(before) && isFields(here)) walk(before, here, value, `${path}.`);
      else if (same(here, value)) continue;
      else if (same(here, before)) merged.taken.push({ path, value });
      else if (!same(value, before)) merged.clashes.push(path);
    }
  };
  walk(base, mine, theirs, "");
  return merged;
}
