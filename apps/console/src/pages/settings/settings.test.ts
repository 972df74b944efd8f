import { expect, test } from "vitest";

import { mayChange, rolesUpTo } from "./roles";
import { sectionsOf } from "./sections";

test("nobody is offered a role above their own", () => {
  expect(rolesUpTo("manager")).toEqual(["therapist", "receptionist", "manager"]);
  expect(rolesUpTo("owner")).toContain("owner");
  expect(mayChange("manager", "owner")).toBe(false);
  expect(mayChange("manager", "manager")).toBe(true);
});

test("a part of the settings without its scope is not offered", () => {
  const paths = sectionsOf((scope) => scope === "settings:read").map((one) => one.path);
  expect(paths).toContain("booking");
  expect(paths).not.toContain("tokens");
  expect(paths).not.toContain("audit");
});
