import { setupServer } from "msw/node";

/** Stands in for the gateway; a test says what it answers. */
export const server = setupServer();

/** A route of the gateway, as `http.get` takes it. */
export function at(path: string): string {
  return `http://airflow.test/dean/api/v1${path}`;
}
