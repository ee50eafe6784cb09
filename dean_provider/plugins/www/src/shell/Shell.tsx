import { lazy, Suspense, useEffect, useRef, type ComponentType } from "react";
import { Link, NavLink, Route, Routes, useLocation } from "react-router";

import { EmptyState, Loading } from "@/components/state/states";
import { tab } from "@/frame/tab";
import { views } from "@/routes";

import { ErrorBoundary } from "./ErrorBoundary";
import { LiveMark } from "./LiveMark";
import { mirror } from "./mirror";
import styles from "./shell.module.css";

const shown: { path: string; title: string; View: ComponentType }[] = views.map(({ path, title, load }) => ({ path, title, View: lazy(load) }));

/** What is around every view: name, navigation, and whether news comes by itself. In a tab of Airflow's only the last. */
export function Shell() {
  const location = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(mirror, [location]);
  useEffect(() => {
    // Whoever uses the keyboard or a screen reader goes on at the top of the new view.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [location.pathname]);
  return (
    <div className={styles["shell"]}>
      <a href="#main" className={styles["skip"]} onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the content
      </a>
      <div className={styles["top"]} role="banner">
        {!tab && <span className={styles["name"]}>DEAN</span>}
        <LiveMark />
      </div>
      {!tab && (
        <nav aria-label="Views" className={styles["nav"]}>
          {views
            .filter((view) => view.listed)
            .map((view) => (
              <NavLink key={view.path} to={view.path} end={view.path === "/"}>
                {view.title}
              </NavLink>
            ))}
        </nav>
      )}
      <main id="main" ref={main} tabIndex={-1} className={styles["main"]}>
        <ErrorBoundary place={location.pathname}>
          <Suspense fallback={<Loading what="the view" />}>
            <Routes>
              {shown.map(({ path, View }) => (
                <Route key={path} path={path} element={<View />} />
              ))}
              <Route path="*" element={<Nowhere />} />
            </Routes>
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

function Nowhere() {
  return (
    <EmptyState title="There is no such view" action={<Link to="/">To the overview</Link>}>
      The address may be mistyped, or of another version.
    </EmptyState>
  );
}
