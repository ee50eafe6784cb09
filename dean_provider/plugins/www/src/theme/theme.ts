export type Theme = "light" | "dark";

const DARK = "(prefers-color-scheme: dark)";
const listeners = new Set<() => void>();
let current: Theme = "light";

/** Airflow's root element when the page is framed by Airflow; nothing when it stands alone or is framed by a stranger. */
function host(): HTMLElement | null {
  try {
    return window.parent === window ? null : window.parent.document.documentElement;
  } catch {
    return null;
  }
}

function hosted(root: HTMLElement): Theme | null {
  const said = root.dataset["theme"] ?? root.style.colorScheme;
  if (root.classList.contains("dark") || said === "dark") return "dark";
  if (root.classList.contains("light") || said === "light") return "light";
  return null;
}

function read(): Theme {
  const root = host();
  return (root && hosted(root)) ?? (window.matchMedia?.(DARK).matches ? "dark" : "light");
}

function apply(): void {
  current = read();
  document.documentElement.dataset["theme"] = current;
  for (const listener of listeners) listener();
}

/** Look as Airflow looks, now and whenever it changes. */
export function followTheme(): () => void {
  apply();
  const media = window.matchMedia?.(DARK);
  media?.addEventListener("change", apply);
  const root = host();
  const observer = new MutationObserver(apply);
  if (root) observer.observe(root, { attributes: true, attributeFilter: ["class", "style", "data-theme"] });
  return () => {
    media?.removeEventListener("change", apply);
    observer.disconnect();
  };
}

export function theme(): Theme {
  return current;
}

export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
