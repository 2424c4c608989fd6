import { describe, expect, test } from "vitest";
import { withWorkloads } from "../../src/catalog/extended-catalog.ts";
import { asksForRate, chosenLoad, knownParts, type Loads, numbersOf } from "../../src/extension/workload-choice.ts";
import { drawLoad } from "../../src/simulation/workload/load.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { workloadRows } from "../../src/simulation/workload/workload-rows.ts";
import { testCatalog } from "../support/catalog.ts";

const stages: Workload = {
  kind: "open-loop",
  ratePerSecond: 2,
  stages: [
    { ratePerSecond: 2, durationSeconds: 10 },
    { ratePerSecond: 20, durationSeconds: 5 },
  ],
  requests: 100,
  promptTokens: 300,
  outputTokens: 40,
};
const users: Workload = { kind: "closed-loop", concurrency: 8, requests: 50, promptTokens: 300, outputTokens: 40 };

/** A project with workloads of its own, as the files around a deployment give them. */
function project(own: Readonly<Record<string, Workload>>): Loads {
  const rows = Object.entries(own).flatMap(([name, workload]) => {
    const made = workloadRows(name, workload);
    return typeof made === "string" ? [] : [made];
  });
  return { catalog: withWorkloads(testCatalog(), rows), own: new Map(Object.entries(own)) };
}

describe("the load that a report page asks for", () => {
  const loads = project({ stages, users });
  const at = (workload: string, ratePerSecond: number | null) => chosenLoad(loads, { workload, ratePerSecond, load: null });

  test("is a project's own workload as it is written, not its lengths at a rate", () => {
    expect(at("stages", 9)).toEqual(stages);
    expect(at("users", 9)).toEqual(users);
    expect(asksForRate(loads, { workload: "stages", load: null })).toBe(false);
    expect(asksForRate(loads, { workload: "users", load: null })).toBe(false);
    expect(numbersOf(loads, "users", 9)?.ratePerSecond).toBeNull();
  });

  test("is a built-in workload at the rate of the controls", () => {
    expect(asksForRate(loads, { workload: "chat", load: null })).toBe(true);
    expect(at("chat", 9)).toMatchObject({ kind: "requests", ratePerSecond: 9 });
    expect(numbersOf(loads, "chat", 9)?.ratePerSecond).toBe(9);
    expect(at("nowhere", 9)).toBeUndefined();
  });

  test("has the parts that a person changed, and more requests than the rows of a built-in one where they ask for them", () => {
    const own = knownParts(loads, "chat");
    if (!own) throw new Error("chat is not known");
    const requests = own.parts.requests + 500;
    const load = { ...own.parts, requests, arrivals: { kind: "closed-loop", concurrency: 4 } as const };
    expect(asksForRate(loads, { workload: "chat", load })).toBe(false);
    const workload = chosenLoad(loads, { workload: "chat", ratePerSecond: 9, load });
    const drawn = workload && drawLoad(workload, 1).load;
    expect([drawn?.measured, drawn?.maxInFlight, drawn?.arrivalSeconds.at(-1)]).toEqual([requests, 4, 0]);
  });

  test("is counted once as long as nothing around the file changes", () => {
    expect(knownParts(loads, "chat")).toBe(knownParts(loads, "chat"));
  });
});
