import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

/** Has what was read of a trial read once more when the trial is no longer open: its last figures came after the last reading.
 *
 * @param open whether each trial is open, by id.
 */
export function useLastReading(open: Readonly<Record<string, boolean>>, keyOf: (id: string) => QueryKey): void {
  const client = useQueryClient();
  const before = useRef(open);
  useEffect(() => {
    const ended = Object.keys(open).filter((id) => before.current[id] && !open[id]);
    before.current = open;
    for (const id of ended) void client.invalidateQueries({ queryKey: keyOf(id) });
  });
}

/** For a query's `refetchInterval`: while the trial is open, and then until the last reading has succeeded. */
export function whileOpen(open: boolean, every: number) {
  return ({ state }: { state: { isInvalidated: boolean } }): number | false => (open || state.isInvalidated ? every : false);
}
