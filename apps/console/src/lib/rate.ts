// Rates are basis points: 10,000 are the whole. They become percent only to be shown, and basis points when they were typed.

/** The highest rate: everything. */
const WHOLE = 10_000;

/** As people read it: "35 %" or "12.5 %". */
export function percent(basisPoints: number): string {
  return `${rateInField(basisPoints)} %`;
}

/** As it stands in a field: "35" or "12.5". */
export function rateInField(basisPoints: number): string {
  const rest = String(basisPoints % 100)
    .padStart(2, "0")
    .replace(/0+$/, "");
  return `${Math.floor(basisPoints / 100)}${rest === "" ? "" : `.${rest}`}`;
}

/** What somebody typed, "35" or "12.5 %", in basis points; undefined if it is no rate from 0 to 100 %. */
export function parseRate(text: string): number | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(text.trim());
  if (found === null) return undefined;
  const [, units = "", rest = ""] = found;
  const rate = Number(units) * 100 + Number(rest.padEnd(2, "0"));
  return rate <= WHOLE ? rate : undefined;
}
