import { expect, it } from "vitest";

import { tabOf } from "./tab";

it.each([
  ["/dean/page/dags/a%20b", { dagId: "a b", runId: null }],
  ["/dean/page/dags/a/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00", { dagId: "a", runId: "manual__2026-01-01T00:00:00+00:00" }],
  ["/dean/page/", null],
  ["/dean/page/trials/1", null],
])("%s", (path, wanted) => expect(tabOf(path)).toEqual(wanted));
