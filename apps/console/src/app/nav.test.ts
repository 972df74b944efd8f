import { expect, test } from "vitest";

import { placesOf } from "./nav";

test("a therapist begins with their own day and sees nobody else's", () => {
  expect(placesOf("therapist", () => true).map((place) => place.path)).toEqual(["/my-day", "/earnings"]);
});

test("a page without its scope is not offered", () => {
  const paths = placesOf("receptionist", (scope) => scope !== "till:work").map((place) => place.path);
  expect(paths).toContain("/calendar");
  expect(paths).not.toContain("/till");
  expect(paths).not.toContain("/commission");
  expect(paths).not.toContain("/settings");
  expect(paths).not.toContain("/reports");
  expect(paths).not.toContain("/data-requests");
});
