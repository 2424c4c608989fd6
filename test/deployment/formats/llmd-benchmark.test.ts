import { describe, expect, test } from "vitest";
import { findingsOf, flagOf, poolRows, readText, sliceOf } from "../support.ts";

const scenario = `scenario:
  - name: wide
    common:
      multinode: {enabled: true}
      images: {vllm: {repository: docker.io/vllm/vllm-openai, tag: v0.11.0}}
      affinity:
        nodeSelector: {cloud.google.com/gke-accelerator: nvidia-h100-80gb}
      model: {name: Qwen/Qwen3-30B-A3B, path: models/Qwen/Qwen3-30B-A3B, maxModelLen: 4000, gpuMemoryUtilization: 0.75}
    modelservice: {enabled: true}
    standalone: {enabled: false}
    prefill:
      enabled: false
      replicas: 0
    decode:
      replicas: 2
      parallelism: {tensor: 4, data: 1, dataLocal: 2, workers: 2}
      accelerator: {count: 8}
      vllm:
        customCommand: |
          . /shared-config/env.sh
          exec vllm serve /model-cache/$MODEL_PATH \\
          --tensor-parallel-size $TP_SIZE \\
          --data-parallel-size $((LWS_GROUP_SIZE * DP_SIZE_LOCAL)) \\
          --data-parallel-size-local $DP_SIZE_LOCAL \\
          --max-model-len $VLLM_MAX_MODEL_LEN \\
          --pipeline-parallel-size $PP_SIZE \\
          \${accelerator.dtypeArgs}
      extraEnvVars:
        - {name: PP_SIZE, value: "1"}
    harness: {name: inference-perf}
`;

describe("scenarios of llm-d-benchmark", () => {
  test("a role's command is read with what the benchmark puts into its environment", () => {
    expect(poolRows(scenario)).toEqual([
      expect.objectContaining({
        deployment: "wide",
        pool: "decode",
        format: "llmd-benchmark-scenario",
        role: "mixed",
        engine: "vllm",
        model: "Qwen/Qwen3-30B-A3B",
        tp: 4,
        pp: 1,
        dp: 4,
        gpus: 16,
        nodes: 2,
        instances: 2,
        gpu: "H100-SXM5-80GB",
        version: "0.11.0",
        complete: false,
      }),
    ]);
    const reading = readText(scenario);
    expect(reading.companions).toMatchObject([{ kind: "benchmark", name: "inference-perf" }]);
    const [pool] = reading.deployments[0]?.pools ?? [];
    expect(pool && sliceOf(scenario, flagOf(pool, "max-model-len").value?.range)).toBe("$VLLM_MAX_MODEL_LEN");
    expect(findingsOf(scenario).filter((said) => said.includes("gpu-"))).toEqual([]);
  });

  test("prefill and decode are pools of one stack, also below its model service", () => {
    const text = `scenario:
  - name: pd
    model: {name: Qwen/Qwen3-32B, maxModelLen: 16384}
    modelservice:
      enabled: true
      prefill: {enabled: true, replicas: 1, parallelism: {tensor: 1}}
      decode: {replicas: 2, parallelism: {tensor: 2, data: 1}, vllm: {additionalFlags: ["--max-num-seqs", "64"]}}
`;
    expect(poolRows(text)).toMatchObject([
      { deployment: "pd", pool: "prefill", role: "prefill", tp: 1, instances: 1, gpus: undefined },
      { deployment: "pd", pool: "decode", role: "decode", tp: 2, dp: 1, instances: 2 },
    ]);
    const decode = readText(text).deployments[0]?.pools[1];
    expect(decode && flagOf(decode, "max-model-len").value?.value).toBe("16384");
    expect(decode && flagOf(decode, "max-num-seqs").value?.value).toBe("64");
  });

  test.each([
    [
      "stand-alone engines where they are switched on",
      "modelservice: {enabled: false}\n    standalone: {enabled: true, replicas: 1}",
      ["standalone"],
    ],
    ["no engine with none switched on", "modelservice: {enabled: false}\n    standalone: {enabled: false}\n    decode: {replicas: 1}", []],
    ["no decode engine without replicas", "modelservice: {enabled: true}\n    decode: {replicas: 0}", []],
  ])("%s", (_, fields, pools) => {
    const text = `scenario:\n  - name: s\n    model: {name: Qwen/Qwen3-8B}\n    ${fields}\n    harness: {name: vllm-benchmark}\n`;
    expect(poolRows(text).map(({ pool }) => pool)).toEqual(pools);
    expect(readText(text).formats).toEqual(["llmd-benchmark-scenario"]);
  });

  test("what all stacks share lies below each stack", () => {
    const text = `shared:
  modelservice: {enabled: true}
  accelerator: {count: 0}
  decode: {parallelism: {tensor: 2}, replicas: 3}
  harness: {name: inference-perf}
scenario:
  - name: a
    model: {name: Qwen/Qwen3-0.6B}
    decode: {replicas: 1}
  - name: b
    model: {name: Qwen/Qwen3-4B}
    decode:
    prefill: {extraEnvVars: []}
    images: {vllm: {repository: ghcr.io/llm-d/llm-d-inference-sim, tag: latest}}
`;
    expect(poolRows(text)).toMatchObject([
      { deployment: "a", pool: "decode", engine: "vllm", model: "Qwen/Qwen3-0.6B", tp: 2, instances: 1, gpus: undefined },
      { deployment: "b", pool: "decode", engine: "other", launcher: "llm-d-inference-sim", model: "Qwen/Qwen3-4B", instances: 3 },
    ]);
  });

  test("a role that only the shared part describes stands at its stack, and what is below the model service lies over what is beside it", () => {
    const text = `shared:
  modelservice:
    enabled: true
    decode:
      parallelism: {tensor: 2}
      vllm:
        customCommand: |
          vllm serve $MODEL_SERVE_REF --tensor-parallel-size $VLLM_TENSOR_PARALLELISM --max-model-len $VLLM_MAX_MODEL_LEN
scenario:
  - name: small
    model: {name: Qwen/Qwen3-0.6B, maxModelLen: 8192}
  - name: large
    model: {name: Qwen/Qwen3-4B, maxModelLen: 4096}
    decode: {parallelism: {tensor: 8}}
    modelservice: {decode: {replicas: 2}}
`;
    expect(poolRows(text)).toMatchObject([
      { deployment: "small", pool: "decode", model: "Qwen/Qwen3-0.6B", tp: 2, instances: 1 },
      { deployment: "large", pool: "decode", model: "Qwen/Qwen3-4B", tp: 2, instances: 2 },
    ]);
    const lines = readText(text).deployments.map(({ pools: [pool] }) => pool && text.split("\n")[pool.extent.start.line]?.trim());
    expect(lines).toEqual(["- name: small", expect.stringContaining("decode: {replicas: 2}")]);
  });

  test("engines without Kubernetes are containers of one machine; a guide's manifests take the place of all roles", () => {
    const stack = (fields: string): string => `scenario:\n  - name: s\n    model: {name: Qwen/Qwen2.5-0.5B-Instruct}\n${fields}`;
    const local = stack(`    modelservice: {enabled: false}
    nok8s:
      enabled: true
      vllm:
        image: docker.io/vllm/vllm-openai
        tag: v0.19.1
        tensorParallel: 2
        gpus: "2"
        replicas: 1
        extraArgs: [--enforce-eager]
`);
    expect(poolRows(local)).toMatchObject([
      { deployment: "s", pool: "nok8s", model: "Qwen/Qwen2.5-0.5B-Instruct", tp: 2, gpus: 2, instances: 1, version: "0.19.1" },
    ]);
    expect(poolRows(stack("    kustomize: {enabled: true}\n    decode: {replicas: 2}\n"))).toEqual([]);
    expect(poolRows(stack("    decode: {vllm: {customCommand: /opt/start.sh}}\n"))).toMatchObject([{ pool: "decode", engine: "vllm" }]);
  });

  test("a report about a scenario is none", () => {
    const report =
      "version: '0.1'\nscenario:\n  description: two engines\n  platform: {engine: [{name: vllm, args: {--tensor-parallel-size: 8}}]}\n";
    expect(readText(report).formats).toEqual([]);
  });
});
