import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter, Route, Routes } from "react-router";

import { makeQueryClient } from "@/api/query-client";
import { ConfirmProvider } from "@/components/confirm/ConfirmProvider";
import { ToastProvider } from "@/components/toast/ToastProvider";

/** Show something as the page would, at an address, without a socket. `path` is the route's when it has parameters. */
export function show(what: ReactNode, { address = "/", path = "*" }: { address?: string; path?: string } = {}) {
  const client = makeQueryClient();
  client.setDefaultOptions({ queries: { ...client.getDefaultOptions().queries, retry: false } });
  return render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>
        <ToastProvider>
          <ConfirmProvider>
            <Routes>
              <Route path={path} element={what} />
            </Routes>
          </ConfirmProvider>
        </ToastProvider>
      </MemoryRouter>
    </QueryClientProvider>,
  );
}
