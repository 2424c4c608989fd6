import { describe, expect, it } from "vitest";
import { comparisonJson } from "../../src/cli/output/watch-json.ts";
import { comparisonText } from "../../src/cli/output/watch-text.ts";
import { comparison } from "../../src/cli/watch-compare.ts";
import { defaultDeployment } from "../../src/demo/default-deployment.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { analyse } from "../../src/language/analysis.ts";
import { lengthsFor } from "../../src/language/lengths.ts";
import { builtInWorkload } from "../../src/simulation/workload/built-in.ts";
import { estimate } from "../../src/timing/closed-form.ts";
import { catalog, played } from "../demo/played-server.ts";

function setUp() {
  const [analysis] = analyse(defaultDeployment, { catalog, surroundings: noSurroundings, fileName: "demo.yaml" }).deployments;
  const rows = catalog.workload("chat");
  if (!analysis?.settled || !rows) throw new Error("the default deployment does not settle");
  const { settled, memory: plans } = analysis;
  const rate = 0.35 * estimate(settled, plans, lengthsFor(settled, catalog)).mostRequestsPerSecond;
  const workload = builtInWorkload(rows, rate, 700);
  if (workload.kind !== "requests") throw new Error("no rows");
  return { analysis: { ...analysis, assumed: workload }, plan: { settled, plans, workload } };
}

describe("a comparison at the end of watching", () => {
  it("has the later half beside the one that the load was read from, marks what was fed in, and says why live differs", {
    timeout: 120_000,
  }, () => {
    const { analysis, plan } = setUp();
    const result = comparison(analysis, played(plan, ["slow-steps"], 103));
    if (typeof result === "string") throw new Error(result);
    expect(result.after?.map(({ metric }) => metric)).toEqual(result.rows.map(({ metric }) => metric));
    const inputs = result.rows.filter(({ verdict }) => verdict === "input").map(({ metric }) => metric);
    expect(inputs).toEqual(["prompt_tokens_per_second", "generation_tokens_per_second", "requests_per_second", "prefix_cache_hit_rate"]);
    expect(result.gap?.cause).toBe("steps");
    expect(result.standing?.saturationRate).toBeGreaterThan(plan.workload.ratePerSecond ?? 0);

    const text = comparisonText(result, (_, words) => words);
    expect(text).toMatch(/^ +predicted +measured +afterwards *$/m);
    expect(text).toMatch(/^ {2}Finished .* input .* input *$/m);
    expect(text).toMatch(/^All steps take 1\.\d+ times as long as predicted: a token .* instead of .*\.$/m);
    expect(text).toMatch(/^It takes .* req\/s, .* % of the .* req\/s that it is predicted to hold: .* req\/s are left\.$/m);
    const json: unknown = JSON.parse(comparisonJson(result));
    expect(json).toMatchObject({ gap: { cause: "steps", steps: { length: 6 } }, shift: { threshold: 256 } });
  });
});

describe("settings below a comparison", () => {
  const row = { predicted: false, lines: [29, 29], from: "/server_info" } as const;
  const nothing = { rows: [], after: null, gap: null, standing: null, steps: null };
  const words = (drift: Parameters<typeof comparisonText>[0]["drift"]): readonly string[] =>
    comparisonText({ ...nothing, drift }, (_, painted) => painted)
      .split("\n")
      .slice(-drift.length - 2)
      .map((line) => line.trimEnd());

  it("are those that differ, close ones, and what the server does not tell, said once", () => {
    expect(
      words([
        { ...row, setting: "max-num-seqs", file: "256", server: "128", verdict: "different" },
        { ...row, setting: "tensor-parallel-size", file: "4", server: null, from: null, verdict: "not-offered" },
      ]),
    ).toEqual([
      "                        file  line  server       told by",
      "  max-num-seqs          256   30    128          /server_info  different",
      "  tensor-parallel-size  4     30    not offered",
      "",
    ]);
  });

  it("agree where nothing differs", () => {
    expect(words([{ ...row, setting: "max-num-seqs", file: "256", server: "256", verdict: "equal" }]).join("\n")).toContain(
      "File and server agree.",
    );
  });
});
