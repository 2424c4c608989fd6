import { expect, test } from "vitest";
import { type OutlineItem, outline } from "../../src/language/symbols.ts";
import { analysed, prefillAndDecode, yaml } from "./deployments.ts";

/** The outline as indented lines, each with the word it points at. */
function shown(text: string): readonly string[] {
  const lines = text.split("\n");
  const words = ({ kind, name, detail, selection: { start, end }, children }: OutlineItem): readonly string[] => {
    const word = start.line === end.line ? (lines[start.line] ?? "").slice(start.character, end.character) : "…";
    return [`${kind} ${[name, detail].filter(Boolean).join(", ")} @ ${word}`, ...children.flatMap(words).map((line) => `  ${line}`)];
  };
  return outline(analysed(text)).flatMap(words);
}

test("engine, model, sizes and GPUs below a deployment", () => {
  const args = ["--tensor-parallel-size=2", "--ulysses-sequence-parallel-size=2", "--pipeline-parallel-size=2"];
  expect(shown(yaml({ args, gpus: 8, gpu: "H100" }))).toEqual([
    "deployment llama, k8s-deployment @ apiVersion",
    "  engine vLLM 0.18.1 @ v0.18.1",
    "    model meta-llama/Llama-3.1-8B-Instruct, LlamaForCausalLM @ meta-llama/Llama-3.1-8B-Instruct",
    "    size TP 2 @ 2",
    "    size SP 2 @ 2",
    "    size PP 2 @ 2",
    "  gpus 8 × H100-80GB @ 8",
  ]);
});

test("what the file does not say has no entry", () => {
  expect(shown(yaml({ image: "vllm/vllm-openai:latest", model: "$(MODEL)" }))).toEqual([
    "deployment llama, k8s-deployment @ apiVersion",
    "  engine vLLM @ apiVersion",
    "  gpus 1 × GPU @ 1",
  ]);
});

test("ranges hold their selection and their children", () => {
  const text = [yaml({ name: "a", args: ["--tensor-parallel-size=2"], gpus: 2 }), yaml({ name: "b" })].join("---\n");
  const inside = (item: OutlineItem): void => {
    const at = ({ line, character }: { line: number; character: number }) => line * 1000 + character;
    expect(at(item.range.start)).toBeLessThanOrEqual(at(item.selection.start));
    expect(at(item.selection.end)).toBeLessThanOrEqual(at(item.range.end));
    for (const child of item.children) {
      expect(at(item.range.start)).toBeLessThanOrEqual(at(child.range.start));
      expect(at(child.range.end)).toBeLessThanOrEqual(at(item.range.end));
      inside(child);
    }
  };
  const items = outline(analysed(text));
  expect(items.map(({ name }) => name)).toEqual(["a", "b"]);
  items.forEach(inside);
});

test("pools of one deployment, each with its role", () => {
  expect(shown(prefillAndDecode(["--pipeline-parallel-size=2"], []))).toEqual([
    "deployment llama, k8s-deployment @ apiVersion",
    "  pool llama-prefill, prefill @ ",
    "    engine vLLM 0.11.0 @ v0.11.0",
    "      model meta-llama/Llama-3.1-8B-Instruct, LlamaForCausalLM @ meta-llama/Llama-3.1-8B-Instruct",
    "      size PP 2 @ 2",
    "    gpus 2 × H100-80GB @ 2",
    "  pool llama-decode, decode @ ",
    "    engine vLLM 0.11.0 @ v0.11.0",
    "    gpus 1 × H100-80GB @ 1",
  ]);
});
