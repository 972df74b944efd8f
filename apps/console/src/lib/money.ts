// Money is whole minor units. It becomes a decimal text only to be shown, and minor units again when it was typed.

export interface Money {
  amount_minor: number;
  currency: string;
}

/** How many digits of minor units a currency has. */
export function digitsOf(currency: string): number {
  return (
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2
  );
}

/** As people read it: "KES 2,500"; minor units only where there are any. */
export function money(amount: Money): string {
  const scale = 10 ** digitsOf(amount.currency);
  const sign = amount.amount_minor < 0 ? "−" : "";
  const whole = Math.abs(amount.amount_minor);
  const units = Math.floor(whole / scale);
  const rest = whole % scale;
  const grouped = new Intl.NumberFormat("en").format(units);
  const decimals = rest === 0 ? "" : `.${String(rest).padStart(digitsOf(amount.currency), "0")}`;
  return `${sign}${amount.currency} ${grouped}${decimals}`;
}

/** What somebody typed, "2,500" or "99.50", in minor units; undefined if it is no amount or finer than the currency. */
export function parseMoney(text: string, currency: string): Money | undefined {
  const digits = digitsOf(currency);
  const found = /^(\d+)(?:\.(\d+))?$/.exec(text.replaceAll(/[,\s]/g, ""));
  if (found === null) return undefined;
  const [, units = "", rest = ""] = found;
  if (rest.length > digits) return undefined;
  const minor = Number(units) * 10 ** digits + Number(rest.padEnd(digits, "0") || "0");
  return Number.isSafeInteger(minor) ? { amount_minor: minor, currency } : undefined;
}

/** As it stands in a field: "2500" or "99.50". */
export function moneyInField(amount: Money): string {
  return money(amount).replace(`${amount.currency} `, "").replaceAll(",", "");
}

/** A share that somebody typed, "12.5", in hundredths of a percent; undefined if it is none or finer. */
export function parsePercent(text: string): number | undefined {
  const found = /^(\d{1,5})(?:\.(\d{1,2}))?$/.exec(text.replaceAll(/[\s%]/g, ""));
  if (found === null) return undefined;
  const [, units = "", rest = ""] = found;
  return Number(units) * 100 + Number(rest.padEnd(2, "0"));
}

/** Hundredths of a percent as they stand in a field: 1250 is "12.5". */
export function percentInField(basisPoints: number): string {
  const rest = basisPoints % 100;
  const units = Math.floor(basisPoints / 100);
  return rest === 0 ? String(units) : `${units}.${String(rest).padStart(2, "0").replace(/0$/, "")}`;
}

/** As people read it: "12.5 %". */
export function percent(basisPoints: number): string {
  return `${percentInField(basisPoints)} %`;
}
