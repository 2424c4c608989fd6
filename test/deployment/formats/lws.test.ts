import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, sliceOf } from "../support.ts";

const pod = (container: string, gpus: string): string => `
      spec:
        hostIPC: true
        containers:
          - name: engine
            image: lmsysorg/sglang:v0.5.5
            ${container}
            resources: {limits: {nvidia.com/gpu: "${gpus}"}}`;

const lws = (templates: string, head = "replicas: 2"): string => `apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: {name: big}
spec:
  ${head}
  leaderWorkerTemplate:
    size: 2
${templates.replace(/^\n/, "")}
`;

const sglang =
  'command: [python3, -m, sglang.launch_server, --model-path, m, --tp, "16", --nnodes, $(LWS_GROUP_SIZE), --node-rank, $(LWS_WORKER_INDEX)]';
const wide = `command: [bash, -c]
            args:
              - |
                START=$(( \${LWS_WORKER_INDEX:-0} * DP_LOCAL ))
                exec vllm serve m --data-parallel-size $((LWS_GROUP_SIZE * DP_LOCAL)) --data-parallel-size-local $DP_LOCAL \\
                  --data-parallel-start-rank $START --data-parallel-hybrid-lb --enable-expert-parallel
            env: [{name: DP_LOCAL, value: "8"}]`;
const ray = "command: [sh, -c, 'bash multi-node-serving.sh leader --ray_cluster_size=$(LWS_GROUP_SIZE); vllm serve m -tp 8 -pp 2']";

describe("LeaderWorkerSet", () => {
  test("all pods alike: SGLang's nodes are the group's pods", () => {
    const text = lws(`    workerTemplate:${pod(sglang, "8")}`);
    expect(poolRows(text)).toMatchObject([{ format: "lws", pool: "big", tp: 16, gpus: 16, nodes: 2, instances: 2, role: "mixed" }]);
    expect(sliceOf(text, only(readText(text)).pool.hardware.nodes?.range)).toBe("2");
  });

  test("the leader's command with the workers' GPUs", () => {
    const text = lws(
      `    leaderTemplate:${pod(ray, "8")}\n    workerTemplate:${pod("command: [sh, -c, 'ray start --address=$(LWS_LEADER_ADDRESS)']", "4")}`,
    );
    expect(poolRows(text)).toMatchObject([{ engine: "vllm", tp: 8, pp: 2, gpus: 12, nodes: 2 }]);
    expect(findingsOf(text).filter((one) => one.includes("gpu-count"))).toEqual(["error gpu-count: 8"]);
  });

  test("data parallelism by arithmetic with the group's size", () => {
    const text = lws(`    workerTemplate:${pod(wide, "8")}`);
    expect(poolRows(text)).toMatchObject([{ dp: 16, gpus: 16, nodes: 2 }]);
    expect(findingsOf(text).filter((one) => one.includes("gpu-"))).toEqual([]);
  });

  test("a role by the labels of the pods", () => {
    const text = lws(`    workerTemplate:
      metadata: {labels: {llm-d.ai/role: decode}}${pod(sglang, "8")}`);
    expect(poolRows(text)).toMatchObject([{ role: "decode" }]);
  });

  test("what cannot be read silences what depends on it", () => {
    const text = lws(`    workerTemplate:${pod(sglang.replace("16", "64"), "{{ .Values.gpus }}")}`);
    expect(poolRows(text)).toMatchObject([{ gpus: undefined, nodes: 2 }]);
    expect(findingsOf(text).filter((one) => one.includes("gpu-"))).toEqual([]);
  });
});

describe("DisaggregatedSet", () => {
  const role = (name: string, count: string, mode: string) => `    - name: ${name}
      ${count}
        leaderWorkerTemplate:
          size: 2
          workerTemplate:
            spec:
              containers:
                - name: sglang
                  image: lmsysorg/sglang:v0.5.5
                  command: [python3, -m, sglang.launch_server, --model-path, m, --tp, "8", --disaggregation-mode, ${mode}]
                  resources: {limits: {nvidia.com/gpu: 4}}
`;
  const set = (roles: string, slices = "slices: 2"): string => `apiVersion: disaggregatedset.x-k8s.io/v1
kind: DisaggregatedSet
metadata: {name: pd}
spec:
  ${slices}
  roles:
${roles}`;

  test("roles are pools of one deployment, slices repeat them", () => {
    const text = set(role("prefill", "spec:\n        replicas: 3", "prefill") + role("decode", "spec:", "decode"));
    expect(poolRows(text)).toMatchObject([
      { deployment: "pd", pool: "prefill", format: "disaggregatedset", role: "prefill", gpus: 8, nodes: 2, instances: 6 },
      { deployment: "pd", pool: "decode", role: "decode", gpus: 8, nodes: 2, instances: 2 },
    ]);
  });

  test("a scaler's count is unknown", () => {
    const text = set(role("prefill", "scaling: {mode: External}\n      spec:", "prefill") + role("decode", "spec:", "decode"));
    expect(poolRows(text).map(({ instances }) => instances)).toEqual([undefined, 2]);
  });

  test("before v1 a role held the template itself", () => {
    const text = set(role("prefill", "spec:", "prefill") + role("decode", "spec:", "decode"), "")
      .replaceAll("      spec:\n        leaderWorkerTemplate:", "      replicas: 2\n      leaderWorkerTemplate:")
      .replaceAll("          size: 2", "        size: 2")
      .replaceAll("          workerTemplate:", "        workerTemplate:");
    expect(poolRows(text)).toMatchObject([
      { role: "prefill", nodes: 2, instances: 2 },
      { role: "decode", nodes: 2, instances: 2 },
    ]);
  });
});
