import { describe, expect, test } from "vitest";
import { only, readLine, readText, settings, sliceOf } from "../support.ts";

function row(text: string) {
  const { deployment, pool } = only(readLine(text));
  return {
    engine: deployment.engine,
    launcher: deployment.launcher,
    model: deployment.model?.value.name,
    tp: pool.engine.parallel.written.tp?.value,
    gpus: pool.hardware.gpusPerNode?.value,
    version: pool.engine.version?.value.text,
  };
}

describe("launch commands", () => {
  test.each([
    ["sglang serve --model-path Qwen/Qwen3-8B --tp 2", { engine: "sglang", model: "Qwen/Qwen3-8B", tp: 2 }],
    ["HIP_VISIBLE_DEVICES=0,1,2,3 python3 -m sglang.launch_server --model Qwen/Qwen3-8B --tp-size=4", { engine: "sglang", tp: 4, gpus: 4 }],
    ["trtllm-serve serve nvidia/X --tp_size 4 --ep_size 2", { engine: "tensorrt-llm", model: "nvidia/X", tp: 4 }],
    ["mpirun -n 8 --allow-run-as-root trtllm-llmapi-launch trtllm-serve nvidia/X --tp_size 8", { engine: "tensorrt-llm", tp: 8 }],
    ["text-generation-launcher --model-id bigscience/bloom-560m --num-shard 2", { engine: "tgi", model: "bigscience/bloom-560m", tp: 2 }],
    ["llama-server -hf ggml-org/gemma-3-1b-it-GGUF -ngl 99", { engine: "llama.cpp", model: "ggml-org/gemma-3-1b-it-GGUF" }],
    ["./build/bin/llama-server -m models/a.gguf", { engine: "llama.cpp", model: "models/a.gguf" }],
    ["python3 -m dynamo.sglang --model-path Qwen/Qwen3-8B --tp 2", { engine: "sglang", launcher: "dynamo", tp: 2 }],
    ["pip install 'sglang[all]==0.4.6' && python -m sglang.launch_server --model-path a/b", { engine: "sglang", version: "0.4.6" }],
    ["pip install vllm==0.8.5 sglang==0.4.6 && vllm serve a/b", { engine: "vllm", version: "0.8.5" }],
  ])("%s", (text, expected) => {
    expect(row(text)).toMatchObject(expected);
  });

  test.each([
    [
      "docker run --gpus 2 --shm-size 32g -p 30000:30000 --ipc=host lmsysorg/sglang:v0.5.3 python3 -m sglang.launch_server --model-path Qwen/Qwen3-8B --tp 2",
      { engine: "sglang", model: "Qwen/Qwen3-8B", tp: 2, gpus: 2, version: "0.5.3" },
    ],
    [
      "sudo podman run -d --rm -e HF_TOKEN=x --device nvidia.com/gpu=all nvcr.io/nvidia/tensorrt-llm/release:1.0.0 trtllm-serve nvidia/X --tp_size 4",
      { engine: "tensorrt-llm", model: "nvidia/X", tp: 4, gpus: undefined, version: "1.0.0" },
    ],
    [
      "docker run --gpus all -e MODEL_ID=bigscience/bloom-560m ghcr.io/huggingface/text-generation-inference:3.0 --num-shard 4",
      { engine: "tgi", model: "bigscience/bloom-560m", tp: 4 },
    ],
    [
      "docker run -v ./models:/models ghcr.io/ggml-org/llama.cpp:server-cuda -m /models/a.gguf --n-gpu-layers 99",
      { engine: "llama.cpp", model: "/models/a.gguf" },
    ],
    [
      "docker run --entrypoint python3 --gpus '\"device=0,1\"' vllm/vllm-openai:v0.11.0 -m vllm.entrypoints.openai.api_server --model a/b -tp 2",
      { engine: "vllm", model: "a/b", tp: 2, gpus: 2, version: "0.11.0" },
    ],
    [
      "docker run --runtime nvidia --env NVIDIA_VISIBLE_DEVICES=0,1 -it vllm/vllm-openai:v0.11.0 Qwen/Qwen3-8B --tensor-parallel-size 2",
      { engine: "vllm", model: "Qwen/Qwen3-8B", tp: 2, gpus: 2 },
    ],
    [
      'docker run -e TP=4 --gpus 4 vllm/vllm-openai:v0.11.0 bash -c "vllm serve a/b --tensor-parallel-size $TP"',
      { engine: "vllm", model: "a/b", gpus: 4 },
    ],
  ])("%s", (text, expected) => {
    expect(row(text)).toMatchObject(expected);
  });

  test("variables of the container are its script's, not the caller's", () => {
    const text = "docker run -e TP=4 --gpus 4 vllm/vllm-openai:v0.11.0 bash -c 'vllm serve a/b --tensor-parallel-size $TP'";
    const { pool } = only(readLine(text));
    expect(settings(pool)).toEqual({ "tensor-parallel-size": "4" });
    expect(sliceOf(text, pool.engine.parallel.written.tp?.range)).toBe("$TP");
    expect(pool.engine.environment.get("TP")?.value).toBe("4");
  });

  test("a script that waits for a Ray cluster does not tell how many nodes it has", () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: { name: m }
spec:
  template:
    spec:
      containers:
        - name: engine
          image: vllm/vllm-openai:v0.6.6
          command: [bash, -lc]
          args:
            - |
              eval "$START" &
              while ! ray status | grep -q '0.0/16.0 GPU'; do sleep 2; done
              vllm serve a/b --tensor-parallel-size 8 --pipeline-parallel-size 2
          resources: { limits: { nvidia.com/gpu: 8 } }
`;
    const { pool } = only(readText(text));
    expect([pool.hardware.gpusPerNode?.value, pool.hardware.nodes, pool.hardware.gpusPerInstance]).toEqual([8, undefined, undefined]);
  });

  test("what starts no engine is none", () => {
    for (const text of [
      "docker run -it vllm/vllm-openai:v0.11.0 bash",
      "docker run --entrypoint /bin/bash vllm/vllm-openai:v0.11.0 -c ls",
      "docker run ghcr.io/ggml-org/llama.cpp:light -m a.gguf",
      "docker compose run vllm/vllm-openai",
      "docker run",
    ]) {
      expect(readLine(text).deployments).toEqual([]);
    }
  });
});
