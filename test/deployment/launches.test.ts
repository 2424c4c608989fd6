import { describe, expect, test } from "vitest";
import { readText } from "./support.ts";

const pod = (container: string): string => `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      ${container}
`;

/** Engine, launcher and model of each engine in a container, and its tensor parallel size as written. */
function started(container: string): unknown[] {
  return readText(pod(container)).deployments.map(({ engine, launcher, model, pools }) => [
    [engine, launcher].filter(Boolean).join(" by "),
    model?.value.name,
    pools[0]?.engine.parallel.written.tp?.value,
  ]);
}

describe("what starts an engine", () => {
  test.each([
    ["command: [vllm, serve, m, -tp, '2']", "vllm", "m", 2],
    ["command: [python3, -m, vllm.entrypoints.openai.api_server, --model, m, -tp=2]", "vllm", "m", 2],
    ["command: [python3, -m, vllm.entrypoints.cli.main, serve, m, -tp=2]", "vllm", "m", 2],
    ["command: [/opt/venv/bin/vllm, serve]\n      args: [m]", "vllm", "m", undefined],
    ["command: [env, A=1, nsys, profile, -o, x, vllm, serve, m]", "vllm", "m", undefined],
    ["command: [numactl, --cpunodebind=0, --membind=0, vllm, serve, m]", "vllm", "m", undefined],
    ["command: [uv, run, --with, vllm, vllm, serve, m]", "vllm", "m", undefined],
    ["command: [sh, -c, 'ray start --head --port=6379 && vllm serve m -tp 2']", "vllm", "m", 2],
    ["command: [bash, -lc, --]\n      args: ['ulimit -n 65536; exec vllm serve m']", "vllm", "m", undefined],
    ["command: [python, -m, sglang.launch_server, --model-path, m, --tp, '2']", "sglang", "m", 2],
    ["command: [sglang, serve, --model-path, m, --tp-size=2]", "sglang", "m", 2],
    ["command: [trtllm-serve, m, --tp_size, '2']", "tensorrt-llm", "m", 2],
    ["command: [trtllm-llmapi-launch, trtllm-serve, serve, m, --tp_size=2]", "tensorrt-llm", "m", 2],
    ["command: [mpirun, --allow-run-as-root, -n, '2', trtllm-serve, m, --tp_size, '2']", "tensorrt-llm", "m", 2],
    ["command: [trtllm-llmapi-launch, python3, -m, dynamo.trtllm, --model-path, m]", "tensorrt-llm by dynamo", "m", undefined],
    ["command: [python3, -m, tensorrt_llm.commands.serve, m]", "tensorrt-llm", "m", undefined],
    [
      "command: [sh, -c, 'python3 ./server.py leader --pp=8 --tp=2 --triton_model_repo_dir=/data/tensorrtllm_backend']",
      "tensorrt-llm by triton",
      undefined,
      2,
    ],
    ["command: [python3, -m, dynamo.vllm, --model, m]", "vllm by dynamo", "m", undefined],
    ["command: [lmdeploy, serve, api_server, m]", "other by lmdeploy", "m", undefined],
    ["command: [text-generation-launcher, --model-id, m, --num-shard, '2']", "tgi", "m", 2],
    ["command: [/app/llama-server, -m, /models/m.gguf]", "llama.cpp", "/models/m.gguf", undefined],
    ["command: [python3, -m, llama_cpp.server, --model, m.gguf]", "llama.cpp", "m.gguf", undefined],
    ["command: [text-embeddings-router, --model-id, m]", "other by text-embeddings-inference", "m", undefined],
    [
      "image: ghcr.io/huggingface/text-embeddings-inference:1.7\n      args: [--model-id, m]",
      "other by text-embeddings-inference",
      "m",
      undefined,
    ],
    [
      "image: ghcr.io/llm-d/llm-d-inference-sim:v0.5.0\n      args: [--model=m, --max-num-seqs=5]",
      "other by llm-d-inference-sim",
      "m",
      undefined,
    ],
    ["image: vllm/vllm-openai:v0.11.0", "vllm", undefined, undefined],
    ["command: [python3 -m sglang.launch_server --model-path m --tp 2]", "sglang", "m", 2],
    ["command: [sh, -c, 'vllm serve <your model> -tp 2 --port <port>']", "vllm", undefined, 2],
    ["command: [sh, -c, 'vllm serve m -tp 2 <in.txt >log.txt']", "vllm", "m", 2],
    ["image: vllm/vllm-openai:v0.11.0\n      args: [serve, m]", "vllm", "m", undefined],
    ["image: vllm/vllm-openai:v0.11.0\n      args: [/models/m, --enforce-eager]", "vllm", "/models/m", undefined],
  ])("%s", (container, engine, model, tp) => {
    expect(started(container)).toEqual([[engine, model, tp]]);
  });

  test.each([
    "command: [python3, -m, sglang_router.launch_router, --prefill, http://a, --decode, http://b]",
    "command: [vllm-router, --policy, round_robin]",
    "command: [vllm, bench, serve, --model, m]",
    "command: [vllm, bench, latency, --model, m, --tensor-parallel-size, '8']",
    "command: [guidellm, benchmark, --target, http://vllm:8000]",
    "command: [ray, start, --head]",
    "command: [mooncake_master, --port, '50051']",
    "command: [lmcache_server, localhost, '65432']",
    "command: [trtllm-serve, disaggregated, -c, disagg.yaml]",
    "command: [lmdeploy, serve, proxy]",
    "command: [pip, install, vllm]",
    "command: [sh, -c, 'until curl http://vllm/health; do echo vllm serve; sleep 1; done']",
    "image: ghcr.io/volcano-sh/runtime:latest\n      args: [--port, '8100', --engine, vllm, --pod, p, --model, m]",
    "image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1\n      args: [--port=8000, --vllm-port=8200, --connector=nixlv2]",
    "image: vllm/vllm-openai:latest\n      args: [python3, /scripts/job.py]",
    "image: vllm/vllm-openai:latest\n      command: [sleep, infinity]",
    "image: example/benchmark:1\n      args: [--max-model-len, '4096', --tensor-parallel-size, '8']",
  ])("starts none: %s", (container) => {
    expect(started(container)).toEqual([]);
  });
});

describe("arguments alone", () => {
  test.each([
    ["args: [--model, m, --max-model-len, '4096']", "vllm"],
    ["args: [--model-path, m, --mem-fraction-static, '0.8', --tp-size, '2']", "sglang"],
    ["args: [--tp_size, '2', --extra_llm_api_options, /config/x.yaml]", "tensorrt-llm"],
    ["args: [--model-id=m, --num-shard=2, --quantize=eetq]", "tgi"],
    ["image: replaced-by-kustomize\n      args: [--tensor-parallel-size, '2', --port, '8000']", "vllm"],
    ["image: example/serving:1\n      args: [/models/m, --served-model-name, m, --tensor-parallel-size, '2']", "vllm"],
  ])("%s", (container, engine) => {
    expect(readText(pod(container)).deployments.map((one) => one.engine)).toEqual([engine]);
  });

  test.each([
    ["one flag is too little", "args: [--tensor-parallel-size, '2']"],
    ["flags that several engines have", "args: [--host, 0.0.0.0, --port, '8000']"],
    ["flags of several programs", "args: [--max-model-len, '4096', --upstream, http://a]"],
    ["an image of another product, with one sign", "image: example/serving:1\n      args: [--served-model-name, m, --port, '8000']"],
  ])("%s", (_, container) => {
    expect(readText(pod(container)).deployments).toEqual([]);
  });
});
