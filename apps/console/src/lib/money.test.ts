import { expect, test } from "vitest";

import { money, moneyInField, parseMoney, parsePercent, percentInField } from "./money";

test("money shows its minor units only where there are any", () => {
  expect(money({ amount_minor: 250_000, currency: "KES" })).toBe("KES 2,500");
  expect(money({ amount_minor: 250_005, currency: "KES" })).toBe("KES 2,500.05");
  expect(money({ amount_minor: -100, currency: "KES" })).toBe("−KES 1");
  expect(money({ amount_minor: 500, currency: "UGX" })).toBe("UGX 500");
});

test("what is typed becomes minor units without a float", () => {
  expect(parseMoney("2,500", "KES")).toEqual({ amount_minor: 250_000, currency: "KES" });
  expect(parseMoney("0.29", "KES")).toEqual({ amount_minor: 29, currency: "KES" });
  expect(parseMoney("500", "UGX")).toEqual({ amount_minor: 500, currency: "UGX" });
});

test("what is no amount, or finer than the currency, is none", () => {
  for (const text of ["", "x", "-5", "1.234", "1e3", "99999999999999999"])
    expect(parseMoney(text, "KES")).toBeUndefined();
});

test("a field can be read back", () => {
  const amount = { amount_minor: 1_234_550, currency: "KES" };
  expect(parseMoney(moneyInField(amount), "KES")).toEqual(amount);
});

test("shares are typed in percent and kept in hundredths of one", () => {
  expect(parsePercent("12.5")).toBe(1250);
  expect(parsePercent("30 %")).toBe(3000);
  expect(parsePercent("0.05")).toBe(5);
  expect(parsePercent("1.234")).toBeUndefined();
  expect(parsePercent("")).toBeUndefined();
  for (const one of [0, 5, 50, 1250, 1600, 10_000]) expect(parsePercent(percentInField(one))).toBe(one);
});
