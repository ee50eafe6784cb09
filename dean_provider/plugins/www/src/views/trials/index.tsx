import { useCallback, useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";

import { asProblem } from "@/api/problem";
import { Button, buttonClass } from "@/components/control/Button";
import { PageHeader } from "@/components/layout/PageHeader";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState, Loading, NoPermission, Stale } from "@/components/state/states";
import { plural } from "@/format/number";
import { changed, listingOf, type Sort } from "@/trials/list";
import { useTrialList } from "@/trials/useTrialList";

import { Filters } from "./Filters";
import { TrialGrid } from "./TrialGrid";

const MOST_COMPARED = 20;

/** Every trial the reader may see. */
export default function Trials() {
  const [query, setQuery] = useSearchParams();
  const text = query.toString();
  const listing = useMemo(() => listingOf(new URLSearchParams(text)), [text]);
  const { query: asked, trials, waiting, filtered } = useTrialList(listing);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const change = useCallback((values: Record<string, string>) => setQuery((now) => changed(now, values), { replace: true }), [setQuery]);

  const choose = useCallback((id: string) => {
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(id)) after.add(id);
      return after;
    });
  }, []);
  const sort = useCallback(
    (by: Sort) => {
      const again = listing.sort === by;
      const ascending = again ? listing.descending : by === "name";
      change({ sort: by === "created_at" ? "" : by, order: ascending ? "asc" : "" });
    },
    [change, listing],
  );

  const comparable = chosen.size >= 2 && chosen.size <= MOST_COMPARED;
  return (
    <>
      <PageHeader
        title="Trials"
        actions={
          <>
            {comparable ? (
              <Link className={buttonClass()} to={`/compare?ids=${[...chosen].join(",")}`}>
                Compare {chosen.size}
              </Link>
            ) : (
              <Button aria-disabled="true" title={chosen.size > MOST_COMPARED ? `At most ${MOST_COMPARED} can be compared` : "Choose two or more"}>
                Compare
              </Button>
            )}
            {chosen.size > 0 && <Button onClick={() => setChosen(new Set())}>Choose none</Button>}
            <Link className={buttonClass("primary")} to="/new">
              New trial
            </Link>
          </>
        }
      >
        <span className="dim" role="status">
          {asked.data && `${plural(trials.length, "trial")}${asked.hasNextPage ? ", more as you scroll" : ""}`}
        </span>
      </PageHeader>
      <Filters listing={listing} onChange={change} />
      {waiting > 0 && (
        <p>
          <Button onClick={() => void asked.refetch()}>Show {plural(waiting, "new trial")}</Button>
        </p>
      )}
      {asked.data ? (
        <>
          {asked.error && <Stale at={asked.dataUpdatedAt} reason={asProblem(asked.error).message} />}
          {trials.length > 0 ? (
            <TrialGrid
              trials={trials}
              more={asked.hasNextPage}
              loading={asked.isFetchingNextPage}
              onMore={() => void asked.fetchNextPage()}
              listing={listing}
              onSort={sort}
              onLabel={(label) => change({ label })}
              chosen={chosen}
              onChoose={choose}
            />
          ) : (
            <Nothing filtered={filtered} onClear={() => setQuery({}, { replace: true })} />
          )}
        </>
      ) : asked.error ? (
        <Failed error={asked.error} onRetry={() => void asked.refetch()} />
      ) : (
        <Loading what="the trials" lines={8} />
      )}
    </>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const problem = asProblem(error);
  if (problem.status === 403) return <NoPermission title="You may not see trials" reason={problem.message.replace(/\.$/, "")} />;
  return <ProblemView error={error} onRetry={onRetry} />;
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <EmptyState title="No trial is like that" action={<Button onClick={onClear}>Show all trials</Button>}>
        Another word, status or label may have some.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="No trial yet"
      action={
        <Link className={buttonClass("primary")} to="/new">
          Start the first one
        </Link>
      }
    >
      A trial evolves a population of agents over generations; it is here from the moment it is asked for.
    </EmptyState>
  );
}
