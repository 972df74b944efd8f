import { expect, test } from "vitest";

import { nameIn } from "./names";

test("who reads Swahili reads the English name where there is no other", () => {
  expect(nameIn("sw", { name: "Haircut", name_sw: "Kukata nywele" })).toBe("Kukata nywele");
  expect(nameIn("sw", { name: "Haircut", name_sw: null })).toBe("Haircut");
  expect(nameIn("en", { name: "Haircut", name_sw: "Kukata nywele" })).toBe("Haircut");
});
