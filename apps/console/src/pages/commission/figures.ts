// Figures of commission. The API's document does not say the form of these answers yet, so it is checked when they come.
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { z } from "zod";

import { api, got, type Schemas } from "../../api/client";
import { keepAnswer } from "../../api/files";
import type { Money } from "../../lib/money";

export type Rule = Schemas["CommissionRule"];
export type RuleOrder = Schemas["CommissionRuleOrder"];
export type Dispute = Schemas["CommissionDispute"];

const AMOUNT = z.object({ amount_minor: z.int(), currency: z.string() });
const LINE = z.object({
  appointment_id: z.string(),
  ended_at: z.string().optional(),
  base: AMOUNT,
  commission: AMOUNT,
  tip: AMOUNT.nullish(),
  is_gap: z.boolean().optional(),
  reason: z.string(),
  reason_sw: z.string(),
});
const TOTALS = z.object({
  staff_id: z.string(),
  commission: AMOUNT,
  top_up: AMOUNT,
  tip: AMOUNT,
  hours_worked: z.string(),
  services_rendered_count: z.int(),
});
const PREVIEW = z.object({
  month: z.string(),
  is_over: z.boolean(),
  content_hash: z.string(),
  staff: z.array(TOTALS.extend({ gaps: z.int(), lines: z.array(LINE) })),
});
const PERIOD = TOTALS.extend({
  id: z.string(),
  type: z.enum(["close", "amendment"]),
  month: z.string(),
  staff_name: z.string().nullish(),
  carried: AMOUNT,
  frozen_at: z.string(),
  content_hash: z.string(),
  vendor_period_id: z.string().nullish(),
});
const PERIODS = z.object({ periods: z.array(PERIOD) });
const DOCUMENT = PERIOD.extend({ lines: z.array(LINE) });
const AMENDMENT = TOTALS.extend({
  carried: AMOUNT,
  content_hash: z.string(),
  lines: z.array(LINE),
  dispute_ids: z.array(z.string()),
  dismissed: z.object({ reason: z.string(), at: z.string() }).nullish(),
});
const AMENDMENTS = z.object({ month: z.string(), amendments: z.array(AMENDMENT) });
const DRAFTS = z.object({
  drafts: z.array(z.object({ month: z.string(), drafted_at: z.string(), content_hash: z.string() })),
});
const SIDE = TOTALS.extend({ gaps: z.int() }).nullish();
const WHAT_IF = z.object({
  months: z.array(
    z.object({
      month: z.string(),
      staff: z.array(
        z.object({ staff_id: z.string(), now: SIDE, proposed: SIDE, difference: AMOUNT.nullish() }),
      ),
    }),
  ),
});
const CLOSED = z.object({
  outcome: z.enum(["frozen", "already_frozen", "awaits_review"]),
  late: z.array(z.object({ staff_id: z.string(), amendment_proposed: z.boolean() })),
});

export type Preview = z.infer<typeof PREVIEW>;
export type Line = z.infer<typeof LINE>;
export type Period = z.infer<typeof PERIOD>;
export type Amendment = z.infer<typeof AMENDMENT>;
export type WhatIf = z.infer<typeof WHAT_IF>;
export type Basis = "recorded_rate" | "anew";

/** What a change of a month, its documents or the rules makes old. */
export const COMMISSION = [
  "preview",
  "periods",
  "document",
  "amendments",
  "trial",
  "drafts",
  "disputes",
  "rules",
  "what-if",
] as const;

/** What a month comes to now, computed anew. */
export function usePreview(month: string, wanted = true) {
  return useQuery({
    queryKey: ["preview", month],
    enabled: wanted,
    queryFn: async () =>
      PREVIEW.parse(await got(api.GET("/api/v1/commission/preview", { params: { query: { month } } }))),
  });
}

async function periodsOf(month: string): Promise<Period[]> {
  return PERIODS.parse(await got(api.GET("/api/v1/commission/periods", { params: { query: { month } } })))
    .periods;
}

/** The frozen documents of a month; none while it is open. */
export function usePeriods(month: string) {
  return useQuery({ queryKey: ["periods", month], queryFn: () => periodsOf(month) });
}

const documentOf = (id: string) => ({
  queryKey: ["document", id],
  // What is frozen does not change but for what payroll calls it.
  staleTime: 5 * 60_000,
  queryFn: async () =>
    DOCUMENT.parse(await got(api.GET("/api/v1/commission/periods/{id}", { params: { path: { id } } }))),
});

/** A frozen document with its lines. */
export function useDocument(id: string, wanted = true) {
  return useQuery({ ...documentOf(id), enabled: wanted });
}

/** Some frozen documents, as far as they are known yet. */
export function useDocuments(ids: readonly string[]) {
  return useQueries({
    queries: [...new Set(ids)].map(documentOf),
    combine: (found) =>
      new Map(found.flatMap((one) => (one.data === undefined ? [] : [[one.data.id, one.data] as const]))),
  });
}

/** The months that wait for a reviewer. */
export function useDrafts(wanted: boolean) {
  return useQuery({
    queryKey: ["drafts"],
    enabled: wanted,
    queryFn: async () => DRAFTS.parse(await got(api.GET("/api/v1/commission/drafts"))).drafts,
  });
}

/** What is to be amended in a frozen month. */
export function useAmendments(month: string, basis: Basis) {
  return useQuery({
    queryKey: ["amendments", month, basis],
    queryFn: async () =>
      AMENDMENTS.parse(
        await got(api.GET("/api/v1/commission/amendments", { params: { query: { month, basis } } })),
      ).amendments,
  });
}

/** What rules would amend in a frozen month if they had held in it. */
export function useTrial(month: string, rules: readonly RuleOrder[]) {
  return useQuery({
    queryKey: ["trial", month, rules],
    enabled: rules.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async () =>
      AMENDMENTS.parse(
        await got(api.POST("/api/v1/commission/amendments/trials", { body: { month, rules: [...rules] } })),
      ).amendments,
  });
}

/** Months side by side, as they are and as they would be by some rules. */
export function useWhatIf(months: readonly string[], rules: readonly RuleOrder[]) {
  return useQuery({
    queryKey: ["what-if", months, rules],
    enabled: rules.length > 0,
    placeholderData: keepPreviousData,
    queryFn: async () =>
      WHAT_IF.parse(
        await got(
          api.POST("/api/v1/commission/what-if", { body: { months: [...months], rules: [...rules] } }),
        ),
      ).months,
  });
}

export function useRules() {
  return useQuery({
    queryKey: ["rules"],
    queryFn: async () => (await got(api.GET("/api/v1/commission/rules"))).rules,
  });
}

/** The disputes that are open, or all of late. */
export function useDisputes(all: boolean) {
  return useQuery({
    queryKey: ["disputes", all],
    queryFn: async () =>
      (await got(api.GET("/api/v1/commission/disputes", { params: { query: { all } } }))).items,
  });
}

/** Closes a month on the figures that were looked at. */
export async function closeMonth(body: { month: string; content_hash: string }) {
  return CLOSED.parse(await got(api.POST("/api/v1/commission/closes", { body })));
}

/** Fetches the statement of a document, and keeps it as a file. */
export async function keepStatement(order: {
  id: string;
  format: "pdf" | "xlsx" | "csv";
  language: "en" | "sw";
}): Promise<void> {
  const { id, format, language } = order;
  await keepAnswer(
    api.GET("/api/v1/commission/periods/{id}/statement", {
      params: { path: { id }, query: { format, language } },
      parseAs: "blob",
    }),
    `statement.${format}`,
  );
}

/** Amounts of one currency together; undefined where there are none. */
export function together(amounts: readonly Money[]): Money | undefined {
  const [first] = amounts;
  if (first === undefined) return undefined;
  return {
    amount_minor: amounts.reduce((sum, one) => sum + one.amount_minor, 0),
    currency: first.currency,
  };
}

/** What is paid by a figure, without tips. */
export function payOf(figure: { commission: Money; top_up: Money; carried?: Money }): Money {
  const parts = [figure.commission, figure.top_up, ...(figure.carried === undefined ? [] : [figure.carried])];
  return together(parts) ?? figure.commission;
}
