import { useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useNavigate } from "react-router";

import type { Permissions } from "@/api/access";
import { ask, api, type Model } from "@/api/client";
import { keys } from "@/api/keys";
import { requestKey } from "@/api/request-key";
import { useConfirm, type Question } from "@/components/confirm/ConfirmProvider";
import { ActionButton } from "@/components/control/ActionButton";
import { ProblemView } from "@/components/state/ProblemView";
import { Button } from "@/components/control/Button";
import { When } from "@/components/text/When";
import { useToasts } from "@/components/toast/ToastProvider";
import { count } from "@/format/number";
import { isOpen } from "@/trials/progress";

import { ForkDialog } from "./ForkDialog";
import styles from "./trial.module.css";

type Trial = Model<"WorkflowDetail">;
type Verb = "pause" | "resume" | "cancel" | "replay";

const QUESTIONS: Record<Verb, (name: string) => Question> = {
  pause: (name) => ({ title: `Pause ${name}?`, body: "It is held at its next generation boundary. Nothing is lost; its DAG run keeps waiting.", act: "Pause" }),
  resume: (name) => ({ title: `Resume ${name}?`, body: "It goes on from the generation at which it was held.", act: "Resume" }),
  cancel: (name) => ({
    title: `Cancel ${name}?`,
    body: "The trial is stopped and its DAG run is failed. Its generations are kept: clearing the run in Airflow lets it go on.",
    act: "Cancel the trial",
    look: "danger",
  }),
  replay: (name) => ({
    title: `Replay ${name}?`,
    body: "A new trial runs with the recorded configuration and seed. At its end the two digests are compared. It uses as many tokens again.",
    act: "Replay",
  }),
};

/** What each act is to make of the trial. */
const GOAL: Partial<Record<Verb, string>> = { pause: "paused", resume: "running", cancel: "cancelled" };
const DONE: Record<Verb, string> = { pause: "held", resume: "going on", cancel: "stopped", replay: "run again" };

interface Asked {
  verb: Verb;
  at: number;
  error?: unknown;
}

/** Pause, resume, cancel, fork and replay: each asked twice, and followed until the record says that it is so.
 *
 * `standing` says what was asked and what came of it; nothing before anything was.
 */
export function useSteering(trial: Trial, access: Permissions): { buttons: ReactNode; standing: ReactNode } {
  const client = useQueryClient();
  const confirm = useConfirm();
  const toasts = useToasts();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const [busy, setBusy] = useState<Verb | null>(null);
  const [forking, setForking] = useState(false);
  const name = trial.name || trial.id.slice(0, 8);

  async function act(verb: Verb) {
    if (!(await confirm(QUESTIONS[verb](name)))) return;
    const at = Date.now();
    setBusy(verb);
    setAsked({ verb, at });
    const headers = { "idempotency-key": requestKey() };
    const params = { path: { workflow_id: trial.id }, header: headers };
    try {
      if (verb === "replay") {
        const { workflow } = await ask(api.POST("/api/v1/trials/{workflow_id}/replays", { params, body: {} }));
        toasts.done("The replay was asked for: this is it.");
        setAsked(null);
        await navigate(`/trials/${workflow.id}`);
        return;
      }
      await send(verb, params);
      await client.invalidateQueries({ queryKey: keys.trial(trial.id) });
      void client.invalidateQueries({ queryKey: [...keys.events, trial.id] });
    } catch (error) {
      setAsked({ verb, at, error });
    } finally {
      setBusy(null);
    }
  }

  const paused = trial.status === "paused";
  const buttons = (
    <>
      {isOpen(trial) &&
        (paused ? (
          <ActionButton look="primary" permission={access.may("resume")} busy={busy === "resume"} onAct={() => void act("resume")}>
            Resume
          </ActionButton>
        ) : (
          <ActionButton permission={access.may("pause")} busy={busy === "pause"} onAct={() => void act("pause")}>
            Pause
          </ActionButton>
        ))}
      <ActionButton permission={access.may("fork")} onAct={() => setForking(true)}>
        Fork…
      </ActionButton>
      {!isOpen(trial) && (
        <ActionButton permission={access.may("replay")} busy={busy === "replay"} onAct={() => void act("replay")}>
          Replay
        </ActionButton>
      )}
      {isOpen(trial) && (
        <ActionButton look="danger" permission={access.may("cancel")} busy={busy === "cancel"} onAct={() => void act("cancel")}>
          Cancel
        </ActionButton>
      )}
      {forking && <ForkDialog trial={trial} onClose={() => setForking(false)} />}
    </>
  );
  return { buttons, standing: asked && <Standing asked={asked} trial={trial} busy={busy !== null} onClose={() => setAsked(null)} /> };
}

type Params = { path: { workflow_id: string }; header: { "idempotency-key": string } };

function send(verb: "pause" | "resume" | "cancel", params: Params) {
  if (verb === "pause") return ask(api.POST("/api/v1/trials/{workflow_id}/pause", { params, body: { reason: "" } }));
  if (verb === "resume") return ask(api.POST("/api/v1/trials/{workflow_id}/resume", { params, body: { reason: "" } }));
  return ask(api.POST("/api/v1/trials/{workflow_id}/cancel", { params, body: { reason: "" } }));
}

/** What was asked and what is so now, which need not be the same yet. */
function Standing({ asked, trial, busy, onClose }: { asked: Asked; trial: Trial; busy: boolean; onClose: () => void }) {
  const close = <Button onClick={onClose}>Close</Button>;
  if (asked.error !== undefined) {
    return (
      <div className={styles["standing"]}>
        <ProblemView error={asked.error}>
          <p className="dim">
            You asked to {asked.verb} it <When at={asked.at} />. The record says: {trial.status}.
          </p>
          {close}
        </ProblemView>
      </div>
    );
  }
  const goal = GOAL[asked.verb];
  const reached = !busy && trial.status === goal;
  const elsewhere = !busy && !reached && !isOpen(trial);
  const at = (trial.generation ?? -1) >= 0 ? ` at generation ${count(trial.generation)}` : "";
  return (
    <p role="status" className={`${styles["standing"]} ${styles["note"]}`}>
      <span>
        You asked to {asked.verb} it <When at={asked.at} />.{" "}
        {reached ? `It is ${DONE[asked.verb]}${at}.` : elsewhere ? `It had ended meanwhile: ${trial.status}.` : `The record still says: ${trial.status}${at}.`}
      </span>
      {close}
    </p>
  );
}
