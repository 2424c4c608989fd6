import { describe, expect, test } from "vitest";
import { only, poolRows, readText, settings, sliceOf } from "../support.ts";

const container = (args: string, gpus = "1"): string =>
  `{name: engine, image: "lmsysorg/sglang:v0.5.5", command: [python3, -m, sglang.launch_server, ${args}], resources: {limits: {nvidia.com/gpu: "${gpus}"}}}`;
const group = "--nnodes, $(RBG_LWP_GROUP_SIZE), --node-rank, $(RBG_LWP_WORKER_INDEX)";

const rbg = (roles: string, version = "v1alpha2", before = ""): string => `apiVersion: workloads.x-k8s.io/${version}
kind: RoleBasedGroup
metadata: {name: qwen}
spec:
${before}  roles:
${roles}`;

const router = `    - name: router
      replicas: 1
      standalonePattern: {template: {spec: {containers: [{name: router, image: "lmsysorg/sglang-router:v0.2.4"}]}}}
`;

describe("RoleBasedGroup", () => {
  test("prefill and decode are pools, the router stands beside them", () => {
    const text = rbg(`${router}    - name: prefill
      replicas: 2
      leaderWorkerPattern:
        size: 4
        template: {spec: {containers: [${container(`--model-path, m, --tp-size, "4", --disaggregation-mode, prefill, ${group}`)}]}}
    - name: decode
      standalonePattern:
        template: {spec: {containers: [${container('--model-path, m, --tp-size, "2", --disaggregation-mode, decode', "2")}]}}
`);
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen", pool: "prefill", format: "rbg", role: "prefill", tp: 4, gpus: 4, nodes: 4, instances: 2 },
      { deployment: "qwen", pool: "decode", role: "decode", tp: 2, gpus: 2, nodes: 1, instances: 1 },
    ]);
    expect(readText(text).companions.map(({ kind, name }) => [kind, name])).toEqual([["router", "router"]]);
  });

  test("groups of one name in one file stay two", () => {
    const role = (name: string): string => `    - name: ${name}
      standalonePattern: {template: {spec: {containers: [${container(`--model-path, m, --disaggregation-mode, ${name}`)}]}}}
`;
    const one = rbg(role("prefill") + role("decode"));
    expect(readText(`${one}---\n${one}`).deployments.map(({ id, pools }) => [id, ...pools.map(({ name }) => name)])).toEqual([
      ["qwen", "prefill", "decode"],
      ["qwen#2", "prefill", "decode"],
    ]);
  });

  test("a template of the group's with a role's patch over it, the leader's over that", () => {
    const text = rbg(
      `    - name: worker
      leaderWorkerPattern:
        size: 2
        templateRef:
          name: base
          patch:
            spec:
              containers: [{name: engine, command: [python3, -m, sglang.launch_server], args: [--model-path, m, --tp, "16"], resources: {limits: {nvidia.com/gpu: 8}}}]
        leaderTemplatePatch:
          spec:
            containers: [{name: engine, env: [{name: SIDE, value: leader}]}]
`,
      "v1alpha2",
      `  roleTemplates:
    - name: base
      template:
        spec:
          nodeSelector: {nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3}
          containers: [{name: engine, image: "lmsysorg/sglang:v0.5.5"}]
`,
    );
    expect(poolRows(text)).toMatchObject([{ pool: "qwen", tp: 16, gpus: 16, nodes: 2, gpu: "H100-SXM5-80GB", version: "0.5.5" }]);
    const { pool } = only(readText(text));
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("16");
    expect(pool.engine.environment.get("SIDE")?.value).toBe("leader");
  });

  test("v1alpha1: templates in the role, groups beside them, patches under other names", () => {
    const text = rbg(
      `    - name: prefill
      replicas: 1
      workload: {apiVersion: leaderworkerset.x-k8s.io/v1, kind: LeaderWorkerSet}
      leaderWorkerSet:
        size: 2
        patchLeaderTemplate: {spec: {containers: [{name: engine, args: [--enable-metrics]}]}}
      template: {spec: {containers: [${container("--model-path, m, --disaggregation-mode, prefill, --tp, '2', --nnodes, $(LWS_GROUP_SIZE)")}]}}
    - name: decode
      replicas: 3
      template: {spec: {containers: [${container("--model-path, m, --disaggregation-mode, decode")}]}}
`,
      "v1alpha1",
    );
    expect(poolRows(text)).toMatchObject([
      { role: "prefill", gpus: 2, nodes: 2, instances: 1 },
      { role: "decode", gpus: 1, nodes: 1, instances: 3 },
    ]);
    const [prefill] = readText(text).deployments[0]?.pools ?? [];
    expect(prefill && settings(prefill)).toMatchObject({ "enable-metrics": null, nnodes: "2" });
  });

  test("a set of groups", () => {
    const text = `apiVersion: workloads.x-k8s.io/v1alpha1
kind: RoleBasedGroupSet
metadata: {name: many}
spec:
  replicas: 3
  template:
    roles:
      - name: worker
        replicas: 2
        template: {spec: {containers: [${container("--model-path, m")}]}}
`;
    expect(poolRows(text)).toMatchObject([{ pool: "many", instances: 6 }]);
  });

  test("roles that have nothing to do with each other are deployments of their own", () => {
    const text = rbg(`    - name: small
      standalonePattern: {template: {spec: {containers: [${container("--model-path, m")}]}}}
    - name: large
      standalonePattern: {template: {spec: {containers: [${container("--model-path, n")}]}}}
`);
    expect(poolRows(text)).toMatchObject([
      { deployment: "qwen/small", model: "m" },
      { deployment: "qwen/large", model: "n" },
    ]);
  });

  test("without an engine it is somebody else's", () => {
    expect(readText(rbg(router))).toMatchObject({ formats: [], deployments: [], companions: [] });
  });
});
