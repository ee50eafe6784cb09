import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./App";
import { wanted } from "./shell/mirror";

/** Put the page into `root`. */
export function start(root: HTMLElement): void {
  const address = wanted();
  if (address) window.history.replaceState(null, "", address);
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
