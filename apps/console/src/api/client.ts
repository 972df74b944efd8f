// The one door to the API. Types come from the OpenAPI document, so that a change of the API breaks the build.
import createClient, { type Middleware } from "openapi-fetch";

import { line } from "./line";
import { ApiProblem, LineDown } from "./problem";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

let tenant: string | undefined;

/** Names the business that requests are about, where somebody belongs to several. */
export function speakFor(tenantId: string | undefined): void {
  tenant = tenantId;
}

/** The business that requests are about, if it is named. */
export function spokenFor(): string | undefined {
  return tenant;
}

const naming: Middleware = {
  onRequest({ request }) {
    if (tenant !== undefined) request.headers.set("Ratiba-Tenant", tenant);
    return request;
  },
};

/** As `fetch`, and the line is up or down by what came of it. */
async function watched(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch {
    line.failed();
    throw new LineDown();
  }
  // What stands before the api says these when the api is away; the api itself says 503 with a problem.
  if (response.status === 502 || response.status === 504) {
    line.failed();
    throw new LineDown();
  }
  line.answered();
  return response;
}

export const api = createClient<paths>({ baseUrl: "", fetch: watched });
api.use(naming);

/** The answer's body; a refusal is thrown as an `ApiProblem`. */
export async function got<T>(
  answer: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await answer;
  if (!response.ok) throw new ApiProblem(response.status, error);
  // An answer without a body has nothing to be read.
  return (data ?? {}) as NonNullable<T>;
}

/** A key under which one order may be sent as often as the line needs. */
export function orderKey(): string {
  return crypto.randomUUID();
}

/** What `If-Match` says of a version. */
export function etag(version: number): string {
  return `"${version}"`;
}

/** Names the version over which a change was decided, where the document of the API does not name the header; nothing for
 * what is not there yet. */
export function ifMatch(version: number | undefined): { headers?: Record<string, string> } {
  return version === undefined ? {} : { headers: { "If-Match": etag(version) } };
}
