/** Airflow's address bar says where the page is, so that a link can be passed on, and a link so passed on is opened.
 *
 * Airflow 3.3 opens `/plugin/dean/<path of the frame>` in the frame, but notices no navigation without a load; Airflow 3.2 does neither.
 */
import { page } from "@/api/address";

const ENTRY = /^(.*\/plugin\/dean)(\/.*)?$/;

function host(): Window | null {
  try {
    return window.parent !== window && ENTRY.test(window.parent.location.pathname) ? window.parent : null;
  } catch {
    return null;
  }
}

/** Where Airflow's address says the page should be, when it is elsewhere. */
export function wanted(): string | null {
  const parent = host();
  if (!parent) return null;
  const path = ENTRY.exec(parent.location.pathname)?.[2];
  if (!path || !path.startsWith(page.pathname)) return null;
  const address = `${path}${parent.location.search}${parent.location.hash}`;
  const here = `${window.location.pathname}${window.location.search}${window.location.hash}`;
  return address === here ? null : address;
}

/** Write where the page is into Airflow's address. */
export function mirror(): void {
  const parent = host();
  if (!parent) return;
  const entry = ENTRY.exec(parent.location.pathname)?.[1] ?? "";
  const { pathname, search, hash } = window.location;
  const address = `${entry}${pathname}${search}${hash}`;
  if (`${parent.location.pathname}${parent.location.search}${parent.location.hash}` === address) return;
  parent.history.replaceState(parent.history.state, "", address);
}
