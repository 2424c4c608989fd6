import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const gpuFindings = (text: string): string[] => findingsOf(text).filter((said) => said.includes("gpu-"));

describe("values of vLLM's own chart", () => {
  const values = `image:
  repository: vllm/vllm-openai
  tag: v0.11.0
  command: ["vllm", "serve", "/data/", "--served-model-name", "opt", "--tensor-parallel-size", "2"]
replicaCount: 3
resources:
  limits: {nvidia.com/gpu: 2}
gpuModels: [NVIDIA-H100-80GB-HBM3]
`;

  test("the whole command stands in the file", () => {
    expect(poolRows(values)).toEqual([
      expect.objectContaining({
        format: "helm-vllm-chart",
        engine: "vllm",
        model: "/data/",
        tp: 2,
        gpus: 2,
        instances: 3,
        gpu: "H100-SXM5-80GB",
        version: "0.11.0",
        complete: true,
      }),
    ]);
    const { pool } = only(readText(values));
    expect(sliceOf(values, flagOf(pool, "tensor-parallel-size").valueRange)).toBe("2");
    expect(gpuFindings(values)).toEqual([]);
    expect(gpuFindings(values.replace("gpu: 2", "gpu: 1"))).toEqual(["error gpu-count: 1"]);
  });
});

describe("values of other charts with one engine", () => {
  const values = `replicaCount: 2
image: {repository: vllm/vllm-openai, tag: v0.11.0}
model: {id: google/gemma-7b-it}
tensorParallelSize: 4
maxModelLen: 512
enablePrefixCaching: false
port: 8000
extraArgs: ["--max-num-seqs=8"]
resources: {limits: {nvidia.com/gpu: "1"}}
nodeSelector: {cloud.google.com/gke-accelerator: nvidia-l4}
`;

  test("arguments that are an engine's tell it where the image is somebody's own", () => {
    const values = `modelName: Qwen/Qwen3-8B
image: {repository: registry.example.com/team/inference, tag: v3}
resources: {gpu: {limits: {nvidia.com/gpu: "4"}}}
extraArgs:
  - --tensor-parallel-size=4
  - --max-model-len=32768
`;
    expect(poolRows(values)).toEqual([
      expect.objectContaining({ format: "helm-values-other", engine: "vllm", model: "Qwen/Qwen3-8B", tp: 4, gpus: 4 }),
    ]);
    expect(poolRows(values.replace("--max-model-len=32768", "--log-level=debug"))).toEqual([]);
    expect(poolRows(values.replace("team/inference", "team/vllm-router"))).toEqual([]);
  });

  test("fields named after flags are flags; what the chart adds is not seen, so nothing is judged by what is missing", () => {
    expect(poolRows(values)).toEqual([
      expect.objectContaining({
        format: "helm-values-other",
        engine: "vllm",
        model: "google/gemma-7b-it",
        tp: 4,
        gpus: 1,
        instances: 2,
        gpu: "L4",
        version: "0.11.0",
        complete: false,
      }),
    ]);
    const { pool } = only(readText(values));
    expect(settings(pool)).toEqual({ "tensor-parallel-size": "4", "max-model-len": "512", "max-num-seqs": "8" });
    expect(gpuFindings(values)).toEqual([]);
  });

  test.each([
    [
      "settings in a section with underscores",
      "image: {repository: vllm/vllm-openai, tag: v0.11.0}\nvllm: {model: Qwen/Qwen3-8B, tensor_parallel_size: 2}\nresources: {limits: {nvidia.com/gpu: 2}}\n",
      { model: "Qwen/Qwen3-8B", tp: 2, gpus: 2 },
    ],
    [
      "a container below",
      `inference:
  framework: vllm
  modelServer:
    image: {repository: vllm/vllm-openai, tag: v0.11.0}
    deployment: {replicas: 2, resources: {limits: {nvidia.com/gpu: 4}}}
modelParameters: {modelId: Qwen/Qwen3-32B, tensorParallelSize: 4}
`,
      { model: "Qwen/Qwen3-32B", tp: 4, gpus: 4, instances: 2 },
    ],
    [
      "a server of embeddings",
      "image: {repository: ghcr.io/huggingface/text-embeddings-inference, tag: cpu-1.5}\nMODEL_ID: BAAI/bge-base-en\n",
      { engine: "other", launcher: "text-embeddings-inference", model: "BAAI/bge-base-en" },
    ],
    [
      "Ollama without its own chart",
      "image: {repository: ollama/ollama, tag: 0.9.6}\nmodel: llama3\n",
      { engine: "ollama", model: "llama3" },
    ],
  ])("%s", (_, text, row) => {
    expect(poolRows(text)).toMatchObject([row]);
  });

  test.each([
    [
      "an operator",
      "image: {repository: ghcr.io/nvidia/k8s-nim-operator, tag: main}\nargs: [--leader-elect]\nresources: {limits: {cpu: 1}}\n",
    ],
    ["a job of a pipeline", "image: vllm/vllm-openai:v0.11.0\nscript: [vllm --version]\n"],
    ["a user of an engine", "image: {repository: example/app}\nvllmEndpoint: http://vllm:8000\n"],
    ["a router", "image: {repository: lmcache/lmstack-router, tag: latest}\n"],
  ])("%s is none", (_, text) => {
    expect(readText(text)).toMatchObject({ formats: [], deployments: [] });
  });
});

describe("values of umbrella charts", () => {
  const gaudi = `image: {repository: opea/llm-docsum}
LLM_MODEL_ID: other/model
tgi:
  enabled: false
vllm:
  enabled: true
  accelDevice: gaudi
  image: {repository: opea/vllm-gaudi, tag: latest}
  LLM_MODEL_ID: meta-llama/Llama-3.3-70B-Instruct
  extraCmdArgs: [
    "--tensor-parallel-size", "4",
    "--max-seq_len-to-capture", "2048"
  ]
  resources:
    limits: {habana.ai/gaudi: 4}
teirerank:
  accelDevice: gaudi
  image: {repository: ghcr.io/huggingface/tei-gaudi, tag: 1.5.0}
  resources: {limits: {habana.ai/gaudi: 1}}
whisper: {image: {repository: opea/whisper-gaudi}, resources: {limits: {habana.ai/gaudi: 1}}}
`;

  test("each enabled section with an engine is one, at its own key", () => {
    expect(poolRows(gaudi)).toMatchObject([
      {
        deployment: "vllm",
        format: "helm-values-umbrella",
        engine: "vllm",
        model: "meta-llama/Llama-3.3-70B-Instruct",
        tp: 4,
        gpus: 4,
        complete: false,
      },
      { deployment: "teirerank", engine: "other", launcher: "text-embeddings-inference", gpus: 1 },
    ]);
    const [deployment] = readText(gaudi).deployments;
    const pool = deployment?.pools[0];
    expect(sliceOf(gaudi, deployment?.anchor)).toBe("vllm");
    expect(pool && sliceOf(gaudi, flagOf(pool, "tensor-parallel-size").valueRange)).toBe("4");
    expect(pool?.hardware.resource).toBe("habana.ai/gaudi");
    expect(gpuFindings(gaudi.replace("gaudi: 4}", "gaudi: 2}"))).toEqual([]);
  });

  test.each([
    ["an alias", "tgi-guardrails: {enabled: true, LLM_MODEL_ID: a/b}\n", [{ deployment: "tgi-guardrails", engine: "tgi", model: "a/b" }]],
    [
      "an accelerator's own build of an engine",
      'tgi: {accelDevice: gaudi, image: {repository: ghcr.io/huggingface/tgi-gaudi, tag: "2.0.5"}, resources: {limits: {habana.ai/gaudi: 1}}}\n',
      [{ engine: "tgi", gpus: 1 }],
    ],
    [
      "an engine that is only switched on",
      "vllm: {enabled: true}\ntgi: {enabled: false}\n",
      [{ engine: "vllm", model: undefined, gpus: undefined }],
    ],
    [
      "a command in the arguments",
      'vllm:\n  extraCmdArgs: ["/bin/bash", "-c", "python3 -m vllm.entrypoints.openai.api_server --model a/b --tensor-parallel-size 2"]\n',
      [{ engine: "vllm", model: "a/b", tp: 2 }],
    ],
    [
      "shards of TGI",
      "tgi: {image: {repository: ghcr.io/huggingface/text-generation-inference, tag: 2.4.1}, extraCmdArgs: [--num-shard, '2']}\n",
      [{ engine: "tgi", tp: 2, version: "2.4.1" }],
    ],
    [
      "other charts below",
      "stack:\n  servingEngineSpec:\n    modelSpec: [{name: m, repository: vllm/vllm-openai, tag: v0.11.0, modelURL: a/b, requestGPU: 1}]\nchat:\n  ollama: {models: [gemma:7b]}\n",
      [
        { deployment: "m", engine: "vllm", gpus: 1, format: "helm-values-umbrella" },
        { deployment: "ollama", engine: "ollama", model: "gemma:7b" },
      ],
    ],
    [
      "the chart of one engine, whose keys stand at the top",
      'image: {repository: opea/vllm-gaudi}\nextraCmdArgs: ["--tensor-parallel-size", "1"]\n',
      [{ engine: "vllm", tp: 1, format: "helm-values-umbrella" }],
    ],
  ])("%s", (_, text, rows) => {
    expect(poolRows(text)).toMatchObject(rows);
  });

  test.each([
    ["nothing enabled", "vllm: {enabled: false}\ntgi: {enabled: false}\n", ["helm-values-umbrella"]],
    ["only what scales", "vllm: {autoscaling: {enabled: true, maxReplicas: 4}}\n", ["helm-values-umbrella"]],
    ["an address", "ollama: {enabled: true, url: http://ollama:11434}\n", ["helm-values-umbrella"]],
    ["a setting", "vllm: {timeout: 30}\nother: {a: 1}\n", []],
    ["a router", "vllm-router: {image: {repository: example/router}}\n", []],
  ])("%s starts no engine", (_, text, formats) => {
    expect(readText(text)).toMatchObject({ formats, deployments: [] });
  });
});
