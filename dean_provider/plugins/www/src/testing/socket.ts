import type { LiveEvent } from "@/live/socket";

/** Stands in for the browser's WebSocket; a test says what the server does. */
export class FakeSocket {
  static made: FakeSocket[] = [];
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(
    readonly url: string,
    readonly protocols: string[],
  ) {
    FakeSocket.made.push(this);
  }

  send(text: string) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.onclose?.();
  }

  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

export const hello = { type: "hello", timestamp: "2026-11-26T11:59:00Z", user: "ada", heartbeat_seconds: 10, positions: {} };

/** What the socket says of a trial. */
export function liveEvent(workflow_id: string, sequence: number, event_type = "generation.completed"): LiveEvent {
  const name = "evolution.generation.complete";
  return { type: "event", event: name, event_type, workflow_id, workflow_type: "trial", dag_id: null, run_id: null, sequence, timestamp: "2026-11-26T12:00:00Z", occurred_at: null, actor: { kind: "task", name: "t", address: null }, data: {} };
}
