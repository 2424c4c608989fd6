import { describe, expect, test } from "vitest";
import { message, plain } from "../../src/deployment/message.ts";
import { advice, type VerifiedChange } from "../../src/planning/advice/advice.ts";
import { figuresOf } from "../../src/planning/figures.ts";
import { carriedOut } from "../../src/planning/plan.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { settledOf } from "../simulation/fixtures.ts";
import { type Figures, reportWith } from "./reports.ts";

const workload: Workload = { kind: "open-loop", ratePerSecond: 1, requests: 10, promptTokens: 100, outputTokens: 10 };

/** What each deployment comes to with seeds 1, 2 and 3. */
type Draws = readonly [Figures, Figures, Figures];

function advised(own: Draws, others: Readonly<Record<string, Draws>>) {
  const settled = settledOf();
  const draws = new Map([[settled, own]]);
  const changes = Object.entries(others).map(([title, drawn]): VerifiedChange => {
    const changed = settledOf();
    draws.set(changed, drawn);
    return { change: { title: message("{0}", title), price: message("no memory"), burden: "none", parts: [] }, settled: changed };
  });
  const made = carriedOut(advice({ settled, workload, seed: 1, before: figuresOf(reportWith(own[0])) }, changes), (planned) => ({
    report: reportWith(draws.get(planned.settled)?.[planned.seed - 1] ?? {}),
  }));
  const titles = (some: typeof made.helping) => some.map(({ change }) => plain(change.title));
  return { tried: made.tried, helping: titles(made.helping), nearest: titles(made.nearest) };
}

describe("advice", () => {
  const plainly: Draws = [{ ttft: 0.12 }, { ttft: 0.13 }, { ttft: 0.11 }];

  test("is what helps with every seed, the best first", () => {
    const made = advised(plainly, {
      good: [{ ttft: 0.1 }, { ttft: 0.11 }, { ttft: 0.1 }],
      better: [{ ttft: 0.05 }, { ttft: 0.06 }, { ttft: 0.05 }],
    });
    expect(made).toEqual({ tried: 2, helping: ["better", "good"], nearest: [] });
  });

  test("is no change that another seed turns round, however good it looks with the first", () => {
    const made = advised(plainly, {
      lucky: [{ ttft: 0.05 }, { ttft: 0.14 }, { ttft: 0.05 }],
      good: [{ ttft: 0.1 }, { ttft: 0.11 }, { ttft: 0.1 }],
    });
    expect(made.helping).toEqual(["good"]);
  });

  test("where none helps are the two that come nearest", () => {
    const made = advised(plainly, {
      worst: [{ ttft: 0.9, attainment: 0.1 }, {}, {}],
      lucky: [{ ttft: 0.05 }, { ttft: 0.14 }, { ttft: 0.05 }],
      alike: [{ ttft: 0.12 }, { ttft: 0.13 }, { ttft: 0.11 }],
    });
    expect(made).toEqual({ tried: 3, helping: [], nearest: ["lucky", "alike"] });
  });
});
