import { describe, expect, it } from "vitest";
import { readCase } from "../../../src/deployment/case.ts";
import { settle } from "../../../src/deployment/settle.ts";
import type { Settled } from "../../../src/deployment/settled.ts";
import { simulateWith } from "../../../src/simulation/simulate-with.ts";
import type { Workload } from "../../../src/simulation/workload/workload.ts";
import { testCatalog } from "../../support/catalog.ts";
import { planOf, reportFrom, type Setup, settledOf, timing } from "../fixtures.ts";

const catalog = testCatalog();

/** Ten requests at once; steps of 10 ms, one request at a time. */
function run(admission: Settled["admission"], setup: Setup = {}, workload?: Workload) {
  const one: Setup = {
    ...setup,
    settings: { maxNumSeqs: 1, ...setup.settings },
    slo: { ttftSeconds: 10, tpotSeconds: null, e2eSeconds: null, percentile: 95 },
  };
  const requests = Array.from({ length: 10 }, () => ({ arrivalSeconds: 0, promptTokens: 10, outputTokens: 2 }));
  const settled = { ...settledOf(one), ...(admission ? { admission } : {}) };
  return reportFrom(simulateWith(settled, [planOf(one)], [timing(() => 0.01)], workload ?? { kind: "requests", requests }, 1));
}

describe("requests that are turned away", () => {
  it("are none where nobody limits them", () => {
    expect(run(undefined).summary).toMatchObject({ requests: 10 });
    expect(run(undefined).summary.refused).toBeUndefined();
  });

  it("are those beyond so many in the queue of an engine", () => {
    // Nothing has been taken out of the queue when the others come.
    const { summary, requests, warnings } = run({ mostQueued: 3 });
    expect([summary.requests, summary.refused]).toEqual([3, 7]);
    // Whoever is refused is not within the limits.
    expect(summary.sloAttainment).toBeCloseTo(0.3, 9);
    expect(requests.refused?.reduce((sum, one) => sum + one, 0)).toBe(7);
    expect(warnings.join()).toContain("7 of 10 requests were turned away");
  });

  it("are those beyond so many under way, over all instances", () => {
    expect(run({ mostInFlight: 4 }, { instances: 3 }).summary).toMatchObject({ requests: 4, refused: 6 });
  });

  it("leave room again when others are done", () => {
    // One under way at a time, 20 ms each; every 15 ms another one comes: each second one is refused.
    const requests = Array.from({ length: 10 }, (_, i) => ({ arrivalSeconds: i * 0.015, promptTokens: 10, outputTokens: 2 }));
    expect(run({ mostInFlight: 1 }, {}, { kind: "requests", requests }).summary).toMatchObject({ requests: 5, refused: 5 });
  });

  it("are told in a case, and by SGLang's own limit", () => {
    const settled = (deployment: object) => {
      const read = readCase(
        { id: "a", deployment: { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100", ...deployment } },
        { catalog },
      );
      return read.deployment ? settle(read.deployment, catalog).settled : undefined;
    };
    expect(settled({ admission: { mostInFlight: 64, mostQueued: 8 } })?.admission).toEqual({ mostInFlight: 64, mostQueued: 8 });
    const sglang = settled({ engine: "sglang", engineVersion: "0.5.9", settings: { "max-queued-requests": 20 } });
    expect(sglang?.pools[0]?.settings.mostQueued).toBe(20);
    expect(settled({})?.pools[0]?.settings.mostQueued).toBeUndefined();
    expect(
      readCase({ id: "a", deployment: { model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100", admission: {} } }, { catalog }).error
        ?.message,
    ).toContain("mostInFlight");
  });
});
