import { describe, expect, test } from "vitest";
import { message, plain } from "../../src/deployment/message.ts";
import { emptyRange } from "../../src/deployment/text.ts";
import { applyEdits } from "../../src/language/edits.ts";
import { type Lever, memoryLevers } from "../../src/language/memory-levers.ts";
import type { Analysis } from "../../src/language/results.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, only, prefillAndDecode, yaml } from "./deployments.ts";

const h100 = "H100-SXM5-80GB";
const large = "meta-llama/Llama-3.3-70B-Instruct";

function leversOf(text: string, again: (text: string) => Analysis = analysed): readonly Lever[] {
  const analysis = analysed(text);
  const [subject] = analysis.deployments;
  if (!subject) throw new Error("no deployment");
  return memoryLevers(subject, { text, analysis, again, catalog: testCatalog() });
}

function lever(text: string, id: string): Lever {
  const levers = leversOf(text);
  const found = levers.find((one) => one.id === id);
  if (!found) throw new Error(`no lever ${id} among ${levers.map((one) => one.id).join(", ")}`);
  return found;
}

function planOf(text: string): MemoryPlan {
  const [plan] = only(text).memory;
  if (!plan) throw new Error("no plan");
  return plan;
}

/** The text after a lever, which must be one that can be applied. */
function applied(text: string, { edits, title }: Lever): string {
  const edited = applyEdits(text, edits);
  if (edits.length === 0 || edited === undefined) throw new Error(`cannot be applied: ${plain(title)}`);
  return edited;
}

describe("one step of each setting", () => {
  const text = yaml({ gpu: h100, gpus: 2, args: ["--max-num-seqs=512", "--gpu-memory-utilization=0.9"] });

  test("is listed from the cheapest on", () => {
    expect(leversOf(text).map(({ id }) => id)).toEqual(["sequences", "share", "cache-type", "length", "quantization", "tensor"]);
  });

  test("gives what the edited file gives", () => {
    for (const one of leversOf(text)) {
      const after = planOf(applied(text, one));
      expect(after.kvCacheTokens, one.id).toBe(one.outcome.kvCacheTokens);
      expect(after.kvCacheTokens - planOf(text).kvCacheTokens, one.id).toBe(one.outcome.gainTokens);
      expect(after.maxConcurrency, one.id).toBe(one.outcome.maxConcurrency);
    }
  });

  test("changes one value where it stands", () => {
    const one = lever(text, "sequences");
    expect(plain(one.title)).toBe("Lower max-num-seqs from 512 to 256");
    expect(plain(one.price)).toBe("at most 256 requests run at once");
    expect(applied(text, one)).toBe(text.replace("--max-num-seqs=512", "--max-num-seqs=256"));
  });

  test("costs nothing where the last simulation never came near", () => {
    const analysis = analysed(text);
    const [subject] = analysis.deployments;
    const price = (runningPeak: number): string => {
      const levers = subject ? memoryLevers(subject, { text, analysis, again: analysed, catalog: testCatalog(), runningPeak }) : [];
      const one = levers.find(({ id }) => id === "sequences");
      return one ? plain(one.price) : "";
    };
    expect(price(250)).toBe("none in the last simulation: at most 250 requests ran at once");
    expect(price(257)).toBe("at most 256 requests run at once");
  });

  test("two hundredths of the card become tokens", () => {
    // 0.02 of what the driver reports, over 32 layers · 8 KV heads · 2 · 128 · 2 B a token, in blocks of 16.
    const bytes = 0.02 * (planOf(text).ranks[0]?.totalBytes ?? 0);
    const tokens = bytes / (32 * 8 * 2 * 128 * 2);
    expect(Math.abs(lever(text, "share").outcome.gainTokens - tokens)).toBeLessThanOrEqual(16);
  });

  test("eight bits hold twice the tokens", () => {
    const { kvCacheTokens } = planOf(text);
    expect(Math.abs(lever(text, "cache-type").outcome.kvCacheTokens - 2 * kvCacheTokens)).toBeLessThanOrEqual(32);
    expect(applied(text, lever(text, "cache-type"))).toContain("- --kv-cache-dtype=fp8\n");
  });

  test("twice the GPUs are used where they are idle, asked for where they are not", () => {
    expect(applied(text, lever(text, "tensor"))).toContain("nvidia.com/gpu: 2\n");
    const one = yaml({ gpu: h100, gpus: 1 });
    expect(applied(one, lever(one, "tensor"))).toContain("nvidia.com/gpu: 2\n");
  });

  test("a shorter limit gives no tokens, but more requests at once", () => {
    const { outcome, title } = lever(text, "length");
    expect(plain(title)).toBe("Lower max-model-len from 131,072 to 65,536");
    expect(outcome.gainTokens).toBe(0);
    expect(outcome.maxConcurrency).toBeCloseTo(2 * planOf(text).maxConcurrency, 0);
  });
});

describe("what is not offered", () => {
  const ids = (text: string): readonly string[] => leversOf(text).map(({ id }) => id);

  test("eight bits on a GPU that does not compute with them, or twice", () => {
    expect(ids(yaml({ gpu: "A100-SXM4-80GB" }))).not.toContain("cache-type");
    expect(ids(yaml({ gpu: h100, args: ["--kv-cache-dtype=fp8", "--quantization=fp8"] }))).not.toEqual(
      expect.arrayContaining(["cache-type", "quantization"]),
    );
  });

  test("eager mode, where graphs lie beside the budget", () => {
    expect(ids(yaml({ gpu: h100, image: "vllm/vllm-openai:v0.18.1" }))).not.toContain("eager");
    const text = yaml({ gpu: h100, image: "vllm/vllm-openai:v0.20.2" });
    expect(applied(text, lever(text, "eager"))).toContain("- --enforce-eager\n");
  });

  test("a share beyond 0.95, or more GPUs than a board has", () => {
    expect(ids(yaml({ gpu: h100, args: ["--gpu-memory-utilization=0.95"] }))).not.toContain("share");
    expect(ids(yaml({ model: large, gpu: h100, gpus: 8, args: ["--tensor-parallel-size=8"] }))).not.toContain("tensor");
  });

  test("another size of a stage that attention replicas divide: its flag counts what they share", () => {
    const text = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata: { name: p }",
      "spec:",
      "  hostIPC: true",
      "  nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }",
      "  containers:",
      "    - name: engine",
      "      image: lmsysorg/sglang:v0.5.9",
      "      command: [python3, -m, sglang.launch_server]",
      "      args: [--model-path, Qwen/Qwen3-30B-A3B, --tp-size, '4', --dp-size, '4', --enable-dp-attention]",
      "      resources: { limits: { nvidia.com/gpu: 4 } }",
      "",
    ].join("\n");
    expect(ids(text)).toContain("share");
    expect(ids(text)).not.toContain("tensor");
    expect(ids(text)).not.toContain("layout");
  });

  test("what brings a new error", () => {
    const text = yaml({ gpu: h100 });
    const worse = (edited: string): Analysis => {
      const analysis = analysed(edited);
      const finding = { code: "new", severity: "error" as const, message: message("new"), range: emptyRange, related: [], fixes: [] };
      return { ...analysis, findings: [...analysis.findings, finding] };
    };
    expect(leversOf(text, worse)).toEqual([]);
  });

  test("anything, while something is unknown", () => {
    expect(leversOf(yaml({}))).toEqual([]);
  });
});

describe("what does not start", () => {
  const text = yaml({ model: large, gpu: h100, gpus: 8, args: ["--max-model-len=32768"] });

  test("takes the smallest step that lets it", () => {
    expect(planOf(text).fits).toBe(false);
    const one = lever(text, "tensor");
    expect(plain(one.title)).toBe("Use TP 4 on 4 GPUs");
    expect(planOf(applied(text, one)).fits).toBe(true);
  });

  test("is told how far the rest gets, without a click", () => {
    const { outcome, edits, obstacle } = lever(text, "share");
    expect(outcome.fits).toBe(false);
    expect(outcome.overBytes).toBeGreaterThan(0);
    expect(edits).toEqual([]);
    expect(obstacle).toBeNull();
  });

  test("for one request that is too long becomes as long as fits", () => {
    const long = yaml({ gpu: "L4", args: ["--max-model-len=131072"] });
    const { refusal } = planOf(long);
    if (refusal?.kind !== "model-len") throw new Error("expected one request to be too long");
    const one = lever(long, "length");
    const length = Math.floor(refusal.longest / 1024) * 1024;
    expect(applied(long, one)).toContain(`--max-model-len=${length}\n`);
    expect(one.outcome.fits).toBe(true);
  });
});

describe("what a file cannot be made to say", () => {
  test("comes from a variable", () => {
    const text = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata: { name: p }",
      "spec:",
      "  containers:",
      "    - name: engine",
      "      image: vllm/vllm-openai:v0.11.0",
      "      command: [vllm, serve]",
      "      args:",
      "        - Qwen/Qwen2.5-7B-Instruct",
      "        - --max-model-len=$(LENGTH)",
      "      env: [{ name: LENGTH, value: '16384' }]",
      "      resources: { limits: { nvidia.com/gpu: 1 } }",
      "  nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }",
      "",
    ].join("\n");
    const one = lever(text, "length");
    expect(one.edits).toEqual([]);
    expect(one.obstacle && plain(one.obstacle)).toBe("max-model-len takes its value from $(LENGTH)");
    expect(one.outcome.fits).toBe(true);
    expect(lever(text, "share").edits).not.toEqual([]);
  });
});

test("each pool has its own", () => {
  const text = prefillAndDecode(["--tensor-parallel-size=2", "--max-num-seqs=2048"], ["--max-num-seqs=1024"]);
  const sequences = leversOf(text).filter(({ id }) => id === "sequences");
  expect(sequences.map(({ key, title }) => `${key} ${plain(title)}`)).toEqual([
    "0/sequences Lower max-num-seqs from 2,048 to 1,024",
    "1/sequences Lower max-num-seqs from 1,024 to 512",
  ]);
  const [first] = sequences;
  if (first) expect(applied(text, first)).toBe(text.replace("--max-num-seqs=2048", "--max-num-seqs=1024"));
});

test("sequence parallelism gives way to tensor parallelism on the same GPUs", () => {
  const shared = (tensor: number, sequence: number): string =>
    yaml({
      model: large,
      gpu: h100,
      gpus: 8,
      image: "vllm/vllm-openai:v0.11.0",
      args: [`--tensor-parallel-size=${tensor}`, `--ulysses-sequence-parallel-size=${sequence}`],
    });
  const one = lever(shared(4, 2), "layout");
  expect(plain(one.title)).toBe("Use TP 8 × SP 1");
  expect(applied(shared(4, 2), one)).toBe(shared(8, 1));
});
