import { describe, expect, test } from "vitest";
import { settle } from "../../src/deployment/settle.ts";
import { gpusPerInstance, type Layout } from "../../src/deployment/settled.ts";
import { changed } from "../../src/planning/change.ts";
import { layoutFlags, layoutsOf, type Sizes, sameSizes } from "../../src/planning/layouts.ts";
import { only, yaml } from "../language/deployments.ts";
import { testCatalog } from "../support/catalog.ts";

const h100 = "H100-SXM5-80GB";
const dense = "meta-llama/Llama-3.3-70B-Instruct";
const experts = "Qwen/Qwen3-235B-A22B";

function subject(model: string, args: readonly string[], gpus = 8) {
  const { deployment, settled } = only(yaml({ model, gpus, gpu: h100, args }));
  const [pool] = deployment.pools;
  const [settledPool] = settled?.pools ?? [];
  if (!settled || !pool || !settledPool) throw new Error("does not settle");
  return { deployment, settled, pool, settledPool };
}

const words = ({ tensor, sequence, pipeline, data, attentionData, expert }: Sizes): string =>
  [tensor, sequence, pipeline, data * attentionData, expert].join("·");

describe("layouts of the same GPUs", () => {
  test("of a dense model are the ways to write 8 as TP × PP × DP", () => {
    const { settled, settledPool } = subject(dense, ["--tensor-parallel-size=8"]);
    const made = layoutsOf(settled.model, settledPool, "vllm", false).map(words);
    // 2³ over three factors: C(5, 2) = 10.
    expect(made).toHaveLength(10);
    expect(made).toContain("8·1·1·1·1");
    expect(made).toContain("2·1·2·2·1");
    expect(new Set(made).size).toBe(made.length);
  });

  test("with sequence parallelism have one factor more, over which heads divide", () => {
    const { settled, settledPool } = subject(dense, ["--tensor-parallel-size=8"]);
    // C(6, 3) = 20; 64 heads divide by each of them.
    expect(layoutsOf(settled.model, settledPool, "vllm", true)).toHaveLength(20);
  });

  test("of experts are split by tensor or spread over all their ranks", () => {
    const { settled, settledPool } = subject(experts, ["--tensor-parallel-size=8"]);
    const made = layoutsOf(settled.model, settledPool, "vllm", false);
    for (const { data, tensor, attentionData, expert } of made) {
      expect(data).toBe(1);
      expect([1, tensor * attentionData]).toContain(expert);
    }
    expect(made.map(words)).toContain("4·1·1·2·8");
  });

  test("keep tensor groups within a node, and heads whole", () => {
    const { settled, settledPool } = subject(dense, ["--tensor-parallel-size=8"]);
    const two = { ...settledPool, gpusPerNode: 4, layout: { ...settledPool.layout, tensor: 4, pipeline: 2 } };
    expect(layoutsOf(settled.model, two, "vllm", false).every(({ tensor }) => tensor <= 4)).toBe(true);
    const six = { ...settledPool, layout: { ...settledPool.layout, tensor: 6 } };
    expect(layoutsOf(settled.model, six, "vllm", false).map(({ tensor }) => tensor)).not.toContain(3);
  });

  test("TensorRT-LLM has no independent engines behind one server", () => {
    const { settled, settledPool } = subject(dense, ["--tensor-parallel-size=8"]);
    expect(layoutsOf(settled.model, settledPool, "tensorrt-llm", false).every(({ data }) => data === 1)).toBe(true);
  });

  test("flags bring a deployment to each of them, and change nothing else", () => {
    for (const [model, args] of [
      [dense, ["--tensor-parallel-size=8"]],
      [dense, ["--tensor-parallel-size=2", "--pipeline-parallel-size=4"]],
      [experts, ["--tensor-parallel-size=8", "--enable-expert-parallel"]],
    ] as const) {
      const { deployment, settled, pool, settledPool } = subject(model, args);
      for (const sizes of layoutsOf(settled.model, settledPool, "vllm", false)) {
        const flags = layoutFlags(pool, "vllm", sizes);
        const after = settle(changed(deployment, { parts: [{ pool: 0, flags }] }), testCatalog()).settled?.pools[0];
        const layout: Layout | undefined = after?.layout;
        expect(layout && sameSizes(layout, sizes), `${words(sizes)} ${JSON.stringify(flags)}`).toBe(true);
        expect(layout && gpusPerInstance(layout)).toBe(8);
        if (sameSizes(sizes, settledPool.layout)) expect(flags).toEqual({});
      }
    }
  });
});
