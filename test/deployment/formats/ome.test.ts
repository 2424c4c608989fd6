import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const serious = (text: string): string[] => findingsOf(text).filter((one) => !one.startsWith("information"));

const runner = (args: string, gpus: number): string =>
  `{ name: ome-container, image: "lmsysorg/sglang:v0.5.5", command: [python3, -m, sglang.launch_server, --model-path, $(MODEL_PATH)], args: [${args}], volumeMounts: [{ name: dshm, mountPath: /dev/shm }], resources: { limits: { nvidia.com/gpu: ${gpus} } } }`;

const runtime = (spec: string): string => `apiVersion: ome.io/v1beta1
kind: ClusterServingRuntime
metadata: { name: srt }
spec:
  modelSizeRange: { min: 50B, max: 75B }
${spec.trim().replace(/^/gm, "  ")}
`;

const service = (spec: string): string => `apiVersion: ome.io/v1beta1
kind: InferenceService
metadata: { name: llama }
spec:
  model: { name: llama-3-1-8b }
${spec.trim().replace(/^/gm, "  ")}
`;

const single = runtime(`
engineConfig:
  volumes: [{ name: dshm, emptyDir: { medium: Memory } }]
  runner: ${runner('--tp-size, "4", --mem-frac, "0.9"', 4)}
routerConfig:
  runner: { name: router, command: [python3, -m, sglang_router.launch_router] }
`);

describe("a runtime of OME", () => {
  test("its runner starts the engine, on a model that the service chooses", () => {
    expect(poolRows(single)).toEqual([
      expect.objectContaining({
        deployment: "srt",
        format: "ome-runtime",
        engine: "sglang",
        model: undefined,
        tp: 4,
        gpus: 4,
        nodes: 1,
        instances: undefined,
        version: "0.5.5",
        role: "mixed",
      }),
    ]);
    const { pool } = only(readText(single));
    expect(flagOf(pool, "mem-fraction-static").value?.value).toBe("0.9");
    expect(readText(single).companions).toEqual([expect.objectContaining({ kind: "router" })]);
    expect(serious(single)).toEqual([]);
    expect(serious(single.replace("nvidia.com/gpu: 4", "nvidia.com/gpu: 2"))).toContain("error gpu-count: 2");
  });

  test("a size that the controller sets is unknown", () => {
    const text = single.replace('"4"', "$(PARALLELISM_SIZE)");
    expect(poolRows(text)[0]).toMatchObject({ tp: undefined, gpus: 4 });
    expect(serious(text)).toEqual([]);
  });

  test("a leader with its workers", () => {
    const text = runtime(`
engineConfig:
  leader: { runner: ${runner('--tp-size, "16", --nnodes, "2"', 8)} }
  worker: { size: 1, runner: ${runner('--tp-size, "16", --nnodes, "2"', 8)} }
`);
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: 16, gpus: 16, nodes: 2 })]);
    expect(poolRows(text.replace("size: 1, ", ""))).toEqual([expect.objectContaining({ gpus: undefined, nodes: undefined })]);
  });

  test("with a decoder beside it the engine prefills", () => {
    const text = runtime(`
engineConfig: { runner: ${runner('--tp-size, "4"', 4)} }
decoderConfig: { runner: ${runner('--tp-size, "8"', 8)} }
`);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ deployment: "srt", pool: "engine", role: "prefill", tp: 4, gpus: 4 }),
      expect.objectContaining({ deployment: "srt", pool: "decoder", role: "decode", tp: 8, gpus: 8 }),
    ]);
  });

  test("a disabled one starts nothing", () => {
    expect(poolRows(single.replace("spec:", "spec:\n  disabled: true"))).toEqual([]);
  });
});

describe("a service of OME", () => {
  test("without its runtime model and copies are known, the engine is not", () => {
    const text = service("runtime: { name: elsewhere }\nengine: { minReplicas: 2, maxReplicas: 2 }\nrouter: { minReplicas: 1 }");
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "ome-isvc",
        engine: "other",
        model: "llama-3-1-8b",
        instances: 2,
        complete: false,
      }),
    ]);
    expect(findingsOf(text)).toEqual([]);
  });

  test("runtime and base model of the same file are read into it", () => {
    const base = `apiVersion: ome.io/v1beta1
kind: ClusterBaseModel
metadata: { name: llama-3-1-8b }
spec: { storage: { storageUri: "hf://meta-llama/Llama-3.1-8B-Instruct", path: /raid/models/llama } }
`;
    const text = `${base}---\n${single}---\n${service(
      "runtime: { name: srt }\nacceleratorSelector: { acceleratorClass: nvidia-h100-80gb }\nengine: { minReplicas: 1, maxReplicas: 4, runner: { resources: { limits: { nvidia.com/gpu: 2 } } } }",
    )}`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        format: "ome-isvc",
        engine: "sglang",
        model: "llama-3-1-8b",
        tp: 4,
        gpus: 2,
        instances: undefined,
        version: "0.5.5",
      }),
    ]);
    const { deployment, pool } = only(readText(text));
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(sliceOf(text, deployment.model?.range)).toBe("llama-3-1-8b");
    expect(settings(pool)).toMatchObject({ "tp-size": "4" });
    expect(serious(text)).toContain("error gpu-count: 2");
    expect(readText(text).formats).toEqual(["ome-basemodel", "ome-runtime", "ome-isvc"]);
  });

  test("an engine of its own", () => {
    const text = service(`engine: { minReplicas: 1, maxReplicas: 1, runner: ${runner('--tp-size, "2"', 2)} }`);
    expect(poolRows(text)).toEqual([expect.objectContaining({ engine: "sglang", model: "llama-3-1-8b", tp: 2, gpus: 2, instances: 1 })]);
  });

  test("the older predictor names model and runtime too", () => {
    const text = service("predictor: { model: { baseModel: mistral-7b, runtime: srt }, minReplicas: 1, maxReplicas: 1 }").replace(
      "  model: { name: llama-3-1-8b }\n",
      "",
    );
    expect(poolRows(text)).toEqual([expect.objectContaining({ model: "mistral-7b", engine: "other" })]);
    expect(poolRows(`${single}---\n${text}`)).toEqual([expect.objectContaining({ model: "mistral-7b", engine: "sglang", tp: 4 })]);
  });
});

describe("what starts no engine", () => {
  test.each([
    ["ClusterBaseModel", "ome-basemodel", 0],
    ["FineTunedWeight", "ome-basemodel", 0],
    ["BenchmarkJob", "ome-benchmarkjob", 1],
  ])("%s", (kind, format, companions) => {
    const reading = readText(
      `apiVersion: ome.io/v1beta1\nkind: ${kind}\nmetadata: { name: a }\nspec: { storage: { storageUri: "hf://a/b" } }\n`,
    );
    expect(reading).toMatchObject({ formats: [format], deployments: [] });
    expect(reading.companions).toHaveLength(companions);
  });
});
