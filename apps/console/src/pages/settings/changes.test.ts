import { expect, test } from "vitest";

import { changesOf } from "./changes";

test("what came, what went and what changed are told apart", () => {
  expect(changesOf({ role: "manager", gone: 1 }, { role: "owner", rules: [1, 2] })).toEqual([
    { name: "role", before: "manager", after: "owner" },
    { name: "gone", before: "1", after: undefined },
    { name: "rules", before: undefined, after: "[1,2]" },
  ]);
  expect(changesOf(undefined, null)).toEqual([]);
});
