import { useState } from "react";
import { Link } from "react-router";

import { useAccess } from "@/api/access";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { TextField } from "@/components/control/Field";
import { Dialog } from "@/components/confirm/Dialog";
import { Card } from "@/components/layout/Card";
import { Badge } from "@/components/text/Badge";
import { severityTone } from "@/components/text/tone";
import { When } from "@/components/text/When";

import { useAcknowledge, useMayAcknowledge, useSilence } from "./actions";
import styles from "./alert.module.css";
import { measured, ruleOf, ruleWords, type Incident } from "./words";

const HOUR = 3600;

/** An open incident: what is wrong, since when, who sees to it, and what can be done. `marked` is the one that a link led to. */
export function IncidentCard({ incident, marked = false }: { incident: Incident; marked?: boolean }) {
  const [asking, setAsking] = useState(false);
  const acknowledge = useAcknowledge();
  const silence = useSilence();
  const access = useAccess();
  const figures = measured(incident);
  return (
    <Card id={incident.incident_id} tabIndex={-1} className={marked ? styles["marked"] : ""} role="article" aria-label={`${incident.severity}: ${ruleWords(incident.rule)}`}>
      <div className={styles["head"]}>
        <Badge tone={severityTone(incident.severity)}>{incident.severity}</Badge>
        <b>{ruleWords(incident.rule)}</b>
      </div>
      <p className={styles["message"]}>{incident.message}</p>
      <div className={styles["facts"]}>
        <span>
          since <When at={incident.raised_at} form="moment" />
        </span>
        {figures && <span>{figures}</span>}
        {incident.workflow_id && <Link to={`/trials/${incident.workflow_id}`}>the trial</Link>}
        {incident.acknowledged_by && (
          <span>
            {incident.acknowledged_by} sees to it{incident.comment ? `: ${incident.comment}` : ""}
          </span>
        )}
        {incident.silenced_until && (
          <span>
            silent until <When at={incident.silenced_until} form="moment" />
          </span>
        )}
        {incident.inhibited_by && (
          <span>
            explained by <Link to={`/alerts#${incident.inhibited_by}`}>{ruleWords(ruleOf(incident.inhibited_by))}</Link>
          </span>
        )}
      </div>
      <div className={styles["actions"]}>
        <ActionButton permission={useMayAcknowledge(incident)} busy={acknowledge.isPending} onAct={() => setAsking(true)}>
          Acknowledge
        </ActionButton>
        <ActionButton
          permission={incident.silenced_until ? { allowed: false, reason: "it is silent already" } : access.may("silence_alerts")}
          busy={silence.isPending}
          onAct={() => silence.mutate({ rule: incident.rule, labels: incident.labels ?? {}, seconds: HOUR, comment: "" })}
        >
          Silence 1 h
        </ActionButton>
      </div>
      {asking && (
        <Acknowledging
          incident={incident}
          onClose={() => setAsking(false)}
          onDone={(comment) => {
            setAsking(false);
            acknowledge.mutate({ incident, comment });
          }}
        />
      )}
    </Card>
  );
}

function Acknowledging({ incident, onClose, onDone }: { incident: Incident; onClose: () => void; onDone: (comment: string) => void }) {
  const [comment, setComment] = useState("");
  return (
    <Dialog
      title={`Acknowledge: ${ruleWords(incident.rule)}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Go back</Button>
          <Button look="primary" onClick={() => onDone(comment.trim())}>
            Acknowledge
          </Button>
        </>
      }
    >
      <p>Nobody is notified again until it is resolved. Your name stands beside it.</p>
      <TextField label="What you know or do about it (optional)" maxLength={1000} value={comment} onChange={(event) => setComment(event.target.value)} />
    </Dialog>
  );
}
