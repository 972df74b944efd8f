// What the pages ask for. The first word of a key is its family, by which events make it old (`touchedBy`).
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";

import { instantOf, type Day } from "../lib/time";
import { api, etag, got, orderKey, type Schemas } from "./client";
import { LineDown } from "./problem";

export type Appointment = Schemas["Appointment"];
export type Service = Schemas["Service"];
export type StaffMember = Schemas["StaffMember"];
export type Customer = Schemas["Customer"];
export type Visit = Schemas["Visit"];
export type Block = Schemas["Block"];
export type Resource = Schemas["Resource"];

/** What changes seldom is asked again after five minutes. */
const SELDOM = 5 * 60_000;

/** All pages of a list. */
export async function whole<T>(
  page: (after: string | undefined) => Promise<{ items: T[]; next?: string | null }>,
): Promise<T[]> {
  const found: T[] = [];
  let after: string | undefined;
  do {
    const { items, next } = await page(after);
    found.push(...items);
    after = next ?? undefined;
  } while (after !== undefined);
  return found;
}

async function appointmentsOf(date: Day): Promise<Appointment[]> {
  return whole(async (after) => {
    const query = after === undefined ? { date } : { date, after };
    const found = await got(api.GET("/api/v1/appointments", { params: { query } }));
    return { items: found.appointments, next: found.next ?? null };
  });
}

export function useDays(days: readonly Day[]) {
  return useQueries({
    queries: days.map((day) => ({
      queryKey: ["appointments", day],
      queryFn: () => appointmentsOf(day),
      placeholderData: keepPreviousData,
    })),
    combine: (found) => ({
      data: found.every((one) => one.data !== undefined) ? found.map((one) => one.data) : undefined,
      error: found.find((one) => one.error !== null)?.error ?? null,
      isPending: found.some((one) => one.isPending),
      refetch: () => found.forEach((one) => void one.refetch()),
    }),
  });
}

export function useAppointment(id: string) {
  return useQuery({
    queryKey: ["appointment", id],
    queryFn: () => got(api.GET("/api/v1/appointments/{id}", { params: { path: { id } } })),
  });
}

export function useHistory(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ["history", id],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/appointments/{id}/history", { params: { path: { id } } })),
  });
}

export function useVisit(id: string) {
  return useQuery({
    queryKey: ["visit", id],
    queryFn: () => got(api.GET("/api/v1/visits/{id}", { params: { path: { id } } })),
  });
}

export function usePayments(visitId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["payments", visitId],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/visits/{id}/payments", { params: { path: { id: visitId } } })),
  });
}

async function refundsOf(payment: string) {
  return (await got(api.GET("/api/v1/refunds", { params: { query: { payment, limit: 50 } } }))).refunds;
}

/** The refunds of one payment, the latest first. */
export function useRefunds(paymentId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["payments", "refunds", paymentId],
    enabled: wanted,
    queryFn: () => refundsOf(paymentId),
  });
}

/** The refunds of some payments, as far as they are known yet. */
export function useRefundsOf(paymentIds: readonly string[]) {
  return useQueries({
    queries: paymentIds.map((id) => ({
      queryKey: ["payments", "refunds", id],
      queryFn: () => refundsOf(id),
    })),
    combine: (found) => found.flatMap((one) => one.data ?? []),
  });
}

/** Changes on record about some things, the latest first; at most 50 of each. */
export function useAudit(subjects: readonly string[], wanted: boolean) {
  return useQuery({
    queryKey: ["audit", ...subjects],
    enabled: wanted,
    queryFn: async () => {
      const of = async (subject: string) =>
        (await got(api.GET("/api/v1/audit", { params: { query: { subject, limit: 50 } } }))).items;
      const found = new Map((await Promise.all(subjects.map(of))).flat().map((one) => [one.number, one]));
      return [...found.values()].sort((one, other) => other.number - one.number);
    },
  });
}

/** The rules of booking, and where goes what the rules give back. */
export function useRules(wanted: boolean) {
  return useQuery({
    queryKey: ["rules"],
    enabled: wanted,
    staleTime: SELDOM,
    queryFn: async () => {
      const [booking, payments] = await Promise.all([
        got(api.GET("/api/v1/settings/booking")),
        got(api.GET("/api/v1/settings/payments")),
      ]);
      return { booking: booking.rules, payments };
    },
  });
}

export function useServices() {
  return useQuery({
    queryKey: ["services"],
    staleTime: SELDOM,
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/services", {
            params: { query: { all: true, limit: 200, ...(after && { after }) } },
          }),
        ),
      ),
  });
}

export function useStaff() {
  return useQuery({
    queryKey: ["staff"],
    staleTime: SELDOM,
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/staff", { params: { query: { all: true, limit: 200, ...(after && { after }) } } }),
        ),
      ),
  });
}

/** Rooms, couches and machines, also those that are not used any more. */
export function useResources(wanted: boolean) {
  return useQuery({
    queryKey: ["resources"],
    enabled: wanted,
    staleTime: SELDOM,
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/resources", {
            params: { query: { all: true, limit: 200, ...(after && { after }) } },
          }),
        ),
      ),
  });
}

/** When some resources cannot be used. */
export function useOutages(ids: readonly string[], from: Day, to: Day, zone: string) {
  return useQueries({
    queries: ids.map((id) => ({
      queryKey: ["outages", id, from, to],
      staleTime: SELDOM,
      queryFn: async () => {
        const query = { from: instantOf(from, 0, zone), to: instantOf(to, 1440, zone), limit: 200 };
        return (await got(api.GET("/api/v1/resources/{id}/outages", { params: { path: { id }, query } })))
          .items;
      },
    })),
    combine: (found) => found.flatMap((one) => one.data ?? []),
  });
}

/** The blocks of some local days. */
export function useBlocks(from: Day, to: Day, zone: string) {
  return useQuery({
    queryKey: ["blocks", from, to],
    placeholderData: keepPreviousData,
    queryFn: () =>
      whole((after) =>
        got(
          api.GET("/api/v1/blocks", {
            params: {
              query: {
                from: instantOf(from, 0, zone),
                to: instantOf(to, 1440, zone),
                limit: 200,
                ...(after && { after }),
              },
            },
          }),
        ),
      ),
  });
}

/** Hours of single dates and leave, for each of some people. */
export function useAbsences(staffIds: readonly string[], from: Day, to: Day, zone: string) {
  return useQueries({
    queries: staffIds.map((id) => ({
      queryKey: ["absences", id, from, to],
      staleTime: SELDOM,
      queryFn: async () => {
        const path = { id };
        const [leave, overrides] = await Promise.all([
          got(
            api.GET("/api/v1/staff/{id}/leave", {
              params: {
                path,
                query: { from: instantOf(from, 0, zone), to: instantOf(to, 1440, zone), limit: 200 },
              },
            }),
          ),
          got(api.GET("/api/v1/staff/{id}/overrides", { params: { path, query: { from, to } } })),
        ]);
        return { id, leave: leave.items, overrides: overrides.items };
      },
    })),
    combine: (found) => found.flatMap((one) => (one.data === undefined ? [] : [one.data])),
  });
}

export function useOpeningHours() {
  return useQuery({
    queryKey: ["opening-hours"],
    staleTime: SELDOM,
    queryFn: () => got(api.GET("/api/v1/opening-hours")),
  });
}

export function useCustomer(id: string | undefined) {
  return useQuery({
    queryKey: ["customer", id],
    enabled: id !== undefined,
    staleTime: SELDOM,
    queryFn: () => got(api.GET("/api/v1/customers/{id}", { params: { path: { id: id ?? "" } } })),
  });
}

/** The names of some customers, as far as they are known yet. */
export function useCustomerNames(ids: readonly string[], wanted: boolean): ReadonlyMap<string, string> {
  return useQueries({
    queries: [...new Set(wanted ? ids : [])].map((id) => ({
      queryKey: ["customer", id],
      staleTime: SELDOM,
      queryFn: () => got(api.GET("/api/v1/customers/{id}", { params: { path: { id } } })),
    })),
    combine: (found) =>
      new Map(
        found.flatMap((one) =>
          one.data === undefined ? [] : [[one.data.id, one.data.name ?? one.data.phone ?? ""]],
        ),
      ),
  });
}

export function useCustomers(search: string, wanted = true) {
  return useQuery({
    queryKey: ["customers", search],
    enabled: wanted,
    placeholderData: keepPreviousData,
    queryFn: () =>
      got(
        api.GET("/api/v1/customers", { params: { query: { limit: 50, ...(search !== "" && { search }) } } }),
      ),
  });
}

export function useCredit(customerId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["credit", customerId],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/customers/{id}/credit", { params: { path: { id: customerId } } })),
  });
}

/** An order that changes something. It is sent again under the same key while the line is down for a moment, and what it
 * touches is asked again in any case: after a refusal the page may be what is old. */
export function useChange<I, O>(send: (input: I, key: string) => Promise<O>, families: readonly string[]) {
  const queries = useQueryClient();
  const mutation = useMutation<O, Error, { input: I; key: string }>({
    mutationFn: ({ input, key }) => send(input, key),
    retry: (count, error) => error instanceof LineDown && count < 2,
    onSettled: () => {
      for (const family of families) void queries.invalidateQueries({ queryKey: [family] });
    },
  });
  return {
    ...mutation,
    send: (input: I, then?: (answer: O) => void) =>
      mutation.mutate({ input, key: orderKey() }, then === undefined ? {} : { onSuccess: then }),
  };
}

/** What a change of an appointment makes old. */
export const APPOINTMENTS = [
  "appointments",
  "appointment",
  "visit",
  "history",
  "payments",
  "walk-ins",
  "customer",
] as const;

export interface Move {
  appointment: Appointment;
  start: string;
  staffId: string | undefined;
  by: "customer" | "business";
}

export function useMove() {
  return useChange(
    ({ appointment, start, staffId, by }: Move) =>
      got(
        api.POST("/api/v1/appointments/{id}/move", {
          params: { path: { id: appointment.id }, header: { "If-Match": etag(appointment.version) } },
          body: { by, start, ...(staffId !== undefined && { staff_id: staffId }) },
        }),
      ),
    APPOINTMENTS,
  );
}
