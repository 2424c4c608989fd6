import { describe, expect, test } from "vitest";
import { findingsOf, poolRows, readText } from "../support.ts";

const role = (name: string, args: string, fields = ""): string => `    - name: ${name}
      replicas: 2
      ${fields}
      template:
        spec:
          containers:
            - {name: engine, image: "aibrix/vllm-openai:v0.10.0", command: [vllm, serve, m, ${args}], resources: {limits: {nvidia.com/gpu: 2}}}
`;
const storm = (roles: string, head = "replicas: 3"): string => `apiVersion: orchestration.aibrix.ai/v1alpha1
kind: StormService
metadata: {name: qwen}
spec:
  ${head}
  template:
    spec:
      roles:
${roles.replace(/^/gm, "    ")}`;

describe("StormService", () => {
  test("roles by name, for a connector that does both; sets times replicas", () => {
    const text = storm(role("prefill", "-tp, '2'") + role("decode", "-tp, '2'"));
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen", pool: "prefill", format: "aibrix-stormservice", role: "prefill", tp: 2, gpus: 2, nodes: 1, instances: 6 },
      { deployment: "qwen", pool: "decode", role: "decode", instances: 6 },
    ]);
  });

  test("a group of pods is one engine", () => {
    const text = storm(role("decode", "-tp, '4', --nnodes, $(POD_GROUP_SIZE)", "podGroupSize: 2"), "");
    expect(poolRows(text)).toMatchObject([{ pool: "qwen", role: "decode", gpus: 4, nodes: 2, instances: 2 }]);
    expect(findingsOf(storm(role("decode", "-tp, '8'", "podGroupSize: 2"))).filter((one) => one.includes("gpu-count"))).toEqual([
      "error gpu-count: 2",
    ]);
  });

  test("a RoleSet alone", () => {
    const text = storm(role("worker", "")).replace("StormService", "RoleSet").replace("  template:\n    spec:\n      roles:", "  roles:");
    expect(poolRows(text)).toMatchObject([{ pool: "qwen", instances: 2 }]);
  });
});

describe("RayClusterFleet", () => {
  const fleet = (head: string, workers = ""): string => `apiVersion: orchestration.aibrix.ai/v1alpha1
kind: RayClusterFleet
metadata: {name: qwen}
spec:
  replicas: 2
  template:
    spec:
      headGroupSpec:
        template:
          spec:
            containers:
              - {name: ray-head, image: "vllm/vllm-openai:v0.7.1", ${head}, resources: {limits: {nvidia.com/gpu: 1}}}
      workerGroupSpecs:
${workers}`;
  const worker = `        - {replicas: 3, template: {spec: {containers: [{name: w, image: "vllm/vllm-openai:v0.7.1", resources: {limits: {nvidia.com/gpu: 1}}}]}}}
`;

  test("the head's engine has the GPUs of all pods of its cluster", () => {
    const text = fleet("command: [sh, -c, 'ray start --head; vllm serve m -tp 4 --distributed-executor-backend ray']", worker);
    expect(poolRows(text)).toMatchObject([{ format: "aibrix-rayclusterfleet", tp: 4, gpus: 4, instances: 2 }]);
    expect(findingsOf(text).filter((one) => one.includes("gpu-"))).toEqual([]);
  });

  test("without an engine it is somebody else's", () => {
    expect(readText(fleet("command: [sh, -c, 'ray start --head; python3 app.py']", worker)).formats).toEqual([]);
  });
});

test("adapters and claims are known and start no engine", () => {
  const text = (kind: string) => `apiVersion: model.aibrix.ai/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: {baseModel: m}\n`;
  expect(readText(text("ModelAdapter"))).toMatchObject({ formats: ["aibrix-modeladapter"], deployments: [] });
  expect(readText(text("ModelClaim"))).toMatchObject({ formats: ["aibrix-modelclaim"], deployments: [] });
});
