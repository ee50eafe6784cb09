import { describe, expect, it } from "vitest";

import { airflowCommand, curlCommand, deanCommand, python, pythonCode, quoted } from "./commands";
import { changed, listingOf, patched, withNew, type Trial } from "./list";
import { metricOf } from "./metric";
import { ending, gathered, narrated, narratedTogether, signed } from "./narrative";
import { progressOf, secondsLeft, tokensAtEnd } from "./progress";
import { EMPTY, extended, follows, lastGeneration, pointOf, type Point } from "./series";
import { shown } from "./shown";

function point(generation: number, more: Partial<Point> = {}): Point {
  return {
    generation,
    best_fitness: generation,
    mean_fitness: 0,
    worst_fitness: -1,
    diversity: 0.5,
    tokens_used: 60 * (generation + 1),
    evaluations: 60,
    retries: 0,
    intervened: false,
    elapsed_seconds: generation * 2,
    completed_at: "2026-01-01T00:00:00Z",
    best_agent_id: `p:${generation}:0`,
    ...more,
  };
}

describe("a series of generations", () => {
  const three = extended(EMPTY, [point(0), point(1), point(2)]);

  it("grows, and keeps each generation once, in order", () => {
    const grown = extended(three, [point(4), point(3), point(4, { best_fitness: 9 })]);
    expect(grown.points.map((one) => one.generation)).toEqual([0, 1, 2, 3, 4]);
    expect(grown.points.at(-1)?.best_fitness).toBe(9);
    expect([grown.generations, lastGeneration(grown)]).toEqual([5, 4]);
  });

  it("is written anew from where a trial was run again", () => {
    const again = extended(three, [point(1, { best_fitness: 7 })]);
    expect(again.points.map((one) => one.best_fitness)).toEqual([0, 7]);
    expect(again.generations).toBe(2);
  });

  it("knows a gap", () => {
    expect(follows(three, [point(3)])).toBe(true);
    expect(follows(three, [point(4)])).toBe(false);
    expect(follows(EMPTY, [point(0)])).toBe(true);
  });

  it("reads the figures of an event, and nothing from what is none", () => {
    const told = { ...point(5), intervention: { diversity_before: 0.1 } };
    expect(pointOf({ generation: told })).toMatchObject({ generation: 5, intervened: true });
    expect(pointOf({ generation: { ...told, intervention: null } })).toMatchObject({ intervened: false });
    expect(pointOf({ generation: 5 })).toBeNull();
    expect(pointOf({})).toBeNull();
  });
});

describe("a list of trials", () => {
  const trial = (id: string, status = "running") => ({ id, status }) as Trial;

  it("reads its filters and order from the address, and what is unknown there is as if it were not", () => {
    expect(listingOf(new URLSearchParams("status=running&sort=name&order=asc&label=team%3Da"))).toMatchObject({
      status: "running",
      sort: "name",
      descending: false,
      label: "team=a",
    });
    expect(listingOf(new URLSearchParams("status=odd&sort=odd"))).toMatchObject({ status: "", sort: "created_at", descending: true });
    expect(changed(new URLSearchParams("a=1&b=2"), { a: "", c: "3" }).toString()).toBe("b=2&c=3");
  });

  it("takes news into the rows they are about and leaves other pages as they are", () => {
    const pages = [{ workflows: [trial("a"), trial("b")] }, { workflows: [trial("c")] }];
    const news = patched(pages, new Map([["b", trial("b", "completed")]]));
    expect(news[0]?.workflows.map((one) => one.status)).toEqual(["running", "completed"]);
    expect(news[1]).toBe(pages[1]);
  });

  it("puts new trials on top, each once", () => {
    const pages = withNew([{ workflows: [trial("a")] }], [trial("n"), trial("a")]);
    expect(pages[0]?.workflows.map((one) => one.id)).toEqual(["n", "a"]);
  });
});

describe("what is left", () => {
  const running = { status: "running" as const, generation: 10, generations: 60, tokens_used: 660 };
  const points = Array.from({ length: 11 }, (_, generation) => point(generation));

  it("goes by the pace of the last generations, and no further than the time allowed", () => {
    expect(secondsLeft(running, points)).toBe(100);
    expect(secondsLeft(running, points, 50)).toBe(30);
    expect(secondsLeft({ ...running, status: "paused" }, points)).toBeNull();
    expect(secondsLeft(running, points.slice(0, 1))).toBeNull();
  });

  it("tells the tokens at the end, and the share that is done", () => {
    expect(tokensAtEnd(running, points)).toBe(660 + 50 * 60);
    expect(tokensAtEnd({ ...running, status: "completed" }, points)).toBeNull();
    expect(progressOf(running)).toBeCloseTo(1 / 6);
    expect(progressOf({ generation: -1, generations: 60 })).toBe(0);
    expect(progressOf({ generation: 5, generations: null })).toBeNull();
  });
});

describe("a metric", () => {
  const excess = metricOf({ name: "b", description: "", metric: "excess", unit: "%", direction: "minimize", tokens_per_evaluation: 1, parameters_schema: {} });

  it("is the negative of fitness where it is minimised, with its unit", () => {
    expect(excess.fitness(-3.162)).toBe("3.16\u202f%");
    expect(Object.is(excess.of(0), 0)).toBe(true);
    expect(excess.reading).toBe("lower is better");
  });

  it("is fitness itself while nobody says what is measured", () => {
    expect(metricOf(undefined).fitness(0.5)).toBe("0.5");
    expect(metricOf(undefined).fitness(null)).toBe("–");
  });

  it("is what events are told in", () => {
    expect(narrated("trial.completed", { best_fitness: -3.1, generation: 60 }, excess).text).toBe("3.10\u202f% · generation 60");
    expect(narrated("something.new", {}, excess).title).toBe("something new");
    expect(narrated("trial.failed", { error: "no" }, excess).bad).toBe(true);
    expect([signed(0.5), signed(-0.5), signed(0)]).toEqual(["+0.5", "−0.5", "0"]);
  });
});

describe("the same, written", () => {
  const config = { name: "it's", seed: 7, labels: { team: "a" }, token_budget: null };

  it("is quoted for a shell, whatever is in it", () => {
    expect(quoted("plain-1.0")).toBe("plain-1.0");
    expect(quoted("it's")).toBe(`'it'"'"'s'`);
    expect(deanCommand("dean_evolution_trial", config)).toContain(`-c seed=7`);
    expect(deanCommand("dean_evolution_trial", config)).toContain(`-c 'labels={"team":"a"}'`);
    expect(deanCommand("dean_evolution_trial", config)).toContain("-c token_budget=none");
    expect(deanCommand("mine", {})).toBe("dean trial start --wait \\\n  --dag-id mine");
    expect(airflowCommand("dean_evolution_trial", {})).toBe("airflow dags trigger dean_evolution_trial");
    expect(airflowCommand("d", { seed: 7 })).toContain(`--conf '{"seed":7}'`);
    expect(curlCommand("http://a/dean/", "d", {})).toContain("http://a/dean/api/v1/trials");
  });

  it("is Python with Python's own words", () => {
    expect(python({ a: null, b: true, c: [1, "x"], d: {} })).toBe('{\n    "a": None,\n    "b": True,\n    "c": [1, "x"],\n    "d": {},\n}');
    expect(pythonCode({ name: "my-trial" })).toContain('trial_dag(\n    "my_trial_trial",');
  });

  it("is shown as it would be typed", () => {
    expect([shown(2026), shown({ team: "a" }), shown({}), shown([]), shown(["a", "b"]), shown(null)]).toEqual(["2026", "team=a", "–", "–", "a, b", "–"]);
  });
});

describe("what happens again and again", () => {
  const metric = metricOf(undefined);
  const intervened = (generation: number) => ({
    event_type: "diversity.intervened",
    details: { generation, diversity_before: 0.04, diversity_after: 0.1 },
  });
  const paused = { event_type: "trial.paused", details: { generation: 7 } };

  it("is one line, and what lies between is not hidden by it", () => {
    const lines = gathered([intervened(12), intervened(11), intervened(9), paused, intervened(7), paused, paused]);
    expect(lines.map((line) => narratedTogether(line, metric)).map(({ title, text }) => [title, text])).toEqual([
      ["Diversity intervened 3 times", "generations 9 to 12"],
      ["Paused", "generation 7"],
      ["Diversity intervened", "0.04 → 0.10 · generation 7"],
      ["Paused", "generation 7"],
      ["Paused", "generation 7"],
    ]);
  });

  it("has an end that is said in words", () => {
    expect([ending("max_time"), ending("by_the_service"), ending(null)]).toEqual(["time limit reached", "by the service", ""]);
  });
});
