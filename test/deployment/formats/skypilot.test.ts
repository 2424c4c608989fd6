import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const service = `name: llama
service:
  replica_policy: {min_replicas: 2, max_replicas: 4}
resources:
  accelerators: H100:8
  ports: 8081
envs:
  MODEL_NAME: meta-llama/Llama-3.1-8B-Instruct
  CACHE: null
setup: |
  uv pip install vllm==0.10.0 sglang==0.4.0
run: |
  TP=2
  DP=$((SKYPILOT_NUM_GPUS_PER_NODE / TP))
  vllm serve $MODEL_NAME --tensor-parallel-size $TP --data-parallel-size $DP \\
    --download-dir $CACHE 2>&1 | tee api.log &
  while ! grep -q 'Uvicorn running' api.log; do sleep 5; done
`;

const nodes = `resources:
  image_id: docker:vllm/vllm-openai:v0.10.0
  accelerators: {H100: 8}
num_nodes: 2
envs: {MODEL_NAME: meta-llama/Llama-3.1-405B-Instruct-FP8}
run: |
  HEAD_IP=\`echo "$SKYPILOT_NODE_IPS" | head -n1\`
  if [ "$SKYPILOT_NODE_RANK" == "0" ]; then
    ray start --head --port 6379
    vllm serve $MODEL_NAME --tensor-parallel-size $SKYPILOT_NUM_GPUS_PER_NODE \\
      --pipeline-parallel-size $SKYPILOT_NUM_NODES --distributed-executor-backend ray
  else
    ray start --address $HEAD_IP:6379
    sleep infinity
  fi
`;

describe("tasks and services of SkyPilot", () => {
  test("script, variables of the file and of SkyPilot, the version that is set up", () => {
    expect(poolRows(service)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "skypilot",
        engine: "vllm",
        model: "meta-llama/Llama-3.1-8B-Instruct",
        tp: 2,
        dp: 4,
        gpus: 8,
        nodes: 1,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        version: "0.10.0",
      }),
    ]);
    const { deployment, pool } = only(readText(service));
    expect(sliceOf(service, deployment.model?.range)).toBe("$MODEL_NAME");
    expect(sliceOf(service, pool.hardware.gpusPerNode?.range)).toBe("8");
    expect(sliceOf(service, pool.hardware.gpu?.range)).toBe("H100");
    expect(settings(pool)["download-dir"]).toBeUndefined();
    expect(findingsOf(service)).toEqual([]);
    expect(findingsOf(service.replace("TP=2", "TP=4").replace("$DP", "4"))).toEqual(["error gpu-count: 8"]);
  });

  test("one engine over all nodes where the script knows of them", () => {
    expect(poolRows(nodes)).toEqual([
      expect.objectContaining({ tp: 8, pp: 2, gpus: 16, nodes: 2, instances: 1, version: "0.10.0", gpu: "H100-SXM5-80GB" }),
    ]);
    expect(findingsOf(nodes)).toEqual([]);
  });

  test("the same engine in every branch of the rank is one; without a word of nodes each node has its own", () => {
    const ranks = `resources: {accelerators: "H100:8"}
num_nodes: 2
run: |
  A=$(echo "$SKYPILOT_NODE_IPS" | head -n1)
  TP=$(($SKYPILOT_NUM_GPUS_PER_NODE * $SKYPILOT_NUM_NODES))
  if [ "$SKYPILOT_NODE_RANK" -eq 0 ]; then
    python -m sglang.launch_server --model-path deepseek-ai/DeepSeek-R1 --tp $TP --dist-init-addr $A:5000 --nnodes 2 --node-rank 0
  else
    python -m sglang.launch_server --model-path deepseek-ai/DeepSeek-R1 --tp $TP --dist-init-addr $A:5000 --nnodes 2 --node-rank 1
  fi
`;
    expect(poolRows(ranks)).toEqual([expect.objectContaining({ engine: "sglang", tp: 16, gpus: 16, nodes: 2, instances: 1 })]);
    const alone = "resources: {accelerators: 'L4:1'}\nnum_nodes: 3\nrun: vllm serve Qwen/Qwen3-0.6B\n";
    expect(poolRows(alone)).toEqual([expect.objectContaining({ gpus: 1, nodes: 1, instances: 3 })]);
  });

  test.each([
    ["accelerators: {L4:8, A10G:8, A100-80GB:4}", undefined, undefined],
    ["accelerators: {A100-80GB:4, A100-80GB-SXM:4}", 4, "A100-SXM4-80GB"],
    ["accelerators: [L4:2, A10G:2]", 2, undefined],
    ["accelerators: {L4, A10G}", 1, undefined],
    ["accelerators: L40S", 1, "L40S"],
    ["instance_type: p4d.24xlarge", 8, "A100-SXM4-40GB"],
    ["any_of: [{accelerators: 'H100:2'}, {accelerators: 'H100:2', use_spot: true}]", 2, "H100-SXM5-80GB"],
    ["accelerators: ${GPU}:2", 2, undefined],
  ])("%s", (resources, gpus, gpu) => {
    const text = `resources:\n  ${resources}\nrun: |\n  vllm serve a/b --tensor-parallel-size $SKYPILOT_NUM_GPUS_PER_NODE\n`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ gpus, gpu })]);
    expect(findingsOf(text).filter((one) => one.includes("gpu"))).toEqual([]);
  });

  test("a GPU that stands with several counts is named once", () => {
    const text = "resources: {accelerators: {L4:8, A100:4, A100:8}}\nrun: vllm serve a/b\n";
    expect(only(readText(text)).pool.hardware.gpuAsWritten?.value).toBe("L4, A100");
  });

  test("a container that the script starts tells engine, image and GPUs", () => {
    const docker = `resources: {accelerators: "A100:4"}
envs: {MODEL_ID: lmsys/vicuna-13b-v1.5}
run: |
  docker run --gpus all --shm-size 1g -v ~/data:/data \\
    ghcr.io/huggingface/text-generation-inference:1.4 --num-shard $SKYPILOT_NUM_GPUS_PER_NODE --model-id $MODEL_ID
`;
    expect(poolRows(docker)).toEqual([expect.objectContaining({ engine: "tgi", model: "lmsys/vicuna-13b-v1.5", tp: 4, gpus: 4 })]);
  });

  test("what starts no engine is none of ours", () => {
    expect(readText("resources: {accelerators: 'H100:8'}\nsetup: pip install vllm\nrun: python train.py\n").formats).toEqual([]);
    expect(readText("name: x\nrun: vllm serve a/b\n").formats).toEqual([]);
  });
});
