import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { analyse } from "../../../src/language/analysis.ts";
import { benchmarkLoads } from "../../../src/live/bench/benchmark-files.ts";
import { benchmarkedDeployment } from "../../../src/live/bench/benchmarked-deployment.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import { testCatalog } from "../../support/catalog.ts";

const file = (args = "") => `# inference-lens: gpu=H100-SXM-80GB
services:
  llama:
    image: vllm/vllm-openai:v0.19.0
    command: --model meta-llama/Llama-3.1-8B-Instruct --max-model-len 8192 ${args}
`;

function served(args = "") {
  const [one] = analyse(file(args), { catalog: testCatalog(), fileName: "compose.yaml" }).deployments;
  if (!one?.settled) throw new Error("not settled");
  return { ...one, settled: one.settled };
}

const result = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    date: "20260311-101500",
    model_id: "meta-llama/Llama-3.1-8B-Instruct",
    num_prompts: 64,
    max_concurrency: 8,
    request_rate: "inf",
    completed: 64,
    total_input_tokens: 64_000,
    total_output_tokens: 6400,
    request_throughput: 4.74,
    output_throughput: 474,
    mean_ttft_ms: 300,
    mean_tpot_ms: 14,
    ...changes,
  });

function compared(one: ReturnType<typeof served>, ...texts: readonly string[]) {
  const { loads } = benchmarkLoads(texts.map((text, index) => ({ name: `run-${index}.json`, text })));
  const { deployment, settled, memory } = one;
  return benchmarkedDeployment(loads, {
    deployment,
    settled,
    source: "bench",
    date: "2026-11-28",
    version: null,
    simulate: async (pools, workload) => simulate(pools, memory, workload, 1).report?.summary,
  });
}

const problem = async (one: ReturnType<typeof served>, ...texts: readonly string[]) => {
  const { measured } = await compared(one, ...texts);
  return measured.problem && plain(measured.problem);
};

describe("a deployment under the load of its benchmark", () => {
  test("has measured beside predicted, and a factor that meets the time per token", async () => {
    const { loads, measured } = await compared(served(), result());
    const [load] = loads;
    expect(load?.rows.map(({ metric, measured: value, verdict }) => [metric, value, verdict])).toEqual([
      ["ttft", 0.3, "too-low"],
      ["tpot", 0.014, "too-low"],
      ["throughput", 474, "too-high"],
    ]);
    expect(load?.corrected[1]?.share ?? 1).toBeCloseTo(0, 1);
    const { timing } = measured;
    expect(timing).toMatchObject({ source: "bench", date: "2026-03-11", conditions: { engine: "vllm", engineVersion: "0.19.0" } });
    expect(timing?.correction.device).toBeGreaterThan(1.3);
    expect(timing?.points).toEqual([
      {
        from: "run-0.json",
        tool: "vllm bench serve",
        date: "2026-03-11",
        load: "8 in flight",
        ttftSeconds: 0.3,
        tpotSeconds: 0.014,
        outputTokensPerSecond: 474,
      },
    ]);
  });

  test("is held against the prediction, whatever was measured before", async () => {
    const one = served();
    const { loads, measured } = await compared(one, result());
    const { timing } = measured;
    if (!timing) throw new Error("nothing measured");
    const pools = one.settled.pools.map((pool) => ({ ...pool, observed: { ...pool.observed, timing: { timing, refused: null } } }));
    const again = await compared({ ...one, settled: { ...one.settled, pools } }, result());
    expect(again).toEqual({ loads, measured });
  });

  test("tells that prompts may have been in the cache only where they were quicker than predicted", async () => {
    const notes = async (text: string) => (await compared(served(), text)).loads[0]?.notes.map(plain);
    expect(await notes(result({ mean_ttft_ms: 5 }))).toEqual([
      "Prefix caching is on, and what prompts share is not told: nothing is taken to be shared",
    ]);
    expect(await notes(result({ output_throughput: 862, mean_tpot_ms: 7.4, mean_ttft_ms: 198 }))).toEqual([]);
  });

  test("is not corrected by another model's benchmark; a served name is the model's", async () => {
    const other = result({ model_id: "Qwen/Qwen3-8B" });
    expect(await problem(served(), other)).toBe("The benchmark is of another model: Qwen/Qwen3-8B");
    expect(await problem(served("--served-model-name chat"), result({ model_id: "chat" }))).toBeUndefined();
    expect(await problem(served(), result({ model_id: "/models/x" }))).toBeUndefined();
    expect(await problem(served(), result({ model_id: "x", tokenizer_id: "someone/Llama-3.1-8B-Instruct" }))).toBeUndefined();
  });

  test("is not corrected where several pools share the difference", async () => {
    const one = served();
    const [pool] = one.settled.pools;
    if (!pool) throw new Error("no pool");
    const pools = [
      { ...pool, role: "prefill" as const },
      { ...pool, role: "decode" as const },
    ];
    const [plan] = one.memory;
    const both = { ...one, settled: { ...one.settled, pools }, memory: plan ? [plan, plan] : [] };
    expect(await problem(both, result())).toBe("Which of several pools a difference comes from is not told");
  });
});
