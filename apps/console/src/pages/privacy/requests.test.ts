import { expect, test } from "vitest";

import { dueIn, forgottenIn, rowsOf, type DataRequest } from "./requests";

const now = Date.parse("2026-05-12T08:00:00Z");

test("a request is loud once its day is near, and louder once it is over", () => {
  const at = (due_at: string) => dueIn({ due_at }, now);
  expect(at("2026-05-12T07:59:59+00:00")).toBe("over");
  expect(at("2026-05-12T09:00:00+03:00")).toBe("over");
  expect(at("2026-05-14T08:00:00Z")).toBe("soon");
  expect(at("2026-05-15T08:00:00Z")).toBe("later");
});

test("a proof counts the rows of all tables; one without rows counts none", () => {
  const request: DataRequest = {
    id: "r",
    customer_id: "c",
    wish: "erasure",
    asked_at: "2026-05-12T08:00:00Z",
    due_at: "2026-05-26T08:00:00Z",
    taken_by: "owner",
    state: "done",
    rows: { customers: 1, payments: 4 },
  };
  expect(rowsOf(request)).toBe(5);
  expect(rowsOf({ ...request, rows: null })).toBe(0);
});

test("whoever was forgotten has no name, in their other requests either; a refusal forgets nobody", () => {
  const one: DataRequest = {
    id: "r",
    customer_id: "gone",
    wish: "erasure",
    asked_at: "2026-05-12T08:00:00Z",
    due_at: "2026-05-26T08:00:00Z",
    taken_by: "owner",
    state: "done",
  };
  const others: DataRequest[] = [
    { ...one, customer_id: "refused", state: "refused" },
    { ...one, customer_id: "copied", wish: "copy" },
  ];
  expect([...forgottenIn([one, ...others])]).toEqual(["gone"]);
});
