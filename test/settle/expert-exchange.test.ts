import { describe, expect, test } from "vitest";
import { readCase } from "../../src/deployment/case.ts";
import { readCommand } from "../../src/deployment/read-command.ts";
import { settle } from "../../src/deployment/settle.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

function exchangeOf(command: string, gpu = "H200-SXM"): string | undefined {
  const surroundings = { ...noSurroundings, argument: { gpu } };
  const [deployment] = readCommand(command, { catalog, surroundings }).deployments;
  return deployment && settle(deployment, catalog).settled?.pools[0]?.settings.expertExchange;
}

const vllm = "vllm serve deepseek-ai/DeepSeek-R1 --data-parallel-size 8 --enable-expert-parallel";
const sglang = "python -m sglang.launch_server --model-path deepseek-ai/DeepSeek-R1 --tp 8 --dp 8 --enable-dp-attention --ep-size 8";

describe("how tokens reach their experts", () => {
  test.each([
    [vllm, "gather"],
    [`${vllm} --all2all-backend deepep_low_latency`, "deepep-latency"],
    [`${vllm} --all2all-backend deepep_high_throughput`, "deepep-throughput"],
    [`${vllm} --all2all-backend pplx`, "gather"],
    [`${vllm} --all2all-backend nixl_ep`, "all-to-all"],
    [`VLLM_ALL2ALL_BACKEND=deepep_low_latency ${vllm}`, "deepep-latency"],
    // Without expert parallelism each rank has a share of every expert.
    ["vllm serve deepseek-ai/DeepSeek-R1 --tensor-parallel-size 8 --all2all-backend deepep_low_latency", "gather"],
    [sglang, "gather"],
    [`${sglang} --moe-a2a-backend deepep`, "deepep-auto"],
    [`${sglang} --moe-a2a-backend deepep --deepep-mode normal`, "deepep-throughput"],
    [`${sglang} --moe-a2a-backend deepep --deepep-mode low_latency`, "deepep-latency"],
    [`${sglang} --moe-a2a-backend mooncake`, "all-to-all"],
  ])("%s: %s", (command, wanted) => {
    expect(exchangeOf(command)).toBe(wanted);
  });

  test.each([
    ["H200-SXM", "gather"],
    ["GB200", "all-to-all"],
  ])("TensorRT-LLM sends tokens where nodes share an NVLink fabric: %s, %s", (gpu, wanted) => {
    const pools = [{ parallel: { tensor: 1, attentionData: 8, expert: 8 } }];
    const value = { id: "a", deployment: { engine: "tensorrt-llm", model: "deepseek-ai/DeepSeek-R1", gpu, pools } };
    const { deployment } = readCase(value, { catalog });
    expect(deployment && settle(deployment, catalog).settled?.pools[0]?.settings.expertExchange).toBe(wanted);
  });
});

describe("what places experts by load", () => {
  const trtllm = (moe_config: unknown) => ({
    id: "a",
    deployment: {
      engine: "tensorrt-llm",
      model: "deepseek-ai/DeepSeek-R1",
      gpu: "H200-SXM",
      pools: [{ parallel: { attentionData: 8, expert: 8 } }],
      settings: { "moe_config.load_balancer.num_slots": moe_config },
    },
  });
  const balancedBy = (command: string): string | undefined => {
    const [deployment] = readCommand(command, { catalog, surroundings: { ...noSurroundings, argument: { gpu: "H200-SXM" } } }).deployments;
    return deployment && settle(deployment, catalog).settled?.pools[0]?.settings.expertsBalanced;
  };

  test.each([
    [vllm, undefined],
    [`${vllm} --enable-eplb`, "by-group"],
    ["vllm serve deepseek-ai/DeepSeek-R1 --data-parallel-size 8 --enable-eplb", undefined],
    [`${sglang} --enable-eplb`, "by-group"],
    [`${sglang} --enable-eplb --eplb-algorithm deepseek`, "anywhere"],
    [`${sglang} --init-expert-location trivial`, undefined],
    [`${sglang} --init-expert-location /data/placement.pt`, "by-group"],
  ])("%s: %s", (command, wanted) => {
    expect(balancedBy(command)).toBe(wanted);
  });

  test("counts the slots of TensorRT-LLM's balancer beyond the model's experts as copies", () => {
    const read = readCase(trtllm(288), { catalog });
    const [pool] = (read.deployment && settle(read.deployment, catalog).settled?.pools) ?? [];
    expect(pool?.layout.redundantExperts).toBe(32);
    expect(pool?.settings.expertsBalanced).toBe("by-group");
  });
});
