// What customers ask of what is kept of them: to be asked for, taken down and answered.
import { useQuery } from "@tanstack/react-query";

import { api, got, type Schemas } from "../../api/client";
import { keep } from "../../api/files";

export type DataRequest = Schemas["DataRequest"];
export type Wish = Schemas["DataWish"];

export const WISHES: readonly Wish[] = ["export", "copy", "correction", "erasure"];

/** What an answer makes old: a forgotten customer has no name any more. */
export const REQUESTS = ["data-requests", "customer", "customers"] as const;

/** The open ones by due date, then those that ended. */
export function useDataRequests(wanted = true) {
  return useQuery({
    queryKey: ["data-requests"],
    enabled: wanted,
    queryFn: async () => (await got(api.GET("/api/v1/data-requests"))).items,
  });
}

/** Hands over what is kept, and keeps the document as a file: it is in that answer and nowhere else. */
export async function handOver(request: DataRequest): Promise<DataRequest> {
  const handed = await got(
    api.POST("/api/v1/data-requests/{id}/document", { params: { path: { id: request.id } } }),
  );
  keep({
    bytes: new Blob([handed.document], { type: "application/json" }),
    name: `customer-data-${request.asked_at.slice(0, 10)}-${request.id.slice(0, 8)}.json`,
  });
  return handed.request;
}

export type Due = "over" | "soon" | "later";

const SOON_MS = 3 * 86_400_000;

/** How near the last day of an open request is. */
export function dueIn(request: { due_at: string }, now: number): Due {
  const left = Date.parse(request.due_at) - now;
  return left < 0 ? "over" : left < SOON_MS ? "soon" : "later";
}

/** Who is forgotten: nothing says any more who they were, and what was shown of them before must not either. */
export function forgottenIn(requests: readonly DataRequest[]): ReadonlySet<string> {
  return new Set(
    requests.filter((one) => one.wish === "erasure" && one.state === "done").map((one) => one.customer_id),
  );
}

/** Rows of all tables together: of which ones is in the proof that is kept. */
export function rowsOf(request: DataRequest): number {
  return Object.values(request.rows ?? {}).reduce((sum, rows) => sum + rows, 0);
}
