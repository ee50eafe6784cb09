import { useMemo } from "react";

/** A new idempotency key. `crypto.randomUUID` is there only where the page came over TLS or from this very machine. */
export function requestKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The same key as long as the same is asked for, so that pressing twice, or again after a failure, is asking once. */
export function useRequestKey(content: string): string {
  return useMemo(requestKey, [content]);
}
