// What the pages about statements and unrouted messages ask for.
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import { api, got, type Schemas } from "./client";

export function useUnmatched(wanted: boolean) {
  return useQuery({
    queryKey: ["statements", "unmatched"],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/till/statements/unmatched")),
  });
}

export function useStatements() {
  return useQuery({
    queryKey: ["statements", "all"],
    queryFn: () => got(api.GET("/api/v1/till/statements")),
  });
}

/** All lines that a statement brought first, in the order of the file. */
export function useStatementLines(id: string) {
  return useQuery({
    queryKey: ["statements", "lines", id],
    queryFn: async () => {
      const found: Schemas["MpesaStatementLine"][] = [];
      let after: number | undefined;
      do {
        const query = after === undefined ? {} : { after };
        const page = await got(
          api.GET("/api/v1/till/statements/{id}/lines", { params: { path: { id }, query } }),
        );
        found.push(...page.items);
        after = page.next ?? undefined;
      } while (after !== undefined);
      return found;
    },
  });
}

export function useStatementLine(id: string, wanted: boolean) {
  return useQuery({
    queryKey: ["statements", "line", id],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/till/statements/lines/{id}", { params: { path: { id } } })),
  });
}

export type LetterState = "new" | "matched" | "refunded" | "dismissed";

/** Letters in a state, the latest first, page by page. */
export function useLetters(state: LetterState) {
  return useInfiniteQuery({
    queryKey: ["letters", "list", state],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) =>
      got(
        api.GET("/api/v1/dead-letters", {
          params: { query: { state, limit: 50, ...(pageParam !== undefined && { before: pageParam }) } },
        }),
      ),
    getNextPageParam: (page) => page.next ?? undefined,
  });
}

/** The first of the letters that nobody dealt with. */
export function useOpenLetters(wanted: boolean) {
  return useQuery({
    queryKey: ["letters", "open"],
    enabled: wanted,
    queryFn: () => got(api.GET("/api/v1/dead-letters", { params: { query: { state: "new", limit: 50 } } })),
  });
}

export function useLetter(id: string) {
  return useQuery({
    queryKey: ["letters", "one", id],
    queryFn: () => got(api.GET("/api/v1/dead-letters/{id}", { params: { path: { id } } })),
  });
}
