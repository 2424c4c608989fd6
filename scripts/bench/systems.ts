import { allAtOnce } from "../../src/simulation/report/saturation.ts";
import { benchCatalog, cpuSeconds, type Measurement } from "./measure.ts";
import { reportOf, requestsOf, share, target } from "./simulated.ts";

type Said = Readonly<Record<string, unknown>>;

const pair: Said = { pools: ["prefill", "decode"].map((role) => ({ role, instances: 2 })) };
const dram = { kind: "dram", capacityBytes: 2e11, readBytesPerSecond: 5e10 };
const ssd = { kind: "ssd", capacityBytes: 2e12, readBytesPerSecond: 6e9, latencySeconds: 1e-4 };
const experts = "Qwen/Qwen3-30B-A3B";

/** Every way of serving that has a mechanism of its own. */
const systems: Readonly<Record<string, Said>> = {
  "two prefill and two decode instances": pair,
  "Shift Parallelism, TP 4 × SP 2": {
    model: "meta-llama/Llama-3.3-70B-Instruct",
    engineVersion: "0.11.0",
    shiftThreshold: 256,
    pools: [{ parallel: { tensor: 4, sequence: 2 } }],
  },
  DistServe: { ...pair, system: "distserve" },
  Splitwise: { ...pair, system: "splitwise" },
  TetriInfer: { ...pair, system: "tetriinfer" },
  Mooncake: { ...pair, system: "mooncake" },
  "Infinite-LLM, four instances": { instances: 4, system: "infinite-llm" },
  "Sarathi-Serve": { system: "sarathi" },
  "prompts that decode instances compute themselves (Dynamo)": { ...pair, localPrompts: {} },
  "pipeline of two stages": { pools: [{ parallel: { pipeline: 2 } }] },
  "pipeline of four stages": { pools: [{ parallel: { pipeline: 4 } }] },
  "attention replicas in lock-step, EP 4": { model: experts, pools: [{ parallel: { data: 4, expert: 4 } }] },
  "four engines of one server (DP)": { pools: [{ parallel: { data: 4 } }] },
  "speculative decoding (n-gram)": { settings: { "speculative-config": '{"method":"ngram","num_speculative_tokens":4}' } },
  "vLLM V0": { engineVersion: "0.6.3" },
  SGLang: { engine: "sglang" },
  "TensorRT-LLM": { engine: "trtllm" },
  "stores behind the cache: DRAM and SSD": { kvTiers: [dram, ssd] },
  "four instances, round robin": { instances: 4, routing: "round-robin" },
  "four instances, shortest queue": { instances: 4, routing: "join-shortest-queue" },
  "four instances, power of two": { instances: 4, routing: "power-of-two" },
  "four instances, prefixes scored (llm-d)": { instances: 4, routing: "prefix" },
  "four instances, cost of the cache (Dynamo)": { instances: 4, routing: "kv-cost" },
  "four instances, least TTFT": { instances: 4, routing: "least-ttft" },
  "four instances, sessions": { instances: 4, routing: "session" },
};

/** The same requests on each, at 80 % of the most that it serves; three times what one plain instance takes is the most. */
export function systemsPart(): readonly Measurement[] {
  const catalog = benchCatalog();
  const { workload } = requestsOf(10_000, catalog);
  return Object.entries(systems).map(([name, said]) => {
    const system = target(catalog, said);
    const most = reportOf(system, allAtOnce(workload)).summary.requestsPerSecond;
    const cpu = cpuSeconds(() => reportOf(system, { ...workload, ratePerSecond: share * most, cv: 1 }));
    return { name: `10,000 requests, ${name}, ${(share * most).toFixed(1)} req/s`, value: cpu, unit: "CPU s", limit: 1.2 };
  });
}
