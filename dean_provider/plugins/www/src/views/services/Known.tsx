import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { useAccess } from "@/api/access";
import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { ActionButton } from "@/components/control/ActionButton";
import { useConfirm } from "@/components/confirm/ConfirmProvider";
import { Card } from "@/components/layout/Card";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { EmptyState } from "@/components/state/states";
import { Table, type Column } from "@/components/table/Table";
import { When } from "@/components/text/When";
import { useToasts } from "@/components/toast/ToastProvider";

type Known = Model<"KnownService">;

/** Where services are known from: Airflow's connections, and those that registered themselves. */
export function KnownServices() {
  const query = useQuery({
    queryKey: [...keys.services, "known"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/services", { signal })),
    refetchInterval: 30_000,
  });
  const columns: Column<Known>[] = [
    { title: "Name", cell: (service) => service.name },
    { title: "Kind", cell: (service) => service.kind },
    { title: "Address", cell: (service) => service.url },
    { title: "Known from", cell: (service) => (service.source === "connection" ? `connection ${service.conn_id ?? ""}` : "its registration") },
    { title: "Last heartbeat", cell: (service) => (service.seen_at ? <When at={service.seen_at} /> : "–") },
    { title: "Forgotten", cell: (service) => (service.expires_at ? <When at={service.expires_at} /> : "–") },
    { title: "Action", cell: (service) => (service.source === "registered" ? <Remove service={service} /> : <span className="dim">edit the connection</span>) },
  ];
  return (
    <Section title="Where they are known from">
      <Answer query={query} what="the services' addresses">
        {({ services }) => (
          <Card flush>
            {services.length ? (
              <Table caption="Known services" columns={columns} rows={services} rowKey={(service) => `${service.source} ${service.name}`} />
            ) : (
              <EmptyState title="No service is known">Add a connection of type IndexAgent or Evolution API, or register one with the dean command.</EmptyState>
            )}
          </Card>
        )}
      </Answer>
    </Section>
  );
}

function Remove({ service }: { service: Known }) {
  const access = useAccess();
  const confirm = useConfirm();
  const toasts = useToasts();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/services/{name}", { params: { path: { name: service.name } } })),
    onSuccess: () => toasts.done(`${service.name} is forgotten.`),
    onError: (error) => toasts.failed(`${service.name} was not removed`, error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.services }),
  });
  async function act() {
    const body = "It is not asked any more. If it still runs, its next heartbeat fails and it registers again.";
    if (await confirm({ title: `Forget ${service.name}?`, body, act: "Forget it", look: "danger" })) remove.mutate();
  }
  return (
    <ActionButton permission={access.may("change_services")} busy={remove.isPending} onAct={() => void act()} label={`Forget ${service.name}`}>
      Forget
    </ActionButton>
  );
}
