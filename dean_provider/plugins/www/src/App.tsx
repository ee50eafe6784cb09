import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { BrowserRouter } from "react-router";

import { basename } from "./api/address";
import { makeQueryClient } from "./api/query-client";
import { ConfirmProvider } from "./components/confirm/ConfirmProvider";
import { ToastProvider } from "./components/toast/ToastProvider";
import { LiveProvider } from "./live/LiveProvider";
import { Shell } from "./shell/Shell";

/** The page: what every view needs, around the views. */
export function App() {
  const [client] = useState(makeQueryClient);
  return (
    <QueryClientProvider client={client}>
      <BrowserRouter basename={basename}>
        <ToastProvider>
          <ConfirmProvider>
            <LiveProvider>
              <Shell />
            </LiveProvider>
          </ConfirmProvider>
        </ToastProvider>
      </BrowserRouter>
    </QueryClientProvider>
  );
}
