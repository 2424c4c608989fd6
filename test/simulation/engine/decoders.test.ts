import { expect, it } from "vitest";
import { Decoders } from "../../../src/simulation/engine/decoders.ts";
import { Gaps } from "../../../src/simulation/report/gaps.ts";
import { Requests } from "../../../src/simulation/requests.ts";
import { drawLoad } from "../../../src/simulation/workload/load.ts";

it("counts no gap before a first token where another one left before its own", () => {
  const { load } = drawLoad({ kind: "offline", requests: 2, promptTokens: 8, outputTokens: 4 }, 1);
  if (!load) throw new Error("no load");
  const requests = new Requests(load);
  const gaps = new Gaps();
  const decoders = new Decoders(requests, gaps, 1, 16, 1, null);
  const cohort = decoders.of(0);
  const join = (r: number): void => {
    decoders.attach(r, 7, cohort);
    cohort.markOdd(r);
  };
  join(0);
  decoders.leave(0);
  join(1);
  decoders.recordGaps(cohort, 50);
  expect(requests.firstToken[1]).toBe(50);
  expect(gaps.tokens).toBe(0);
  decoders.recordGaps(cohort, 70);
  expect(gaps.tokens).toBe(1);
});
