import type { components } from "./schema";

export type ProblemBody = components["schemas"]["Problem"];

const RETRYABLE = new Set([0, 408, 425, 429, 500, 502, 503, 504]);

/** A failure in the form in which every part of the page shows it: what is wrong, what helps, and under which id it is in the log. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly status: number,
    readonly code: string,
    readonly suggestions: string[] = [],
    readonly requestId: string | null = null,
    readonly details: Record<string, unknown> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  /** Whether asking again may help. */
  get retryable(): boolean {
    return RETRYABLE.has(this.status);
  }

  /** The fields that are wrong, where the gateway said so. */
  get fields(): FieldProblem[] {
    const listed = this.details["problems"];
    return Array.isArray(listed) ? listed.filter(isFieldProblem) : [];
  }
}

export interface FieldProblem {
  field: string;
  value?: unknown;
  rule: string;
  suggestion?: string;
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return typeof value === "object" && value !== null && "field" in value && "rule" in value;
}

/** The problem a response carries; also when something between the page and the gateway answered in words of its own. */
export function problemOf(response: Response, body: unknown): Problem {
  const requestId = response.headers.get("x-request-id");
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  if (isBody(body)) {
    return new Problem(body.message, response.status, body.error_code, body.suggestions, body.request_id ?? requestId, body.details, retryAfter);
  }
  const message = response.status === 401 ? "Nobody is signed in." : `Airflow's API server answered with status ${response.status}.`;
  const suggestions = response.status === 401 ? ["Sign in to Airflow again."] : ["Look into the API server's log."];
  return new Problem(message, response.status, `HTTP_${response.status}`, suggestions, requestId, {}, retryAfter);
}

function isBody(body: unknown): body is ProblemBody & { details?: Record<string, unknown>; suggestions?: string[] } {
  return typeof body === "object" && body !== null && "message" in body && "error_code" in body;
}

/** No answer at all. */
export function unreachable(): Problem {
  return new Problem("Airflow's API server does not answer.", 0, "UNREACHABLE", [
    "Check your network. What is shown is the last that was heard; it comes up to date by itself.",
  ]);
}

/** Whatever was thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(error instanceof Error ? error.message : String(error), -1, "PAGE", ["This is a mistake of the page. Load it anew."]);
}
