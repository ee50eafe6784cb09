import { useQuery } from "@tanstack/react-query";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { describe, expect, it, vi } from "vitest";

import { ask, api } from "@/api/client";
import { ActionButton } from "@/components/control/ActionButton";
import { Button } from "@/components/control/Button";
import { useConfirm } from "@/components/confirm/ConfirmProvider";
import { Answer } from "@/components/state/Answer";
import { useToasts } from "@/components/toast/ToastProvider";
import { Problem } from "@/api/problem";
import { at, server } from "@/testing/server";
import { show } from "@/testing/show";

function Status() {
  const query = useQuery({ queryKey: ["status"], queryFn: () => ask(api.GET("/api/v1/status")) });
  return (
    <>
      <Button onClick={() => void query.refetch()}>ask</Button>
      <Answer query={query} what="the status">
        {({ user }) => <p>user {user}</p>}
      </Answer>
    </>
  );
}

function answers(status: number, message: string) {
  server.use(http.get(at("/status"), () => HttpResponse.json({ error_code: "x", message, suggestions: ["Do this."], request_id: "r-9", details: {} }, { status })));
}

describe("an answer", () => {
  it("is loading, then there", async () => {
    server.use(http.get(at("/status"), () => HttpResponse.json({ user: "ada" })));
    show(<Status />);
    expect(screen.getByRole("status", { name: "Loading the status" })).toBeInTheDocument();
    expect(await screen.findByText("user ada")).toBeInTheDocument();
  });

  it("is a problem with suggestion, request and a way to try again", async () => {
    answers(500, "It broke.");
    show(<Status />);
    const problem = await screen.findByRole("alert");
    expect(problem).toHaveTextContent("It broke.");
    expect(problem).toHaveTextContent("Do this.");
    expect(problem).toHaveTextContent("r-9");
    server.use(http.get(at("/status"), () => HttpResponse.json({ user: "ada" })));
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("user ada")).toBeInTheDocument();
  });

  it("is refused in words", async () => {
    answers(403, "You may not read this.");
    show(<Status />);
    expect(await screen.findByText("You may not see the status")).toBeInTheDocument();
  });

  it("is asked for also by a browser that calls itself offline, and says that nothing answers", async () => {
    vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    window.dispatchEvent(new Event("offline"));
    server.use(http.get(at("/status"), () => HttpResponse.error()));
    show(<Status />);
    expect(await screen.findByRole("alert")).toHaveTextContent("Airflow's API server does not answer.");
    window.dispatchEvent(new Event("online"));
  });

  it("stays, with its age, when it cannot be had anew", async () => {
    server.use(http.get(at("/status"), () => HttpResponse.json({ user: "ada" })));
    show(<Status />);
    await screen.findByText("user ada");
    answers(503, "The database is away.");
    await userEvent.click(screen.getByRole("button", { name: "ask" }));
    expect(await screen.findByText("The database is away.")).toBeInTheDocument();
    expect(screen.getByText("user ada")).toBeInTheDocument();
    expect(screen.getByText(/^As of/)).toBeInTheDocument();
  });
});

describe("an action", () => {
  it("that is not allowed says why and does nothing", async () => {
    const act = vi.fn();
    show(
      <ActionButton permission={{ allowed: false, reason: "the trial is completed" }} onAct={act}>
        Pause
      </ActionButton>,
    );
    const button = screen.getByRole("button", { name: "Pause" });
    expect(button).toHaveAttribute("aria-disabled", "true");
    expect(button).toHaveAccessibleDescription("the trial is completed");
    await userEvent.click(button);
    expect(act).not.toHaveBeenCalled();
  });

  it("is asked about first, and Escape means no", async () => {
    const answered: boolean[] = [];
    function Ask() {
      const confirm = useConfirm();
      return <Button onClick={async () => answered.push(await confirm({ title: "Cancel it?", act: "Cancel the trial", look: "danger" }))}>ask</Button>;
    }
    show(<Ask />);
    await userEvent.click(screen.getByRole("button", { name: "ask" }));
    await userEvent.click(screen.getByRole("button", { name: "Cancel the trial" }));
    await waitFor(() => expect(answered).toEqual([true]));
    await userEvent.click(screen.getByRole("button", { name: "ask" }));
    fireEvent(screen.getByRole("dialog", { name: "Cancel it?" }), new Event("cancel", { cancelable: true }));
    await waitFor(() => expect(answered).toEqual([true, false]));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("that fails leaves a notice with what helps", async () => {
    function Fail() {
      const toasts = useToasts();
      return <Button onClick={() => toasts.failed("The trial was not paused", new Problem("It has ended.", 409, "conflict", ["Fork it."], "r-3"))}>go</Button>;
    }
    show(<Fail />);
    await userEvent.click(screen.getByRole("button", { name: "go" }));
    const notice = screen.getByRole("alert");
    expect(notice).toHaveTextContent("The trial was not paused: It has ended.");
    expect(notice).toHaveTextContent("Fork it.");
    expect(notice).toHaveTextContent("r-3");
    await userEvent.click(screen.getByRole("button", { name: "Close this notice" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
