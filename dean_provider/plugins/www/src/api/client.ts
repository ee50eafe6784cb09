import createClient from "openapi-fetch";

import { gateway } from "./address";
import { problemOf, unreachable } from "./problem";
import type { components, paths } from "./schema";

/** A model of the gateway's API. */
export type Model<Name extends keyof components["schemas"]> = components["schemas"][Name];

/** Typed by the gateway's OpenAPI document: `ask(api.GET("/api/v1/trials", { params: { query } }))`. */
export const api = createClient<paths>({
  baseUrl: gateway.href.replace(/\/$/, ""),
  credentials: "same-origin",
  // Looked up with each request, so that what stands in for it in tests is found.
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The answer's data.
 *
 * @throws Problem whatever went wrong, in the gateway's words where it has said any.
 */
export async function ask<Data>(request: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw unreachable();
  }
  if (!answer.response.ok) throw problemOf(answer.response, parsed(answer.error));
  return answer.data as Data;
}

function parsed(error: unknown): unknown {
  if (typeof error !== "string") return error;
  try {
    return JSON.parse(error);
  } catch {
    return error;
  }
}
