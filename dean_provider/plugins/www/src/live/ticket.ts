import { gateway } from "@/api/address";
import { Problem, problemOf, unreachable } from "@/api/problem";

import type { Entrance } from "./socket";

/** A fresh ticket for the socket of every event the reader may see.
 *
 * @throws Problem when none is issued.
 */
export async function enterEvents(): Promise<Entrance> {
  const response = await fetch(new URL("api/v1/ws/tickets", gateway), {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json" },
    body: "{}",
  }).catch(() => {
    throw unreachable();
  });
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(response, body);
  const { ticket, path } = body as { ticket: string; path: string };
  const url = new URL(path, gateway);
  if (url.origin !== gateway.origin) throw new Problem("The ticket is for another server.", -1, "PAGE");
  url.protocol = gateway.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("ticket", ticket);
  return { url: url.href };
}
