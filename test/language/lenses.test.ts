import { expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { type LensState, lenses } from "../../src/language/lenses.ts";
import type { Analysis, DeploymentAnalysis } from "../../src/language/results.ts";
import { verdict } from "../../src/language/verdict.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, only, prefillAndDecode, yaml } from "./deployments.ts";

const fitting = yaml({ gpu: "H100", args: ["--max-model-len=8192"] });
const estimate = {
  promptTokens: 1024,
  outputTokens: 256,
  ttftSeconds: 0.05,
  tpotSeconds: 0.0104,
  e2eSeconds: 2.7,
  userTokensPerSecond: 96.2,
  largestBatch: 100,
  mostRequestsPerSecond: 14.2,
  mostOutputTokensPerSecond: 3635,
  basis: "analytical" as const,
  band: 0.3,
  firstTokenBand: 0.3,
};

/** Titles and commands, the en blank after an icon written as one blank. */
function shown(text: string, state: LensState = {}, change: Partial<DeploymentAnalysis> = {}): readonly string[] {
  const analysis = analysed(text);
  const changed: Analysis = { ...analysis, deployments: analysis.deployments.map((one) => ({ ...one, ...change })) };
  const id = analysis.deployments[0]?.deployment.id ?? "";
  return lenses(changed, new Map([[id, state]]), testCatalog()).map(
    ({ title, command }) => `${plain(title).replace(/[\u2002\u2009\u00a0]/g, " ")} -> ${command}`,
  );
}

const attach = "Attach -> inferenceLens.attach";
const simulate = "Simulate -> inferenceLens.simulate";
const simulated = {
  kind: "simulated" as const,
  background: false,
  ttftP95Seconds: 0.194,
  ttftLimitSeconds: 0.5,
  requestsPerSecond: 13.1,
  goodputRequestsPerSecond: 12.9,
  limits: "met" as const,
  ranges: null,
};

test("fits: tokens, the speed of one request, and no check mark", () => {
  const [first, ...rest] = shown(fitting, {}, { estimate });
  expect(first).toMatch(/^Fits, \d+k KV tokens · ≈ 96\.2 tok\/s per user, ≤ 14\.2 req\/s -> inferenceLens\.showMemory$/);
  expect(rest).toEqual([simulate, attach]);
});

test("fits without an estimate says the tokens alone", () => {
  expect(shown(fitting, {}, { estimate: undefined })[0]).toMatch(/^Fits, \d+k KV tokens -> /);
});

test("running, simulated, in the background, edited since", () => {
  expect(shown(fitting, { run: { kind: "running", share: 0.345 } })).toEqual([
    "$(sync~spin) Simulating, 34 % -> inferenceLens.openReport",
    "Cancel -> inferenceLens.cancelSimulation",
  ]);
  expect(shown(fitting, { run: simulated })).toEqual([
    "$(check) TTFT p95 194 ms · 12.9 req/s within limits -> inferenceLens.openReport",
    "Open report -> inferenceLens.openReport",
    attach,
  ]);
  const missed = { ...simulated, background: true, ttftP95Seconds: 1.19, limits: "missed" as const };
  expect(shown(fitting, { run: missed })[0]).toMatch(/^\$\(warning\) Fits, \d+k KV tokens · TTFT p95 1\.19 s, limit 500 ms -> /);
  expect(shown(fitting, { run: { ...simulated, background: true } })[0]).toMatch(
    /^\$\(check\) Fits, \d+k KV tokens · TTFT p95 194 ms, limit 500 ms -> /,
  );
  expect(shown(fitting, { run: { kind: "stale" } })).toEqual([
    "$(history) Simulated before this edit -> inferenceLens.openReport",
    simulate,
    attach,
  ]);
});

test("ranges take the place of points, and one that crosses the limits is no pass", () => {
  const ranges = { ttft: [0.12, 0.28], tpot: [0.0092, 0.0143] } as const;
  expect(shown(fitting, { run: { ...simulated, ranges } })[0]).toBe(
    "$(check) TTFT p95 120–280 ms, TPOT 9.2–14 ms · 12.9 req/s in limits -> inferenceLens.openReport",
  );
  const endless = {
    ...simulated,
    ranges: { ...ranges, ttft: [0.75, null] as const },
    limits: "too-close" as const,
    goodputRequestsPerSecond: null,
  };
  expect(shown(fitting, { run: endless })[0]).toBe("≈ TTFT p95 ≥ 750 ms, TPOT 9.2–14 ms · 13.1 req/s -> inferenceLens.openReport");
  expect(shown(fitting, { run: { ...simulated, ranges, background: true } })[0]).toMatch(/TTFT p95 120–280 ms, limit 500 ms -> /);
});

test("without limits a run is neither good nor bad", () => {
  const free = { ...simulated, limits: null, ttftLimitSeconds: null, goodputRequestsPerSecond: null };
  expect(shown(fitting, { run: free })[0]).toBe("TTFT p95 194 ms · 13.1 req/s -> inferenceLens.openReport");
});

test("attached and lost come before everything else", () => {
  const live = { kind: "attached" as const, running: 64, kvUsage: 0.28, ttftP95Seconds: 0.229 };
  const after = ["Open live -> inferenceLens.openLive", "Detach -> inferenceLens.detach"];
  expect(shown(fitting, { server: live, run: simulated })).toEqual([
    "$(circle-filled) Live: 64 running, KV 28 %, TTFT p95 229 ms -> inferenceLens.openLive",
    ...after,
  ]);
  expect(shown(fitting, { server: { ...live, ttftP95Seconds: null } })[0]).toBe(
    "$(circle-filled) Live: 64 running, KV 28 % -> inferenceLens.openLive",
  );
  expect(shown(fitting, { server: { kind: "lost", seconds: 14.2 } })).toEqual([
    "$(debug-disconnect) No answer for 14 s -> inferenceLens.openLive",
    ...after,
  ]);
});

test("does not fit: how much is over; one error or two: how many", () => {
  const large = yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "H100" });
  expect(shown(large)).toEqual([
    expect.stringMatching(/^\$\(error\) Does not fit, 6\d\.\d GiB over per GPU -> inferenceLens\.showMemory$/),
    "Show memory -> inferenceLens.showMemory",
    attach,
  ]);
  const long = yaml({ gpu: "L4" });
  expect(shown(long)[0]).toBe("$(error) Does not fit one request of 131k tokens -> inferenceLens.showMemory");
  const wrong = yaml({ args: ["--tensor-parallel-size=3", "--max-num-seqs=many"], gpus: 1 });
  expect(shown(wrong)).toEqual([
    "$(error) Will not start: 3 errors -> inferenceLens.showProblems",
    "Show problems -> inferenceLens.showProblems",
    attach,
  ]);
});

test("GPU unknown, the usual case: what does not depend on it, and which would do", () => {
  // 70.55 G weights of 2 B = 131.4 GiB; 2 · 80 layers · 8 heads · 128 · 2 B = 327,680 B = 320 KiB.
  const text = yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpus: 4 });
  expect(shown(text)).toEqual([
    "131 GiB of weights, 320 KiB a token · fits 4 × H100-80GB or 2 × H200 -> inferenceLens.selectGpu",
    "Choose GPU -> inferenceLens.selectGpu",
    attach,
  ]);
});

test("GPU unknown with sizes written: only layouts as the file has them", () => {
  const text = yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpus: 4, args: ["--tensor-parallel-size=4"] });
  expect(shown(text)[0]).toMatch(/fits 4 × H100-80GB or 4 × A100-80GB /);
});

test("model unknown, and an engine that is recognised only", () => {
  expect(shown(yaml({ model: "acme/chat-9b" }))).toEqual([
    "Model not known: acme/chat-9b -> inferenceLens.describeModel",
    "Describe model -> inferenceLens.describeModel",
    attach,
  ]);
  const tgi = yaml()
    .replace("[vllm, serve]", "[text-generation-launcher, --model-id]")
    .replace("vllm/vllm-openai:v0.18.1", "ghcr.io/huggingface/text-generation-inference:3.3.4");
  expect(shown(tgi)).toEqual(["TGI is recognised, not judged -> ", attach]);
});

test("every engine that is judged offers a simulation", () => {
  const sglang = yaml({ gpu: "H100" })
    .replace("[vllm, serve]", "[python, -m, sglang.launch_server, --model-path]")
    .replace("vllm/vllm-openai:v0.18.1", "lmsysorg/sglang:v0.5.9");
  const [first, ...rest] = shown(sglang);
  expect(first).toMatch(/^Fits, \d+k KV tokens · ≈ \d+ tok\/s per user, ≤ [\d.]+ req\/s -> inferenceLens\.showMemory$/);
  expect(rest).toEqual([simulate, attach]);
});

test("a pair of pools says the rate that both hold, and half of one no rate at all", () => {
  const [first] = shown(prefillAndDecode(["--tensor-parallel-size=2"], []));
  expect(first).toMatch(/^1 prefill \+ 1 decode fit, \d+k KV tokens · ≤ [\d.]+ req\/s -> inferenceLens\.showMemory$/);
  const [half] = prefillAndDecode(["--tensor-parallel-size=2"], []).split("---");
  expect(shown(half ?? "")[0]).toMatch(/^Fits, [\d.]+M KV tokens -> inferenceLens\.showMemory$/);
});

test("pools that all do the same are no pair", () => {
  const one = only(fitting);
  const pool = one.settled?.pools[0];
  const plan = one.memory[0];
  if (!one.settled || !pool || !plan) throw new Error("must settle");
  const twice = { ...one, settled: { ...one.settled, pools: [pool, pool] }, memory: [plan, plan], estimate: undefined };
  expect(plain(verdict(twice, testCatalog()).text)).toMatch(/^Fits, \d+k KV tokens$/);
});

test("two pools are counted by role", () => {
  const one = only(yaml({ gpu: "H100", args: ["--max-model-len=8192"] }));
  const pool = one.settled?.pools[0];
  const plan = one.memory[0];
  if (!one.settled || !pool || !plan) throw new Error("must settle");
  const pools = [
    { ...pool, role: "prefill" as const, instances: 2 },
    { ...pool, role: "decode" as const },
  ];
  const memory = [plan, { ...plan, kvCacheTokens: 921_400 }];
  const both = { ...one, settled: { ...one.settled, pools }, memory, estimate: undefined };
  expect(plain(verdict(both, testCatalog()).text)).toMatch(/^2 prefill \+ 1 decode fit, \d+k KV tokens$/);
});

test("a verdict that is free to choose its words stays within 60 characters", () => {
  for (const userTokensPerSecond of [1, 12.34, 96.2, 1234]) {
    const one = { ...only(fitting), estimate: { ...estimate, userTokensPerSecond } };
    expect(plain(verdict(one, testCatalog()).text).length).toBeLessThanOrEqual(60);
  }
});
