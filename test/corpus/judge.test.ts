import { describe, expect, test } from "vitest";
import type { IndexEntry } from "../../scripts/corpus/index-entry.ts";
import { judge } from "../../scripts/corpus/judge.ts";
import { noNotes } from "../../scripts/corpus/notes.ts";
import { told } from "../../scripts/corpus/told.ts";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const text = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: llama
spec:
  selector: {}
  template:
    spec:
      nodeSelector:
        cloud.google.com/gke-accelerator: nvidia-l4
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: [--model, Qwen/Qwen3-8B, --tensor-parallel-size, "4"]
          resources:
            limits:
              nvidia.com/gpu: 2
`;

const indexed: IndexEntry = {
  file: "a.yaml",
  format: "k8s-deployment",
  negative: false,
  ambiguous: null,
  mistake: null,
  units: 1,
  engines: ["vllm"],
  engineDetails: [],
  models: ["Qwen/Qwen3-8B"],
  modelAliases: [],
  gpuTypes: ["nvidia-l4"],
  gpusPerReplica: [2],
  sizes: { tp: [4], pp: [], dp: [], ep: [] },
  unresolved: [],
};
const said = told(analyse(text, { catalog: testCatalog(), fileName: "a.yaml" }), testCatalog());

function judged(change: Partial<IndexEntry>, notes = noNotes) {
  return judge({ ...indexed, ...change }, said, notes, testCatalog());
}

function outcomes(change: Partial<IndexEntry>): Record<string, string> {
  return Object.fromEntries(judged(change).facts.map(({ name, outcome }) => [name, outcome]));
}

describe("a file beside its index", () => {
  test("all that both say is right, and what neither says is no fact", () => {
    const right = { units: "right", engine: "right", model: "right", tp: "right", gpusPerReplica: "right", gpuType: "right" };
    expect(outcomes({})).toEqual(right);
    expect(judged({}).recognised).toBe(true);
  });

  test("a value that the index has not is wrong, one that it has more is left out", () => {
    expect(outcomes({ sizes: { tp: [2], pp: [2], dp: [], ep: [] } })).toMatchObject({ tp: "wrong", pp: "left out" });
    expect(outcomes({ units: 2, models: ["Qwen/Qwen3-8B", "Qwen/Qwen3-32B"] })).toMatchObject({ units: "left out", model: "left out" });
    expect(outcomes({ engines: ["sglang"], gpuTypes: ["a card of nobody"] })).toMatchObject({ engine: "wrong", gpuType: "wrong" });
  });

  test("any name of the model will do", () => {
    expect(outcomes({ models: ["hf://Qwen/Qwen3-8B"], modelAliases: ["Qwen/Qwen3-8B"] })).toMatchObject({ model: "right" });
  });

  test("an error is a mistake that somebody looked at, or unexplained", () => {
    expect(judged({}).unexplained.map(({ code, line }) => [code, line])).toEqual([["gpu-count", 17]]);
    const mistake = { file: "a.yaml", firstLine: 17, lastLine: 17, codes: ["gpu-count"], why: "four ranks on two GPUs" };
    expect(judged({}, { exceptions: [], mistakes: [mistake] })).toMatchObject({ unexplained: [], mistakes: [{ found: true }] });
    const elsewhere = judged({}, { exceptions: [], mistakes: [{ ...mistake, firstLine: 3, lastLine: 4 }] });
    expect(elsewhere).toMatchObject({ unexplained: [{ code: "gpu-count" }], mistakes: [{ found: false }] });
  });

  test("an exception takes one fact out of the count, and is told when nothing needs it", () => {
    const exceptions = [
      { file: "a.yaml", field: "tp", reason: "the index counts another engine" },
      { file: "a.yaml", field: "model", reason: "no reason" },
    ];
    const { excepted, needless, facts } = judged({ sizes: { tp: [8], pp: [], dp: [], ep: [] } }, { exceptions, mistakes: [] });
    expect(excepted.map(({ fact }) => fact.name)).toEqual(["tp"]);
    expect(needless.map(({ field }) => field)).toEqual(["model"]);
    expect(facts.map(({ name }) => name)).not.toContain("tp");
  });

  test("whatever is said about a file that serves nothing is noise; of a doubtful one nothing is asked", () => {
    expect(judged({ negative: true }).noise).toEqual([
      "1 engines",
      expect.stringContaining("shm-missing"),
      expect.stringContaining("gpu-count"),
    ]);
    expect(judged({ units: 0 }).noise).toHaveLength(2);
    expect(judged({ ambiguous: "a template" })).toMatchObject({ recognised: undefined, facts: [], noise: [] });
  });
});
