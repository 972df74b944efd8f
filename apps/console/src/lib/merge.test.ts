import { expect, test } from "vitest";

import { merge, same } from "./merge";

const BASE = { zone: "Africa/Nairobi", notice: { chat: "30", web: "120" }, ladder: [{ from: "2" }] };

test("what was not touched here is taken from the server, field by field", () => {
  const mine = { ...BASE, notice: { chat: "45", web: "120" } };
  const theirs = { ...BASE, zone: "Africa/Kampala", notice: { chat: "30", web: "60" } };
  expect(merge(BASE, mine, theirs)).toEqual({
    taken: [
      { path: "zone", value: "Africa/Kampala" },
      { path: "notice.web", value: "60" },
    ],
    clashes: [],
  });
});

test("what both changed stays as it was typed here, and is named", () => {
  const mine = { ...BASE, zone: "Africa/Dar_es_Salaam", notice: { chat: "45", web: "120" } };
  const theirs = { ...BASE, zone: "Africa/Kampala", notice: { chat: "50", web: "120" } };
  expect(merge(BASE, mine, theirs)).toEqual({ taken: [], clashes: ["zone", "notice.chat"] });
});

test("what both changed alike is no clash", () => {
  const both = { ...BASE, zone: "Africa/Kampala" };
  expect(merge(BASE, both, { ...both, ladder: [{ from: "2" }] })).toEqual({ taken: [], clashes: [] });
});

test("a list is one thing: a row that was added here is not mixed with one that was added there", () => {
  const mine = { ...BASE, ladder: [{ from: "2" }, { from: "4" }] };
  const theirs = { ...BASE, ladder: [{ from: "3" }] };
  expect(merge(BASE, mine, theirs).clashes).toEqual(["ladder"]);
  expect(merge(BASE, BASE, theirs).taken).toEqual([{ path: "ladder", value: [{ from: "3" }] }]);
});

test("the order of fields says nothing, that of rows does", () => {
  expect(same({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same({ a: undefined }, {})).toBe(false);
});
