import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useAccess } from "@/api/access";
import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { useSilence } from "@/components/alert/actions";
import { ruleWords } from "@/components/alert/words";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { SelectField, TextField } from "@/components/control/Field";
import { Dialog } from "@/components/confirm/Dialog";
import { Card } from "@/components/layout/Card";
import { Section } from "@/components/layout/Section";
import { Answer } from "@/components/state/Answer";
import { Table, type Column } from "@/components/table/Table";
import { When } from "@/components/text/When";
import { useToasts } from "@/components/toast/ToastProvider";

import styles from "./alerts.module.css";

type Silence = Model<"Silence">;

const LONG: [seconds: number, text: string][] = [
  [3600, "1 hour"],
  [4 * 3600, "4 hours"],
  [86_400, "1 day"],
  [7 * 86_400, "1 week"],
  [30 * 86_400, "30 days"],
];

function labels(silence: Pick<Silence, "labels">): string {
  const pairs = Object.entries(silence.labels ?? {});
  return pairs.length ? pairs.map(([name, value]) => `${name} = ${value}`).join(", ") : "all";
}

/** Of what nobody is notified now, until when, and who said so. */
export function Silences({ rules }: { rules: string[] }) {
  const [adding, setAdding] = useState(false);
  const access = useAccess();
  const query = useQuery({
    queryKey: [...keys.alerts, "silences"],
    queryFn: ({ signal }) => ask(api.GET("/api/v1/alerts/silences", { signal })),
    refetchInterval: 30_000,
  });
  const columns: Column<Silence>[] = [
    { title: "Rule", cell: (silence) => (silence.rule ? ruleWords(silence.rule) : "every rule") },
    { title: "Labels", cell: labels },
    { title: "Ends", cell: (silence) => <When at={silence.ends_at} /> },
    { title: "By", cell: (silence) => silence.created_by },
    { title: "Why", cell: (silence) => silence.comment || "–" },
    { title: "Action", cell: (silence) => <End silence={silence} /> },
  ];
  return (
    <Section
      title="Silences"
      aside={
        <ActionButton permission={access.may("silence_alerts")} onAct={() => setAdding(true)}>
          Silence…
        </ActionButton>
      }
    >
      <Answer query={query} what="the silences" lines={2}>
        {({ silences }) =>
          silences.length ? (
            <Card flush>
              <Table caption="Silences that hold now" columns={columns} rows={silences} rowKey={(silence) => silence.silence_id} />
            </Card>
          ) : (
            <Card>
              <span className="dim">Nothing is silenced: everything that fires is told.</span>
            </Card>
          )
        }
      </Answer>
      {adding && <NewSilence rules={rules} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function NewSilence({ rules, onClose }: { rules: string[]; onClose: () => void }) {
  const [rule, setRule] = useState("");
  const [seconds, setSeconds] = useState(3600);
  const [comment, setComment] = useState("");
  const silence = useSilence();
  function act() {
    onClose();
    silence.mutate({ rule: rule || null, labels: {}, seconds, comment: comment.trim() });
  }
  return (
    <Dialog
      title="Notify nobody for a while"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go back</Button>
          <Button look="primary" onClick={act}>
            Silence
          </Button>
        </>
      }
    >
      <p>Incidents are recorded and shown here all the same.</p>
      <div className={styles["form"]}>
        <SelectField label="Rule" value={rule} onChange={(event) => setRule(event.target.value)}>
          <option value="">every rule</option>
          {rules.map((name) => (
            <option key={name} value={name}>
              {ruleWords(name)}
            </option>
          ))}
        </SelectField>
        <SelectField label="For" value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
          {LONG.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </SelectField>
        <TextField label="Why" maxLength={1000} value={comment} onChange={(event) => setComment(event.target.value)} />
      </div>
    </Dialog>
  );
}

function End({ silence }: { silence: Silence }) {
  const access = useAccess();
  const toasts = useToasts();
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => ask(api.DELETE("/api/v1/alerts/silences/{silence_id}", { params: { path: { silence_id: silence.silence_id } } })),
    onSuccess: () => toasts.done("The silence has ended."),
    onError: (error) => toasts.failed("The silence was not ended", error),
    onSettled: () => client.invalidateQueries({ queryKey: keys.alerts }),
  });
  const what = silence.rule ? ruleWords(silence.rule) : "every rule";
  return (
    <ActionButton permission={access.may("silence_alerts")} busy={end.isPending} onAct={() => end.mutate()} label={`End the silence of ${what}`}>
      End
    </ActionButton>
  );
}
