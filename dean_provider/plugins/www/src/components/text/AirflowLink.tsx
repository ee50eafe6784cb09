import type { ComponentProps, MouseEvent } from "react";

/** The window of Airflow's UI, when the page is shown in a frame of it. */
function host(): Window | null {
  try {
    return window.parent !== window && window.parent.location.origin === window.location.origin ? window.parent : null;
  } catch {
    return null;
  }
}

/** Lead Airflow's UI to an address of its own. The frame may navigate nobody but itself; it may say where to go to the router around it. */
function lead(outside: Window, href: string): void {
  const { pathname, search, hash } = new URL(href);
  const before = outside.history.state as { idx?: number } | null;
  const state = { usr: null, key: Math.random().toString(36).slice(2, 10), idx: (before?.idx ?? 0) + 1 };
  outside.history.pushState(state, "", `${pathname}${search}${hash}`);
  outside.dispatchEvent(new PopStateEvent("popstate", { state }));
}

/** A link to a page of Airflow's UI, from within the frame Airflow shows this page in and from outside of it. */
export function AirflowLink({ href, onClick, children, ...rest }: ComponentProps<"a"> & { href: string }) {
  function follow(event: MouseEvent<HTMLAnchorElement>) {
    onClick?.(event);
    const outside = host();
    if (!outside || event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    lead(outside, href);
  }
  return (
    <a href={href} onClick={follow} {...rest}>
      {children}
      <span aria-hidden="true"> ↗</span>
    </a>
  );
}
