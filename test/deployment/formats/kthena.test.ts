import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const booster = (backend: string): string => `apiVersion: workload.serving.volcano.sh/v1alpha1
kind: ModelBooster
metadata: {name: qwen}
spec:
  backend:
    modelURI: hf://Qwen/Qwen3-32B
    replicas: 2
${backend}`;
const worker = (type: string, config: string, fields = ""): string => `      - type: ${type}
        image: vllm/vllm-openai:v0.11.0
        ${fields}
        resources: {limits: {nvidia.com/gpu: 4}}
        config:
${config.replace(/^/gm, "          ")}
`;

describe("ModelBooster", () => {
  test("a worker's config are the engine's flags, an empty text a flag alone", () => {
    const text = booster(
      `    type: vLLM\n    workers:\n${worker("server", 'tensor_parallel_size: 4\nmax-model-len: 8192\ntrust-remote-code: ""\nkv-transfer-config: |\n  {"kv_connector": "NixlConnector", "kv_role": "kv_both"}')}`,
    );
    expect(poolRows(text)).toMatchObject([
      {
        deployment: "qwen",
        format: "kthena-modelbooster",
        engine: "vllm",
        model: "hf://Qwen/Qwen3-32B",
        tp: 4,
        gpus: 4,
        nodes: 1,
        instances: 2,
      },
    ]);
    const { pool, deployment } = only(readText(text));
    expect(deployment.model?.value.facts?.value.id).toBe("Qwen/Qwen3-32B");
    expect(settings(pool)).toMatchObject({ "tensor-parallel-size": "4", "trust-remote-code": null });
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("4");
    expect(findingsOf(text).filter((one) => !one.startsWith("information"))).toEqual([]);
  });

  test("prefill and decode workers are pools; SGLang is told its role by the controller", () => {
    const workers = worker("prefill", "tp-size: 4", "replicas: 3") + worker("decode", "tp-size: 4", "pods: 2");
    const text = booster(`    type: SGLangDisaggregated\n    workers:\n${workers}`);
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen", pool: "prefill", engine: "sglang", role: "prefill", gpus: 4, nodes: 1, instances: 6 },
      { deployment: "qwen", pool: "decode", role: "decode", gpus: 8, nodes: 2, instances: 2 },
    ]);
    expect(readText(text).deployments[0]?.pools[0]?.engine.flags.get("disaggregation-mode")?.value).toMatchObject({
      value: "prefill",
      origin: "inferred",
    });
  });

  test("a planted mistake is found at its word", () => {
    const text = booster(`    type: vLLM\n    workers:\n${worker("server", "tensor-parallel-size: 8")}`);
    expect(findingsOf(text).filter((one) => one.includes("gpu-count"))).toEqual(["error gpu-count: 4"]);
  });

  test("workers that coordinate have no engine", () => {
    const text = booster(`    type: MindIEDisaggregated\n    workers:\n${worker("controller", "{}")}${worker("coordinator", "{}")}`);
    expect(readText(text)).toMatchObject({ formats: ["kthena-modelbooster"], deployments: [] });
  });
});

describe("ModelServing", () => {
  const pod = (args: string): string =>
    `{spec: {containers: [{name: engine, image: "vllm/vllm-openai:v0.13.0", args: [${args}], resources: {limits: {nvidia.com/gpu: 8}}}]}}`;
  const serving = (roles: string, kind = "ModelServing"): string => `apiVersion: workload.serving.volcano.sh/v1alpha1
kind: ${kind}
metadata: {name: qwen}
spec:
  replicas: 2
  template:
    roles:
${roles}`;

  test("an entry pod with its workers is one engine", () => {
    const text = serving(`      - name: leader
        replicas: 1
        entryTemplate: ${pod("--model, m, -tp, '8', -pp, '3', --nnodes, $(GROUP_SIZE)")}
        workerReplicas: 2
        workerTemplate: ${pod("--model, m, --headless")}
`);
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen", format: "kthena-modelserving", tp: 8, pp: 3, gpus: 24, nodes: 3, instances: 2 },
    ]);
  });

  test("prefill and decode roles are pools, Kthena's runtime beside the engine is none", () => {
    const runtime = `{name: runtime, image: "ghcr.io/volcano-sh/runtime:latest", args: [--port, "8100", --engine, vllm, --model, m]}`;
    const text = serving(
      ["prefill", "decode"]
        .map(
          (name) =>
            `      - name: ${name}\n        entryTemplate: ${pod("--model, m").replace("containers: [", `containers: [${runtime}, `)}\n`,
        )
        .join(""),
      "ModelInfer",
    );
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen", pool: "prefill", role: "prefill", gpus: 8, instances: 2 },
      { deployment: "qwen", pool: "decode", role: "decode", gpus: 8, instances: 2 },
    ]);
  });
});

test("routes and servers of the router are known and start no engine", () => {
  for (const kind of ["ModelRoute", "ModelServer"]) {
    const text = `apiVersion: networking.serving.volcano.sh/v1alpha1\nkind: ${kind}\nmetadata: {name: r}\nspec: {}\n`;
    expect(readText(text)).toMatchObject({ formats: ["kthena-router"], deployments: [] });
  }
});
