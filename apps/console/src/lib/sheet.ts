// The day on one sheet, as it can be kept in the browser and read without the line: times and names, nothing to act on.
import type { Appointment, Service, StaffMember } from "../api/queries";
import { dayOf, timeOf, type Day } from "./time";

export interface SheetLine {
  id: string;
  day: Day;
  from: string;
  to: string;
  customer: string | undefined;
  service: string;
  serviceSw: string;
  staff: string;
  state: string;
}

export interface Sheet {
  business: string;
  /** When it was kept, in milliseconds of the browser's clock. */
  at: number;
  days: readonly Day[];
  lines: readonly SheetLine[];
}

const OVER: readonly string[] = ["cancelled_by_customer", "cancelled_by_business", "expired", "declined"];

/** Who comes on some days, by time. What was called off is left out. */
export function linesOf(
  appointments: readonly Appointment[],
  services: readonly Service[],
  staff: readonly StaffMember[],
  names: ReadonlyMap<string, string>,
  zone: string,
): SheetLine[] {
  return appointments
    .filter((one) => !OVER.includes(one.state))
    .sort((one, other) => Date.parse(one.client_from) - Date.parse(other.client_from))
    .map((one) => {
      const service = services.find((sold) => sold.id === one.service_id);
      return {
        id: one.id,
        day: dayOf(one.client_from, zone),
        from: timeOf(one.client_from, zone),
        to: timeOf(one.client_until, zone),
        customer: names.get(one.customer_id),
        service: service?.name ?? "",
        serviceSw: service?.name_sw ?? service?.name ?? "",
        staff: one.staff_ids
          .map((id) => staff.find((member) => member.id === id)?.name)
          .filter((name) => name !== undefined)
          .join(", "),
        state: one.state,
      };
    });
}

const KEPT = "ratiba.sheet";
/** What is older says nothing about today, and names are not kept longer than they serve. */
const FRESH_MS = 36 * 3_600_000;

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export function keepSheet(sheet: Sheet, store: Store = localStorage): void {
  try {
    store.setItem(KEPT, JSON.stringify(sheet));
  } catch {
    // A browser that is full, or keeps nothing, has no sheet; everything else works.
  }
}

/** The sheet that was kept, unless it is too old, which ends it. */
export function keptSheet(nowMs: number, store: Store = localStorage): Sheet | undefined {
  try {
    const sheet = JSON.parse(store.getItem(KEPT) ?? "null") as Sheet | null;
    if (sheet === null) return undefined;
    if (nowMs - sheet.at < FRESH_MS && nowMs >= sheet.at && Array.isArray(sheet.lines)) return sheet;
  } catch {
    // Not of this version.
  }
  forgetSheet(store);
  return undefined;
}

/** Whoever leaves leaves no names behind. */
export function forgetSheet(store: Store = localStorage): void {
  try {
    store.removeItem(KEPT);
  } catch {
    // Where nothing can be removed nothing was kept.
  }
}
