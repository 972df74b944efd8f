import { useMemo } from "react";

import { useCustomerNames, useDays, useServices, useStaff } from "../../api/queries";
import { useSession } from "../../app/session";
import { linesOf, type SheetLine } from "../../lib/sheet";
import type { Day } from "../../lib/time";

/** The lines of some days, once all that they need is known. */
export function useSheet(days: readonly Day[]) {
  const { can, zone } = useSession();
  const booked = useDays(days);
  const services = useServices();
  const staff = useStaff();
  const ids = useMemo(() => (booked.data ?? []).flat().map((one) => one.customer_id), [booked.data]);
  const seesNames = can("customers:read");
  const names = useCustomerNames(ids, seesNames);
  const lines: SheetLine[] | undefined =
    booked.data === undefined || services.data === undefined || staff.data === undefined
      ? undefined
      : linesOf(booked.data.flat(), services.data, staff.data, names, zone);
  return {
    data: lines,
    error: booked.error ?? services.error ?? staff.error,
    isPending: booked.isPending || services.isPending || staff.isPending,
    refetch: () => {
      booked.refetch();
      void services.refetch();
      void staff.refetch();
    },
    /** Whether names are still on their way. */
    partly: seesNames && new Set(ids).size > names.size,
  };
}
