import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useTrialAccess, type Permission } from "@/api/access";
import { ask, api, type Model } from "@/api/client";
import { Dialog } from "@/components/confirm/Dialog";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { SelectField } from "@/components/control/Field";
import { Answer } from "@/components/state/Answer";
import { ProblemView } from "@/components/state/ProblemView";
import { EmptyState } from "@/components/state/states";
import { useToasts } from "@/components/toast/ToastProvider";
import { exactly } from "@/format/time";

const SHOWN = 100;

/** Choose a completed trial of the same objective, and impose the pattern on copies of its final population. */
export function ApplyDialog({ pattern, onClose }: { pattern: Model<"Pattern">; onClose: () => void }) {
  const [id, setId] = useState("");
  const trials = useQuery({
    queryKey: ["trials", "completed", pattern.objective],
    queryFn: ({ signal }) =>
      ask(api.GET("/api/v1/trials", { params: { query: { status: "completed", objective: pattern.objective ?? undefined, limit: SHOWN } }, signal })),
  });
  return (
    <Dialog title="Apply a pattern to a trial" onClose={onClose} actions={id ? <Chosen id={id} pattern={pattern} onClose={onClose} /> : <Button onClick={onClose}>Go back</Button>}>
      <p>{pattern.description || pattern.pattern_id}</p>
      <p className="dim">It is imposed on copies of the trial&apos;s final population, which are then evaluated. The trial&apos;s outcome and digest stay as they are.</p>
      <Answer query={trials} what="the trials" lines={1}>
        {({ workflows }) =>
          workflows.length > 0 ? (
            <SelectField label="Completed trial of the same objective" value={id} onChange={(event) => setId(event.target.value)}>
              <option value="">choose…</option>
              {workflows.map((trial) => (
                <option key={trial.id} value={trial.id}>
                  {`${trial.name || trial.id.slice(0, 8)} · ${exactly(trial.completed_at ?? trial.created_at)}`}
                </option>
              ))}
            </SelectField>
          ) : (
            <EmptyState title="No trial of this objective has completed" />
          )
        }
      </Answer>
    </Dialog>
  );
}

function Chosen({ id, pattern, onClose }: { id: string; pattern: Model<"Pattern">; onClose: () => void }) {
  const may: Permission = useTrialAccess(id).may("apply");
  const toasts = useToasts();
  const navigate = useNavigate();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function apply() {
    setBusy(true);
    setError(null);
    try {
      await ask(api.POST("/api/v1/trials/{workflow_id}/patterns", { params: { path: { workflow_id: id } }, body: { pattern_ids: [pattern.pattern_id] } }));
      toasts.done("Asked to apply. The trial's events tell what came of it.");
      onClose();
      await navigate(`/trials/${id}`);
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  }

  return (
    <>
      {error !== null && <ProblemView error={error} />}
      <Button onClick={onClose}>Go back</Button>
      <ActionButton look="primary" permission={may} busy={busy} onAct={() => void apply()}>
        Apply
      </ActionButton>
    </>
  );
}
