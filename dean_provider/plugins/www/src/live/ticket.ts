import { gateway } from "@/api/address";
import { ask, api } from "@/api/client";
import { Problem } from "@/api/problem";

import type { Entrance } from "./socket";

/** A fresh ticket for the socket of every event the reader may see.
 *
 * @throws Problem when none is issued.
 */
export async function enterEvents(): Promise<Entrance> {
  const { ticket, path, protocol } = await ask(api.POST("/api/v1/live/tickets", { body: {} }));
  const url = new URL(path, gateway);
  if (url.origin !== gateway.origin) throw new Problem("The ticket is for another server.", -1, "PAGE");
  url.protocol = gateway.protocol === "https:" ? "wss:" : "ws:";
  return { url: url.href, protocols: [protocol ?? "dean.live.v1", ticket] };
}
