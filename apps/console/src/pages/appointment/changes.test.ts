import { expect, test } from "vitest";

import { changesOf } from "./changes";

test("what changed is shown value by value; what is as before is left out", () => {
  expect(
    changesOf({
      before: { state: "sent", tries: 1, way: "cash" },
      after: { tries: 2, state: "done", way: "cash" },
    }),
  ).toEqual([
    { what: "state", before: "sent", after: "done" },
    { what: "tries", before: "1", after: "2" },
  ]);
});

test("what was added has nothing before, and what was removed nothing after", () => {
  expect(changesOf({ after: { amount_minor: 5 } })).toEqual([
    { what: "amount minor", before: undefined, after: "5" },
  ]);
  expect(changesOf({ before: { by: "x" }, after: null })).toEqual([
    { what: "by", before: "x", after: undefined },
  ]);
  expect(changesOf({})).toEqual([]);
});
