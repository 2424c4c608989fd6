import { describe, expect, test } from "vitest";
import { complete } from "../../src/language/completion.ts";
import { applyEdits } from "../../src/language/edits.ts";
import type { Analysis, Completion } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";
import { analysed, yaml } from "./deployments.ts";

/** Items at `$0`, with the text as it would be after taking one. */
function at(marked: string, shownAnalysis?: Analysis): { readonly items: readonly Completion[]; readonly take: (label: string) => string } {
  const offset = marked.indexOf("$0");
  const text = marked.replace("$0", "");
  const before = text.slice(0, offset).split("\n");
  const position = { line: before.length - 1, character: (before.at(-1) ?? "").length };
  const items = complete(text, position, shownAnalysis ?? analysed(text), testCatalog());
  const take = (label: string): string => {
    const item = items.find((one) => one.label === label);
    if (!item) throw new Error(`no ${label} among ${items.map((one) => one.label).join(" ")}`);
    return (applyEdits(text, [{ range: item.range, newText: item.insert }]) ?? "").split("\n")[position.line] ?? "";
  };
  return { items, take };
}
const labels = (items: readonly Completion[]): readonly string[] => items.map(({ label }) => label);

describe("flags", () => {
  test("in a list item, replacing what is typed", () => {
    const { items, take } = at(yaml({ args: ["--max-nu$0"] }));
    expect(take("--max-num-seqs")).toBe("            - --max-num-seqs=");
    const found = items.find(({ label }) => label === "--max-num-seqs");
    expect(found).toMatchObject({ kind: "flag", detail: "int, default by GPU: 256 or 1,024", deprecated: false });
  });

  test("switches take no value, flags already written are not offered again", () => {
    const { items, take } = at(yaml({ args: ["--dtype=half", "--enable-p$0"] }));
    expect(take("--enable-prefix-caching")).toBe("            - --enable-prefix-caching");
    expect(labels(items)).not.toContain("--dtype");
  });

  test("only those of the version", () => {
    const old = labels(at(yaml({ image: "vllm/vllm-openai:v0.9.2", args: ["--$0"] })).items);
    expect(old).toContain("--num-scheduler-steps");
    expect(old).not.toContain("--kv-cache-memory-bytes");
    const recent = labels(at(yaml({ image: "vllm/vllm-openai:v0.18.1", args: ["--$0"] })).items);
    expect(recent).not.toContain("--num-scheduler-steps");
    expect(recent).toContain("--kv-cache-memory-bytes");
  });

  test("in a script, and in an empty item of a list", () => {
    const script = [
      "apiVersion: v1",
      "kind: Pod",
      "metadata: { name: p }",
      "spec:",
      "  containers:",
      "    - name: e",
      "      image: vllm/vllm-openai:v0.18.1",
      "      command: [bash, -c]",
      "      args:",
      "        - |",
      "          vllm serve Qwen/Qwen3-8B \\",
      "            --tensor-par$0",
      "",
    ].join("\n");
    expect(at(script).take("--tensor-parallel-size")).toBe("            --tensor-parallel-size=");
    expect(labels(at(yaml({ args: ["--dtype=half", "$0"] })).items)).toContain("--tensor-parallel-size");
  });

  test("as keys of a config file", () => {
    const { take } = at("model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\nmax-num$0\n");
    expect(take("max-num-seqs")).toBe("max-num-seqs: ");
  });

  test("while the file is broken, from the analysis that is still shown", () => {
    const good = analysed(yaml({ image: "vllm/vllm-openai:v0.9.2" }));
    const { items } = at(yaml({ image: "vllm/vllm-openai:v0.9.2", args: ["--num$0", '"broken'] }), good);
    expect(labels(items)).toContain("--num-scheduler-steps");
  });
});

describe("values", () => {
  test("tensor sizes that divide the heads, with what they leave", () => {
    const { items, take } = at(
      yaml({ model: "meta-llama/Llama-3.3-70B-Instruct", gpu: "H100", gpus: 4, args: ["--tensor-parallel-size=$0"] }),
    );
    expect(labels(items)).toEqual(["1", "2", "4", "8", "16"]);
    expect(items.map(({ detail }) => detail.replace(/[\u2009\u00a0]/g, " ")).slice(0, 3)).toEqual([
      "does not fit",
      "does not fit",
      expect.stringMatching(/^all GPUs asked for, leaves 3\d\.\d GiB for KV cache$/),
    ]);
    expect(take("4")).toBe("            - --tensor-parallel-size=4");
  });

  test("sequence sizes that fill the GPUs", () => {
    const { items } = at(yaml({ gpus: 8, args: ["--tensor-parallel-size=2", "--ulysses-sequence-parallel-size=$0"] }));
    expect(items.find(({ label }) => label === "4")?.detail).toBe("TP 2 × SP 4 = all GPUs asked for");
  });

  test("choices, also in the item after the flag and behind a blank in a script", () => {
    expect(labels(at(yaml({ args: ["--dtype", "$0"] })).items)).toEqual(["auto", "bfloat16", "float", "float16", "float32", "half"]);
    expect(labels(at("model: Qwen/Qwen3-8B\ntensor-parallel-size: 2\nquantization: $0\n").items)).toContain("fp8");
    expect(labels(at("# vllm\nx: |\n  vllm serve Qwen/Qwen3-8B --dtype $0\n").items)).toContain("half");
  });

  test("lengths: the model's limit and what fits", () => {
    const { items } = at(yaml({ gpu: "L4", args: ["--max-model-len=$0"] }));
    expect(items.slice(0, 2).map(({ detail }) => detail)).toEqual(["the model's limit", "the longest that fits"]);
    expect(Number(items[1]?.label) % 1024).toBe(0);
  });

  test("models after serve and --model", () => {
    expect(labels(at(yaml({ model: "meta-llama/$0" })).items)).toContain("meta-llama/Llama-3.1-8B-Instruct");
    expect(labels(at(yaml({ args: ["--model=$0"] })).items)).toContain("Qwen/Qwen3-8B");
  });
});

describe("directives", () => {
  test("keys, then values", () => {
    expect(labels(at(`# inference-lens: $0\n${yaml()}`).items)).toContain("slo.ttft");
    expect(at(`# inference-lens: gpu=H1$0\n${yaml()}`).take("H200-SXM")).toBe("# inference-lens: gpu=H200-SXM");
    expect(labels(at(`# inference-lens: workload=$0\n${yaml()}`).items)).toContain("chat");
  });
});

test("nothing in other files, in other comments or at other keys", () => {
  expect(at("jobs:\n  build:\n    steps:\n      - run: npm test --$0\n").items).toEqual([]);
  expect(at(yaml().replace("kind: Deployment", "kind: Deployment # --$0")).items.filter(({ kind }) => kind !== "flag")).toEqual([]);
  expect(at(yaml().replace("name: llama", "name: $0")).items).toEqual([]);
});
