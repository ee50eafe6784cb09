import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { asProblem } from "@/api/problem";

import { ProblemView } from "./ProblemView";
import { Loading, NoPermission, Stale } from "./states";

interface Props<Data> {
  query: UseQueryResult<Data>;
  /** In words: "the trials". */
  what: string;
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** What a query is good for, in each of its states: on its way, refused, failed, old but still of use, or there. */
export function Answer<Data>({ query, what, lines, children }: Props<Data>) {
  const { data, error } = query;
  if (data === undefined) {
    if (!error) return <Loading what={what} lines={lines} />;
    const problem = asProblem(error);
    if (problem.status === 403) return <NoPermission title={`You may not see ${what}`} reason={problem.message.replace(/\.$/, "")} />;
    return <ProblemView error={error} onRetry={() => void query.refetch()} />;
  }
  return (
    <>
      {error && <Stale at={query.dataUpdatedAt} reason={asProblem(error).message} />}
      {children(data)}
    </>
  );
}
