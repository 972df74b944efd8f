// Figures of commission. The API's document does not say the form of these answers yet, so it is checked when they come.
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";

import { api, got } from "../../api/client";

const AMOUNT = z.object({ amount_minor: z.int(), currency: z.string() });
const LINE = z.object({
  appointment_id: z.string(),
  ended_at: z.string().optional(),
  base: AMOUNT,
  commission: AMOUNT,
  tip: AMOUNT.nullish(),
  reason: z.string(),
  reason_sw: z.string(),
});
const PREVIEW = z.object({
  month: z.string(),
  is_over: z.boolean(),
  staff: z.array(
    z.object({
      staff_id: z.string(),
      commission: AMOUNT,
      tip: AMOUNT,
      services_rendered_count: z.int(),
      lines: z.array(LINE),
    }),
  ),
});
const PERIODS = z.object({
  periods: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      staff_id: z.string(),
      staff_name: z.string().nullish(),
      commission: AMOUNT,
      tip: AMOUNT,
      frozen_at: z.string(),
    }),
  ),
});

export type Preview = z.infer<typeof PREVIEW>;
export type Line = z.infer<typeof LINE>;
export type Period = z.infer<typeof PERIODS>["periods"][number];

/** What a month comes to now, computed anew. */
export function usePreview(month: string) {
  return useQuery({
    queryKey: ["preview", month],
    queryFn: async () =>
      PREVIEW.parse(await got(api.GET("/api/v1/commission/preview", { params: { query: { month } } }))),
  });
}

/** The frozen documents of a month; none while it is open. */
export function usePeriods(month: string) {
  return useQuery({
    queryKey: ["periods", month],
    queryFn: async () =>
      PERIODS.parse(await got(api.GET("/api/v1/commission/periods", { params: { query: { month } } })))
        .periods,
  });
}
