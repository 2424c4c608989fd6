import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const service = (predictor: string): string => `apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: llama }
spec:
  predictor:
${predictor.trim().replace(/^/gm, "    ")}
`;

const runtime = (container: string, beside = ""): string => `apiVersion: serving.kserve.io/v1alpha1
kind: ServingRuntime
metadata: { name: own-runtime }
spec:
  supportedModelFormats: [{ name: custom }]
${beside.replace(/^/gm, "  ")}
  containers:
    - name: kserve-container
${container.trim().replace(/^/gm, "      ")}
`;

const serious = (text: string): string[] => findingsOf(text).filter((one) => !one.startsWith("information"));

describe("an InferenceService of KServe", () => {
  const huggingface = service(`
minReplicas: 2
maxReplicas: 2
nodeSelector: { node.kubernetes.io/instance-type: g5.12xlarge }
model:
  modelFormat: { name: huggingface }
  storageUri: hf://meta-llama/Llama-3.1-8B-Instruct
  args: [--model_name=llama, --tensor-parallel-size=4, --max-model-len=4096]
  resources: { limits: { nvidia.com/gpu: "4" } }
`);

  test("KServe's server for Hugging Face models hands its flags on to vLLM, those of the runtime are not seen", () => {
    expect(poolRows(huggingface)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "kserve-isvc",
        engine: "vllm",
        launcher: "huggingfaceserver",
        model: "hf://meta-llama/Llama-3.1-8B-Instruct",
        tp: 4,
        gpus: 4,
        nodes: 1,
        instances: 2,
        gpu: "A10G",
        complete: false,
      }),
    ]);
    const { pool } = only(readText(huggingface));
    expect(sliceOf(huggingface, flagOf(pool, "tensor-parallel-size").valueRange)).toBe("4");
    expect(findingsOf(huggingface)).toEqual([]);
  });

  test("another backend and encoders are no vLLM", () => {
    expect(poolRows(huggingface.replace("--max-model-len=4096", "--backend=huggingface"))[0]?.engine).toBe("other");
    expect(poolRows(huggingface.replace("--max-model-len=4096", "--task, fill_mask"))[0]?.engine).toBe("other");
  });

  test("the model by the server's own flags; a folder is where KServe puts what it downloads", () => {
    expect(poolRows(huggingface.replace("--max-model-len=4096", "--model_id=Qwen/Qwen3-8B"))[0]?.model).toBe("Qwen/Qwen3-8B");
    const folder = huggingface.replace("--max-model-len=4096", "--model_dir=/mnt/models");
    const { deployment } = only(readText(folder));
    expect(deployment.model?.value.name).toBe("/mnt/models");
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
  });

  test.each([
    ["modelFormat: { name: vLLM }\n  runtime: vllm-cuda-runtime", "vllm", null],
    ["modelFormat: { name: pytorch }\n  runtime: vllm-cuda-runtime", "vllm", null],
    ["modelFormat: { name: sglang }", "sglang", null],
    ["modelFormat: { name: nvidia-nim-llama3-8b-instruct }", "nim", null],
  ])("by format or runtime: %s", (fields, engine, launcher) => {
    expect(poolRows(service(`model:\n  ${fields}\n  storageUri: pvc://claim/model`))).toEqual([
      expect.objectContaining({ engine, launcher, model: "pvc://claim/model" }),
    ]);
  });

  test.each(["sklearn", "triton", "pytorch", "tensorflow", "xgboost", "onnx"])("the format %s is nobody's", (name) => {
    expect(readText(service(`model: { modelFormat: { name: ${name} }, storageUri: "gs://models/vllm" }`)).formats).toEqual([]);
  });

  test("a container of its own starts what its command says", () => {
    const text = service(`
containers:
  - name: kserve-container
    image: vllm/vllm-openai:v0.11.0
    args: [--model, Qwen/Qwen3-8B, --tensor-parallel-size, "2"]
    resources: { limits: { nvidia.com/gpu: 1 } }
`);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ engine: "vllm", model: "Qwen/Qwen3-8B", tp: 2, gpus: 1, version: "0.11.0", complete: true }),
    ]);
    expect(serious(text)).toContain("error gpu-count: 1");
    expect(readText(service("containers: [{ name: kserve-container, image: org/vllm-metrics }]")).formats).toEqual([]);
  });

  test("several nodes: a pod for each pipeline stage, with the GPUs of a tensor group", () => {
    const text = service(`
model:
  modelFormat: { name: huggingface }
  storageUri: pvc://claim/model
workerSpec: { tensorParallelSize: 4, pipelineParallelSize: 2 }
`);
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: 4, pp: 2, nodes: 2, gpus: 8 })]);
    expect(serious(text)).toEqual([]);
  });

  test("other projects have kinds of the same names", () => {
    expect(readText(huggingface.replace("serving.kserve.io", "serving.example.io")).formats).toEqual([]);
    expect(poolRows(huggingface.replace("serving.kserve.io", "serving.kubeflow.org"))).toHaveLength(1);
  });
});

describe("a ServingRuntime of KServe", () => {
  const vllm = runtime(`
image: vllm/vllm-openai:v0.11.0
command: [python, -m, vllm.entrypoints.openai.api_server]
args: ["--port=8080", "--served-model-name={{.Name}}", --model=/mnt/models, --max-model-len=8192]
`);
  const custom = service(`
model:
  modelFormat: { name: custom }
  runtime: own-runtime
  storageUri: hf://meta-llama/Llama-3.1-8B-Instruct
  args: [--tensor-parallel-size=2, --max-model-len=4096]
  resources: { limits: { nvidia.com/gpu: 1 } }
`);

  test("alone it leaves arguments and GPUs to its services", () => {
    expect(poolRows(vllm)).toEqual([
      expect.objectContaining({
        format: "kserve-runtime",
        engine: "vllm",
        model: "/mnt/models",
        gpus: undefined,
        tp: undefined,
        complete: false,
      }),
    ]);
    expect(serious(vllm)).toEqual([]);
    expect(
      readText(
        vllm.replace("vllm.entrypoints.openai.api_server", "sklearnserver").replace("vllm/vllm-openai:v0.11.0", "kserve/sklearnserver"),
      ).formats,
    ).toEqual([]);
  });

  test("a service of the same file is laid over it, arguments behind arguments", () => {
    const text = `${vllm}---\n${custom}`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        format: "kserve-isvc",
        engine: "vllm",
        model: "/mnt/models",
        tp: 2,
        gpus: 1,
        version: "0.11.0",
        complete: true,
      }),
    ]);
    const { deployment, pool } = only(readText(text));
    expect(settings(pool)).toMatchObject({ "max-model-len": "4096", "tensor-parallel-size": "2" });
    expect(deployment.model?.value.facts?.value.id).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(serious(text)).toContain("error gpu-count: 1");
    expect(readText(text).formats).toEqual(["kserve-runtime", "kserve-isvc"]);
  });

  test("a service's arguments reach the runtime's script", () => {
    const script = runtime(`
image: kserve/huggingfaceserver:latest
command: [/bin/bash]
args: ["-c", "echo all: $@; python3 -m huggingfaceserver \\"$@\\"", "--", "--model_name={{.Name}}"]
`);
    expect(poolRows(`${script}---\n${custom}`)).toEqual([
      expect.objectContaining({ engine: "vllm", launcher: "huggingfaceserver", tp: 2, gpus: 1 }),
    ]);
    expect(poolRows(script)).toEqual([expect.objectContaining({ engine: "vllm", complete: false })]);
  });

  test("over several nodes sizes come from the workers, a service's over the runtime's", () => {
    const workers = "workerSpec: { pipelineParallelSize: 1, tensorParallelSize: 1, containers: [{ name: worker-container }] }";
    const multi = runtime(
      `
image: kserve/huggingfaceserver:latest-gpu
command: [bash, -c, "ray start --head; python -m huggingfaceserver --tensor-parallel-size=\${TENSOR_PARALLEL_SIZE} --pipeline-parallel-size=\${PIPELINE_PARALLEL_SIZE} $0 $@"]
args: ["--model_name={{.Name}}"]
`,
      workers,
    );
    expect(poolRows(multi)).toEqual([expect.objectContaining({ tp: 1, pp: 1, nodes: 1 })]);
    const text = `${multi}---\n${service("model: { modelFormat: { name: huggingface }, runtime: own-runtime, storageUri: 'pvc://claim/model' }\nworkerSpec: { tensorParallelSize: 8, pipelineParallelSize: 2 }")}`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ tp: 8, pp: 2, nodes: 2, gpus: 16, model: "pvc://claim/model" })]);
    expect(serious(text).filter((one) => one.startsWith("error"))).toEqual([]);
  });
});
