import { createContext, useCallback, useContext, useState, type ReactNode } from "react";

import { Button, type Look } from "@/components/control/Button";

import { Dialog } from "./Dialog";

export interface Question {
  title: string;
  /** What will happen, and what cannot be undone. */
  body?: ReactNode;
  /** What the button that does it says: a verb. */
  act: string;
  look?: Look;
}

type Confirm = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Confirm>(() => Promise.resolve(false));

interface Pending extends Question {
  answer: (yes: boolean) => void;
}

/** The frame Airflow shows the page in has no window.confirm; this asks instead. */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [pending, setPending] = useState<Pending | null>(null);
  const confirm = useCallback<Confirm>(
    (question) =>
      new Promise((resolve) => {
        setPending({
          ...question,
          answer: (yes) => {
            setPending(null);
            resolve(yes);
          },
        });
      }),
    [],
  );
  return (
    <ConfirmContext value={confirm}>
      {children}
      {pending && (
        <Dialog
          title={pending.title}
          onClose={() => pending.answer(false)}
          actions={
            <>
              <Button autoFocus onClick={() => pending.answer(false)}>
                Go back
              </Button>
              <Button look={pending.look ?? "primary"} onClick={() => pending.answer(true)}>
                {pending.act}
              </Button>
            </>
          }
        >
          {pending.body}
        </Dialog>
      )}
    </ConfirmContext>
  );
}

/** `if (await confirm({ title, body, act: "Cancel the trial", look: "danger" })) …` */
export function useConfirm(): Confirm {
  return useContext(ConfirmContext);
}
