// What is to be said of the rows of an import.
import type { Schemas } from "../../api/client";

type Row = Schemas["CatalogueImportRow"];

/** The faults that are about the price: with one of them nothing is saved. */
const PRICE = new Set([
  "price_missing",
  "price_unreadable",
  "price_too_low",
  "price_has_cents",
  "prices_differ",
]);

export function priceIsWrong(row: Pick<Row, "faults">): boolean {
  return row.faults.some((one) => PRICE.has(one.kind));
}

/** How many rows stand in the way because of their price. */
export function unpriced(rows: readonly Pick<Row, "faults">[]): number {
  return rows.filter(priceIsWrong).length;
}

/** The row as it stands, so that a change of one field leaves the others as they are. */
export function bodyOf(
  row: Row,
  nameOf: (staffId: string) => string | undefined,
): Schemas["CatalogueRowBody"] {
  return {
    name: row.name.value,
    aliases: row.aliases,
    fate: row.fate,
    staff: row.staff_ids.map(nameOf).filter((one) => one !== undefined),
    deposit: depositText(row.deposit),
    ...(row.name_sw && { name_sw: row.name_sw.value }),
    ...(row.category && { category: row.category.value }),
    ...(row.description && { description: row.description.value }),
    ...(row.duration_minutes && { duration_minutes: row.duration_minutes.value }),
    ...(row.price && { price: row.price }),
  };
}

/** A deposit as its field has it: "none", "500" or "30%". */
export function depositText(deposit: Row["deposit"]): string {
  const value = deposit.value ?? 0;
  const hundredths = (of: number): string =>
    of % 100 === 0 ? String(of / 100) : `${Math.floor(of / 100)}.${String(of % 100).padStart(2, "0")}`;
  switch (deposit.kind) {
    case "flat":
      return hundredths(value);
    case "percent":
      return `${hundredths(value)}%`;
    default:
      return "none";
  }
}
