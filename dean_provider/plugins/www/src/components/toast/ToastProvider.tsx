import { createContext, useCallback, useContext, useMemo, useRef, useState, type ReactNode } from "react";

import { asProblem } from "@/api/problem";

import styles from "./toast.module.css";

interface Toast {
  id: number;
  text: string;
  more: string[];
  failed: boolean;
}

interface Toasts {
  /** Something was done. Goes by itself. */
  done: (text: string) => void;
  /** Something failed: what was tried, and the problem. Stays until it is closed. */
  failed: (what: string, error: unknown) => void;
}

const ToastContext = createContext<Toasts>({ done: () => undefined, failed: () => undefined });
const STAYS = 6_000;
const MOST = 4;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([]);
  const last = useRef(0);
  const close = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useCallback(
    (toast: Omit<Toast, "id">) => {
      const id = ++last.current;
      setToasts((shown) => [...shown.slice(1 - MOST), { ...toast, id }]);
      if (!toast.failed) setTimeout(() => close(id), STAYS);
    },
    [close],
  );
  const value = useMemo<Toasts>(
    () => ({
      done: (text) => show({ text, more: [], failed: false }),
      failed: (what, error) => {
        const problem = asProblem(error);
        const id = problem.requestId ? [`Request ${problem.requestId}`] : [];
        show({ text: `${what}: ${problem.message}`, more: [...problem.suggestions, ...id], failed: true });
      },
    }),
    [show],
  );
  return (
    <ToastContext value={value}>
      {children}
      <div className={styles["toasts"]} role="region" aria-label="Notices" aria-live="polite">
        {toasts.map((toast) => (
          <div key={toast.id} role={toast.failed ? "alert" : "status"} className={`${styles["toast"]} ${toast.failed ? styles["bad"] : ""}`}>
            <div className={styles["text"]}>
              {toast.text}
              {toast.more.map((line) => (
                <div key={line} className="dim">
                  {line}
                </div>
              ))}
            </div>
            <button type="button" className={styles["close"]} aria-label="Close this notice" onClick={() => close(toast.id)}>
              ✕
            </button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}

export function useToasts(): Toasts {
  return useContext(ToastContext);
}
