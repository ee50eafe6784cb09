import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams } from "react-router";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { TrialTable } from "@/components/trial/TrialTable";
import { usePolling } from "@/live/LiveProvider";

/** A tab on the page of a DAG or of a DAG run in Airflow: the trials of that DAG or run; of a run with one, that one. */
export default function Tab() {
  const { dagId = "", runId } = useParams();
  const query = useQuery({
    queryKey: [...keys.trials, "tab", dagId, runId],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/trials", { params: { query: { dag_id: dagId, run_id: runId, limit: 100 } }, signal })),
    refetchInterval: usePolling(5_000),
  });
  return (
    <>
      <PageHeader title={runId ? "Trials of this run" : "Trials of this DAG"} />
      <Answer query={query} what="the trials">
        {({ workflows }) =>
          runId && workflows.length === 1 && workflows[0] ? (
            <Navigate replace to={`/trials/${workflows[0].id}`} />
          ) : workflows.length ? (
            <Card flush>
              <TrialTable caption={runId ? "Trials of this run" : "Trials of this DAG, newest first"} trials={workflows} />
            </Card>
          ) : (
            <EmptyState title="No evolution trial" />
          )
        }
      </Answer>
    </>
  );
}
