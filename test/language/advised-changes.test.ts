import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { settle } from "../../src/deployment/settle.ts";
import { type AdvisedChange, advisedChanges } from "../../src/language/advised-changes.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { advice, type VerifiedChange } from "../../src/planning/advice/advice.ts";
import { figuresOf } from "../../src/planning/figures.ts";
import { carriedOut, simulated } from "../../src/planning/plan.ts";
import type { Report } from "../../src/simulation/report/report.ts";
import type { Workload } from "../../src/simulation/workload/workload.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, only, yaml } from "./deployments.ts";

const catalog = testCatalog();
const h100 = "H100-SXM5-80GB";
const slo = { ttftSeconds: 0.2, tpotSeconds: 0.05, e2eSeconds: null, percentile: 95 };
/** Talks of many turns: each prompt carries all before it. */
const talks: Workload = {
  kind: "open-loop",
  ratePerSecond: 6,
  requests: 300,
  promptTokens: 100,
  outputTokens: 100,
  sharedPrefix: { groups: 10, usersPerGroup: 3, systemPromptTokens: 4000, questionTokens: 100, outputTokens: 100, multiTurn: true },
};

function ran(text: string, workload: Workload) {
  const subject = only(text);
  const { settled } = subject;
  if (!settled) throw new Error("does not settle");
  const limited = { ...settled, slo };
  const { report } = simulated({ settled: limited, workload, seed: 1 });
  if (!report) throw new Error("does not run");
  return { subject, report, settled: limited };
}

function changesOf(text: string, report: Report): readonly VerifiedChange<AdvisedChange>[] {
  const analysis = analysed(text);
  const settledOf: Parameters<typeof advisedChanges>[2]["settledOf"] = (deployment) => {
    const { settled } = settle(deployment, catalog);
    return settled && { ...settled, slo };
  };
  const options = { text, analysis, again: analysed, settledOf };
  return [...advisedChanges(only(text), report, options)].filter((one) => one !== undefined);
}

describe("changes worth simulating", () => {
  const text = yaml({ gpu: h100, args: ["--no-enable-prefix-caching", "--max-num-seqs=64"] });
  const { report, settled } = ran(text, talks);
  const changes = changesOf(text, report);

  test("each is what its edited text says, and differs from the file and from every other", () => {
    const seen = new Set<string>();
    for (const { change, settled } of changes) {
      if (change.edits.length === 0) continue;
      const edited = applyEdits(text, change.edits) ?? "";
      expect({ ...only(edited).settled, slo }, plain(change.title)).toEqual(settled);
      seen.add(edited);
    }
    expect(seen.size).toBe(changes.filter(({ change }) => change.edits.length > 0).length);
    expect(seen.has(text)).toBe(false);
  });

  test("repeated prompts without prefix caching are told to be cached, by the one word that says otherwise", () => {
    const made = carriedOut(advice({ settled, workload: talks, seed: 1, before: figuresOf(report) }, changes));
    const [best] = made.helping;
    expect(made.tried).toBe(changes.length);
    expect(best && plain(best.change.title)).toBe("Turn prefix caching on");
    expect(applyEdits(text, best?.change.edits ?? [])).toBe(text.replace("--no-enable-prefix-caching", "--enable-prefix-caching"));
    expect(best?.figures.summary.ttftSeconds.p95).toBeLessThan(report.summary.ttftSeconds.p95 / 2);
  });

  test("the figures told are those of the edited file, simulated", () => {
    const made = carriedOut(advice({ settled, workload: talks, seed: 1, before: figuresOf(report) }, changes));
    const [best] = made.helping;
    const after = ran(applyEdits(text, best?.change.edits ?? []) ?? "", talks);
    expect(best?.figures.summary).toEqual(after.report.summary);
  });

  test("replicas that the file counts are asked for where they are counted", () => {
    const heavy: Workload = { kind: "open-loop", ratePerSecond: 200, requests: 400, promptTokens: 2000, outputTokens: 100 };
    const counted = yaml({ gpu: h100 }).replace("spec:\n", "spec:\n  replicas: 1\n");
    const two = changesOf(counted, ran(counted, heavy).report).find(({ change }) => plain(change.title) === "Run 2 replicas instead of 1");
    expect(applyEdits(counted, two?.change.edits ?? [])).toBe(counted.replace("replicas: 1", "replicas: 2"));
    const silent = yaml({ gpu: h100 });
    const unwritten = changesOf(silent, ran(silent, heavy).report).find(({ change }) => change.burden === "gpus");
    expect(unwritten?.change.obstacle && plain(unwritten.change.obstacle)).toBe("the number of replicas is not written in this file");
  });
});
