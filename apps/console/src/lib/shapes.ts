// What forms check before they send: texts become what the API takes. The messages are keys of texts.
import { z } from "zod";

import { parseMoney, parsePercent, type Money } from "./money";

/** A text that must be there. */
export const needed = (max: number) => z.string().trim().min(1, "form.needed").max(max, "form.long");

/** A text that may be empty. */
export const maybe = (max: number) => z.string().trim().max(max, "form.long");

function wholeOf(text: string, min: number, max: number): number | undefined {
  if (!/^\d{1,9}$/.test(text)) return undefined;
  const found = Number(text);
  return found >= min && found <= max ? found : undefined;
}

/** A whole number within bounds. */
export const whole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .refine((text) => wholeOf(text, min, max) !== undefined, "form.number")
    .transform(Number);

/** The same, or nothing. */
export const maybeWhole = (min: number, max: number) =>
  z
    .string()
    .trim()
    .refine((text) => text === "" || wholeOf(text, min, max) !== undefined, "form.number")
    .transform((text) => (text === "" ? undefined : Number(text)));

/** A share in percent, as hundredths of a percent. */
export const percent = (min = 0) =>
  z.string().transform((text, context): number => {
    const found = parsePercent(text);
    if (found !== undefined && found >= min && found <= 10_000) return found;
    context.addIssue({ code: "custom", message: "form.percent" });
    return z.NEVER;
  });

/** An amount of money. */
export const amount = (currency: string) =>
  z.string().transform((text, context): Money => {
    const found = parseMoney(text, currency);
    if (found !== undefined) return found;
    context.addIssue({ code: "custom", message: text.trim() === "" ? "form.needed" : "pay.wrongAmount" });
    return z.NEVER;
  });

/** The same, or nothing. */
export const maybeAmount = (currency: string) =>
  z.string().transform((text, context): Money | undefined => {
    if (text.trim() === "") return undefined;
    const found = parseMoney(text, currency);
    if (found === undefined) context.addIssue({ code: "custom", message: "pay.wrongAmount" });
    return found;
  });

/** A local day, or nothing. */
export const maybeDay = z.union([z.literal(""), z.iso.date()], "form.day");
export const day = z.iso.date("form.day");
