import { expect, test } from "vitest";

import { nameIn, sha256 } from "./files";

test("a file has the name that the answer gives it", () => {
  expect(nameIn('attachment; filename="statement-2026-05.pdf"', "x.pdf")).toBe("statement-2026-05.pdf");
  expect(nameIn(null, "x.pdf")).toBe("x.pdf");
});

test("a fingerprint is that of the bytes", async () => {
  expect(await sha256(new Blob(["abc"]))).toBe(
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});
