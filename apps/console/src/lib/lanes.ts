// Side by side: what overlaps in one column is shown in lanes, as few as possible.

export interface Stretch {
  from: number;
  to: number;
}

export interface Laned<T> {
  item: T;
  /** Which lane, from 0. */
  lane: number;
  /** How many lanes the group that it overlaps with has. */
  lanes: number;
}

/** Each item with its lane. Items that only touch do not overlap. */
export function lanes<T extends Stretch>(items: readonly T[]): Laned<T>[] {
  const sorted = [...items].sort((a, b) => a.from - b.from || b.to - a.to);
  const out: Laned<T>[] = [];
  let group: Laned<T>[] = [];
  let ends: number[] = [];
  const close = (): void => {
    for (const laned of group) laned.lanes = ends.length;
    out.push(...group);
    group = [];
    ends = [];
  };
  for (const item of sorted) {
    if (ends.length > 0 && ends.every((end) => end <= item.from)) close();
    const free = ends.findIndex((end) => end <= item.from);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = item.to;
    group.push({ item, lane, lanes: 1 });
  }
  close();
  return out;
}
