// How reports are asked for, as data and as files.
import { api, got, type Schemas } from "../../api/client";
import { keepAnswer } from "../../api/files";
import { isLong, type Range } from "./range";

export const REPORTS = ["revenue", "utilisation", "tenders", "no-shows", "conversations"] as const;
export type ReportName = (typeof REPORTS)[number];

/** What was found, and of which report it is. */
export type Report =
  | { name: "revenue"; found: Schemas["RevenueReport"] }
  | { name: "utilisation"; found: Schemas["UtilisationReport"] }
  | { name: "tenders"; found: Schemas["TendersReport"] }
  | { name: "no-shows"; found: Schemas["NoShowsReport"] }
  | { name: "conversations"; found: Schemas["ConversationsReport"] };

const stepOf = (range: Range) => ({ by: isLong(range) ? ("week" as const) : ("day" as const) });

/** A report as data. The same address gives it as a table, too, whose form the API's document leaves open. */
export async function ask(name: ReportName, range: Range): Promise<Report> {
  const query = { ...range, format: "json" as const };
  switch (name) {
    case "revenue": {
      const found = await got(api.GET("/api/v1/reports/revenue", { params: { query } }));
      return { name, found: found as Schemas["RevenueReport"] };
    }
    case "utilisation": {
      const stepped = { ...query, ...stepOf(range) };
      const found = await got(api.GET("/api/v1/reports/utilisation", { params: { query: stepped } }));
      return { name, found: found as Schemas["UtilisationReport"] };
    }
    case "tenders": {
      const found = await got(api.GET("/api/v1/reports/tenders", { params: { query } }));
      return { name, found: found as Schemas["TendersReport"] };
    }
    case "no-shows": {
      const found = await got(api.GET("/api/v1/reports/no-shows", { params: { query } }));
      return { name, found: found as Schemas["NoShowsReport"] };
    }
    case "conversations": {
      const found = await got(api.GET("/api/v1/reports/conversations", { params: { query } }));
      return { name, found: found as Schemas["ConversationsReport"] };
    }
  }
}

/** The same as a file of comma-separated values. */
export function download(name: ReportName, range: Range): Promise<void> {
  const query = { ...range, format: "csv" as const };
  const options = { params: { query }, parseAs: "blob" as const };
  const otherwise = `${name}-${range.from}-${range.to}.csv`;
  switch (name) {
    case "revenue":
      return keepAnswer(api.GET("/api/v1/reports/revenue", options), otherwise);
    case "utilisation": {
      const stepped = { params: { query: { ...query, ...stepOf(range) } }, parseAs: "blob" as const };
      return keepAnswer(api.GET("/api/v1/reports/utilisation", stepped), otherwise);
    }
    case "tenders":
      return keepAnswer(api.GET("/api/v1/reports/tenders", options), otherwise);
    case "no-shows":
      return keepAnswer(api.GET("/api/v1/reports/no-shows", options), otherwise);
    case "conversations":
      return keepAnswer(api.GET("/api/v1/reports/conversations", options), otherwise);
  }
}
