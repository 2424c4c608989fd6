import { describe, expect, test } from "vitest";
import { plain } from "../../src/deployment/message.ts";
import { readCalibration } from "../../src/deployment/read-calibration.ts";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

/** Words that every object of JavaScript answers to. */
const words = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"];

const files: readonly (readonly [name: string, fileName: string, text: (word: string) => string])[] = [
  [
    "a kind",
    "a.yaml",
    (word) =>
      `apiVersion: apps/v1\nkind: ${word}\nmetadata: { name: ${word} }\nspec:\n  template:\n    spec:\n      containers: [{ name: vllm, image: "vllm/vllm-openai:v0.19.0", args: [--model, m] }]\n`,
  ],
  [
    "values of flags",
    "b.yaml",
    (word) =>
      `# inference-lens: gpu=${word} routing=${word} workload=${word}\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: vllm\n      image: vllm/vllm-openai:v0.19.0\n      command: [vllm, serve, ${word}]\n      args: [--quantization, ${word}, --kv-cache-dtype, ${word}, --dtype, ${word}, --load-format, ${word}, --${word}, ${word}, --kv-transfer-config, '{"kv_connector":"${word}","kv_role":"${word}"}']\n      resources: { limits: { ${word}: 1 } }\n`,
  ],
  [
    "SGLang's",
    "c.yaml",
    (word) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: s\n      image: lmsysorg/sglang:v0.5.5\n      command: [python3, -m, sglang.launch_server, --model-path, Qwen/Qwen3-8B, --quantization, ${word}, --attention-backend, ${word}, --${word}]\n`,
  ],
  [
    "a launch",
    "d.yaml",
    (word) =>
      `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers: [{ name: vllm, image: "vllm/x", command: [${word}, -m, ${word}, serve] }]\n`,
  ],
  [
    "an llmaz playground",
    "e.yaml",
    (word) =>
      `apiVersion: inference.llmaz.io/v1alpha1\nkind: Playground\nmetadata: { name: a }\nspec:\n  modelClaim: { modelName: ${word} }\n  backendRuntimeConfig: { backendName: ${word} }\n`,
  ],
  [
    "Ray",
    "f.yaml",
    (word) =>
      `applications:\n  - args:\n      llm_configs:\n        - { model_loading_config: { model_id: ${word} }, llm_engine: ${word}, engine_kwargs: { ${word}: 1 } }\n    import_path: ray.serve.llm:build_openai_app\n`,
  ],
  [
    "a recipe",
    "g.yaml",
    (word) =>
      `backend: { type: ${word}, vllm_config: { ${word}: { tensor-parallel-size: 2 } } }\nmodel: { path: ${word} }\nresources: { gpu_type: ${word}, gpus_per_node: 8 }\nengine: ${word}\n`,
  ],
];

describe.each(words)("the word %s", (word) => {
  test.each(files)("as %s is a word like another", (_, fileName, text) => {
    const { problems } = analyse(text(word), { catalog, fileName });
    expect(problems.map(({ message }) => plain(message)).filter((one) => one.includes("could not be analysed"))).toEqual([]);
  });

  test("is no engine of a calibration", () => {
    const text = `version: 1\nfile: a\ndeployment: a\nholdsFor: { engine: ${word}, engineVersion: 1, model: m, weights: none, gpu: g }\nmemory: { source: log, date: 2026-01-01 }\n`;
    expect(readCalibration(text).problems.map(({ message }) => plain(message))).toContain(`“${word}” is no engine.`);
  });
});
