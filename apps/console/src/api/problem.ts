// What the API answers when it does not do what was asked, as one kind of error.
import type { components } from "./schema";

export type Slot = components["schemas"]["Slot"];
export type Refusal = components["schemas"]["Refusal"];

interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  errors?: components["schemas"]["FieldFault"][] | null;
  reasons?: (string | Refusal)[];
  alternatives?: Slot[];
}

/** The API refused, or failed. `kind` is the stable last word of the problem's type. */
export class ApiProblem extends Error {
  readonly kind: string;
  readonly status: number;
  readonly detail: string;
  readonly errors: components["schemas"]["FieldFault"][];
  readonly reasons: Refusal[];
  readonly alternatives: Slot[];

  constructor(status: number, body: unknown) {
    const problem: ProblemBody = typeof body === "object" && body !== null ? body : {};
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.kind = problem.type?.split(/[#/]/).pop() ?? "unknown";
    this.detail = problem.detail ?? problem.title ?? "";
    this.errors = problem.errors ?? [];
    // Refusals of an order are words alone; explanations name whom they concern.
    this.reasons = (problem.reasons ?? []).map((one) => (typeof one === "string" ? { reason: one } : one));
    this.alternatives = problem.alternatives ?? [];
  }
}

/** Nobody answered: the line, or the server behind it, is down. */
export class LineDown extends Error {
  constructor() {
    super("the line is down");
    this.name = "LineDown";
  }
}
