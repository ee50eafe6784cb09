import { useQuery } from "@tanstack/react-query";

import { ask, api } from "@/api/client";
import { keys } from "@/api/keys";
import { Card } from "@/components/layout/Card";
import { PageHeader } from "@/components/layout/PageHeader";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { TrialTable } from "@/components/trial/TrialTable";
import { usePolling } from "@/live/LiveProvider";

/** Everything at one glance. */
export default function Overview() {
  const query = useQuery({
    queryKey: [...keys.overview, "trials"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/trials", { params: { query: { limit: 20 } }, signal })),
    refetchInterval: usePolling(5_000),
  });
  return (
    <>
      <PageHeader title="Overview" />
      <Section title="Trials">
        <Answer query={query} what="the trials">
          {({ workflows }) =>
            workflows.length ? (
              <Card flush>
                <TrialTable caption="Trials, newest first" trials={workflows} />
              </Card>
            ) : (
              <EmptyState title="No trial yet" />
            )
          }
        </Answer>
      </Section>
    </>
  );
}
