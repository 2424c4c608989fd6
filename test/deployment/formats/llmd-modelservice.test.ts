import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const gpuFindings = (text: string): string[] => findingsOf(text).filter((said) => said.includes("gpu-"));

/** Values with one decode container; `fields` stand in `decode`, `container` in the container. */
const values = (fields: string, container: string, beside = "multinode: false"): string => `${beside}
modelArtifacts:
  name: Qwen/Qwen3-32B
  uri: "hf://{{ .Values.modelArtifacts.name }}"
routing:
  proxy: {enabled: true}
decode:
  create: true
${fields.replace(/^/gm, "  ")}
  containers:
    - name: vllm
      image: ghcr.io/llm-d/llm-d-cuda:v0.3.0
${container.replace(/^/gm, "      ")}
`;

const served = `modelCommand: vllmServe
args: ["--enforce-eager", "--max-model-len=8192"]`;

describe("values of llm-d's model service", () => {
  test("the chart's own command: model, sizes and GPUs are fields", () => {
    const text = values("replicas: 2\nparallelism: {tensor: 4, data: 2, dataLocal: 2}", served);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        deployment: "Qwen/Qwen3-32B",
        pool: "decode",
        format: "helm-llmd-modelservice",
        role: "decode",
        engine: "vllm",
        launcher: null,
        model: "hf://Qwen/Qwen3-32B",
        tp: 4,
        dp: 2,
        // 4 GPUs for each of two ranks
        gpus: 8,
        nodes: 1,
        instances: 2,
        complete: true,
      }),
    ]);
    const { deployment, pool } = only(readText(text));
    expect(deployment.model?.value.facts?.value.id).toBe("Qwen/Qwen3-32B");
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("4");
    expect(settings(pool)).toMatchObject({ "data-parallel-size-local": "2", "enforce-eager": null, "max-model-len": "8192" });
    expect(pool.hardware.gpusPerNode).toMatchObject({ value: 8, origin: "inferred" });
    expect(readText(text).companions).toMatchObject([{ kind: "router", name: "routing-proxy" }]);
    expect(gpuFindings(text)).toEqual([]);
  });

  test.each([
    ["quotes around a reference", 'hf://"{{ .Values.modelArtifacts.name }}"', "hf://Qwen/Qwen3-32B", "Qwen/Qwen3-32B"],
    [
      "a claim with the hub's layout",
      "pvc+hf://claim/hub/cache/Qwen/Qwen3-32B",
      "pvc+hf://claim/hub/cache/Qwen/Qwen3-32B",
      "Qwen/Qwen3-32B",
    ],
    ["a path in a claim", "pvc://claim/models/own", "pvc://claim/models/own", undefined],
    ["a reference to another file", '"hf://{{ .Values.global.model }}"', undefined, undefined],
    ["a reference to the release", '"hf://{{ .Release.Name }}"', undefined, undefined],
  ])("%s in the URI", (_, uri, name, facts) => {
    const text = values("parallelism: {tensor: 1}", served).replace('"hf://{{ .Values.modelArtifacts.name }}"', uri);
    const { model } = only(readText(text)).deployment;
    expect([model?.value.name, model?.value.facts?.value.id]).toEqual([name, facts]);
  });

  test("GPUs that are written win, and too few are told at their word", () => {
    const written = values("parallelism: {tensor: 4}", `${served}\nresources: {limits: {nvidia.com/gpu: "2"}}`);
    expect(poolRows(written)).toMatchObject([{ gpus: 2 }]);
    expect(gpuFindings(written)).toEqual(["error gpu-count: 2"]);
    const argument = values("parallelism: {tensor: 1}", served.replace("--enforce-eager", "--tensor-parallel-size=4"));
    expect(poolRows(argument)).toMatchObject([{ tp: 4, gpus: 1 }]);
    expect(gpuFindings(argument)).toEqual(["error gpu-count: 4"]);
  });

  test.each([
    ["claims", "parallelism: {tensor: 4}", "accelerator: {type: nvidia, dra: true}", undefined],
    ["claims of the role", "parallelism: {tensor: 4}\naccelerator: {dra: true}", "accelerator: {type: nvidia}", undefined],
    ["a CPU", "parallelism: {tensor: 4}", "accelerator: {type: cpu}", undefined],
    ["no sizes", "replicas: 1", "accelerator: {type: intel-xe}", 1],
  ])("GPUs with %s", (_, fields, beside, gpus) => {
    expect(poolRows(values(fields, served, beside))).toMatchObject([{ gpus }]);
  });

  test("several nodes are a group of workers", () => {
    const text = values("parallelism: {tensor: 2, dataLocal: 4, workers: 3}", served, "multinode: true");
    // 2 × 4 GPUs on each of 3 nodes; 4 × 3 ranks
    expect(poolRows(text)).toMatchObject([{ tp: 2, dp: 12, gpus: 24, nodes: 3 }]);
    expect(poolRows(text.replace("workers: 3", "data: 8"))).toMatchObject([{ dp: 8, gpus: 16, nodes: 2 }]);
  });

  test.each([
    ["a pod for each rank", "1", { dp: 8, gpus: 8, nodes: 8 }],
    ["all ranks in one pod", "8", { dp: 8, gpus: 8, nodes: 1 }],
    ["neither", "4", { dp: 8, gpus: undefined, nodes: undefined }],
    ["GPUs that the chart counts", undefined, { dp: 8, gpus: undefined, nodes: undefined }],
  ])("ranks without more: %s", (_, gpus, row) => {
    const container = gpus === undefined ? served : `${served}\nresources: {limits: {nvidia.com/gpu: "${gpus}"}}`;
    const text = values("parallelism: {tensor: 1, data: 8}", container, "multinode: true");
    expect(poolRows(text)).toMatchObject([row]);
    expect(gpuFindings(text)).toEqual([]);
  });

  test("workers may be stages of a pipeline", () => {
    const container = served.replace("--enforce-eager", "--pipeline-parallel-size=2");
    const text = values("parallelism: {tensor: 1, data: 1, workers: 2}", container, "multinode: true");
    expect(poolRows(text)).toMatchObject([{ tp: 1, pp: 2, dp: 1, gpus: 2, nodes: 2 }]);
  });

  test("a command of its own takes the sizes from its environment; leader and worker branches are one engine", () => {
    const script = `modelCommand: custom
command: ["/bin/sh", "-c"]
args:
  - |
    START_RANK=$(( \${LWS_WORKER_INDEX:-0} * DP_SIZE_LOCAL ))
    if [ "\${LWS_WORKER_INDEX:-0}" -eq 0 ]; then
      exec vllm serve Qwen/Qwen3-30B-A3B --tensor-parallel-size $TP_SIZE --data-parallel-size $DP_SIZE --data-parallel-size-local $DP_SIZE_LOCAL
    else
      exec vllm serve Qwen/Qwen3-30B-A3B --tensor-parallel-size $TP_SIZE --data-parallel-size $DP_SIZE --headless
    fi
resources: {limits: {nvidia.com/gpu: 8}}`;
    const text = values("parallelism: {tensor: 1, data: 16, dataLocal: 8}", script, "multinode: true");
    expect(poolRows(text)).toMatchObject([{ model: "Qwen/Qwen3-30B-A3B", tp: 1, dp: 16, gpus: 16, nodes: 2 }]);
    const { pool } = only(readText(text));
    expect(sliceOf(text, flagOf(pool, "data-parallel-size").valueRange)).toBe("$DP_SIZE");
  });

  test("roles are pools of one deployment, an encoder stands alone, and what is not created is none", () => {
    const role = (name: string, create: string): string =>
      `${name}: {create: ${create}, containers: [{name: vllm, image: vllm/vllm-openai:v0.11.0, modelCommand: vllmServe}]}\n`;
    const artifacts = "modelArtifacts: {name: a/b, uri: hf://a/b}\n";
    expect(poolRows(artifacts + role("decode", "true") + role("prefill", "true") + role("encode", "true"))).toMatchObject([
      { deployment: "a/b", pool: "decode", role: "decode", version: "0.11.0" },
      { deployment: "a/b", pool: "prefill", role: "prefill" },
      { deployment: "encode", pool: "encode", role: "mixed" },
    ]);
    expect(poolRows(artifacts + role("decode", "true") + role("prefill", "false"))).toHaveLength(1);
    expect(readText(`enabled: false\n${artifacts}${role("decode", "true")}`)).toMatchObject({ deployments: [] });
  });

  test("a simulator is no engine of ours and asks for no GPU", () => {
    const text = values("parallelism: {tensor: 2}", "modelCommand: imageDefault").replace(
      "llm-d-cuda:v0.3.0",
      "llm-d-inference-sim:latest",
    );
    expect(poolRows(text)).toMatchObject([{ engine: "other", launcher: "llm-d-inference-sim", tp: 2, gpus: undefined }]);
    expect(gpuFindings(text)).toEqual([]);
  });

  test("the GPU type is a label of the role", () => {
    const labels = "parallelism: {tensor: 1}\nacceleratorTypes: {labelKey: nvidia.com/gpu.product, labelValues: [NVIDIA-H200]}";
    expect(poolRows(values(labels, served))).toMatchObject([{ gpu: "H200-SXM" }]);
  });
});

describe("llm-d's ModelService resource", () => {
  const resource = `apiVersion: llm-d.ai/v1alpha1
kind: ModelService
metadata: {name: scout}
spec:
  baseConfigMapRef: {name: universal-base-config}
  routing: {modelName: Llama-4-Scout}
  modelArtifacts: {uri: hf://meta-llama/Llama-4-Scout-17B-16E-Instruct}
  decode:
    replicas: 2
    parallelism: {tensor: 8}
    acceleratorTypes: {labelKey: nvidia.com/gpu.product, labelValues: [NVIDIA-H100-80GB-HBM3]}
    containers:
      - name: vllm
        args: ["--max-model-len", "20000"]
        resources: {limits: {nvidia.com/gpu: 4}}
      - {name: proxy, image: ghcr.io/llm-d/llm-d-routing-sidecar:latest}
  prefill:
    replicas: 1
    containers: [{name: vllm, image: "ghcr.io/llm-d/llm-d-inference-sim:latest"}]
`;

  test("its roles are pools; a preset may add any argument, so nothing is judged by what is missing", () => {
    expect(poolRows(resource)).toMatchObject([
      {
        deployment: "scout",
        pool: "decode",
        format: "llmd-modelservice-cr",
        role: "decode",
        engine: "vllm",
        tp: 8,
        gpus: 4,
        instances: 2,
        complete: false,
      },
      { deployment: "scout", pool: "prefill", role: "prefill", gpus: undefined },
    ]);
    const [deployment] = readText(resource).deployments;
    expect(deployment?.model?.value.facts?.value.id).toBe("meta-llama/Llama-4-Scout-17B-16E-Instruct");
    expect(deployment?.pools[0]?.hardware.gpu?.value).toBe("H100-SXM5-80GB");
    expect(gpuFindings(resource)).toEqual([]);
  });
});
