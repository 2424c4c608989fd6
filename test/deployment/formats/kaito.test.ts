import { describe, expect, test } from "vitest";
import { findingsOf, only, poolRows, readText, settings, sliceOf } from "../support.ts";

const config = (flags: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: params }
data:
  inference_config.yaml: |
    max_probe_steps: 6
    vllm:
${flags.replace(/^/gm, "      ")}
`;

const workspace = (machine: string, inference: string): string => `apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: { name: llama }
resource:
  instanceType: "${machine}"
  labelSelector: { matchLabels: { apps: llama } }
inference:
${inference.replace(/^/gm, "  ")}
`;

const preset = "preset:\n  name: meta-llama/Llama-3.1-8B-Instruct";

describe("a Workspace of KAITO", () => {
  test("a preset is vLLM on whole machines, whose GPUs the catalogue knows", () => {
    const text = workspace("Standard_NC96ads_A100_v4", preset);
    expect(poolRows(text)).toEqual([
      expect.objectContaining({
        deployment: "llama",
        format: "kaito-workspace",
        engine: "vllm",
        model: "meta-llama/Llama-3.1-8B-Instruct",
        gpu: "A100-PCIE-80GB",
        gpus: 4,
        nodes: 1,
        instances: 1,
        tp: undefined,
      }),
    ]);
    const { pool } = only(readText(text));
    expect(pool.hardware.gpusPerNode).toMatchObject({ value: 4, origin: "inferred" });
    expect(sliceOf(text, pool.hardware.gpusPerNode?.range)).toBe("Standard_NC96ads_A100_v4");
    expect(findingsOf(text)).toEqual([]);
  });

  test("fields written under spec are read as those at the top", () => {
    const text = `apiVersion: kaito.sh/v1beta1
kind: Workspace
metadata: { name: phi }
spec:
  resource: { instanceType: Standard_NC24ads_A100_v4 }
  inference: { preset: { name: phi-4-mini } }
`;
    expect(poolRows(text)).toEqual([expect.objectContaining({ deployment: "phi", engine: "vllm", model: "phi-4-mini", gpus: 1 })]);
  });

  test("flags of its ConfigMap come last, so that one machine too small for them is found", () => {
    const inference = `${preset}\nconfig: params`;
    const text = `${config("tensor-parallel-size: 2\nmax-model-len: 131072\nswap-space: 4")}---\n${workspace("Standard_NC24ads_A100_v4", inference)}`;
    const { pool } = only(readText(text));
    expect(settings(pool)).toMatchObject({ "tensor-parallel-size": "2", "max-model-len": "131072", "swap-space": "4" });
    expect(findingsOf(text)).toEqual(
      expect.arrayContaining(["error gpu-count: Standard_NC24ads_A100_v4", "information removed-flag: swap-space"]),
    );
    expect(findingsOf(text.replace("NC24ads", "NC48ads"))).not.toContain("error gpu-count: Standard_NC48ads_A100_v4");
  });

  test("what the operator chooses is unknown: layout without a config, everything where nobody sees the config", () => {
    const { pool } = only(readText(workspace("Standard_NC96ads_A100_v4", preset)));
    expect(pool.engine.parallel.unreadable).toContain("tensor");
    expect(pool.engine.parallel.unreadable).toContain("data");
    expect(pool.engine.flags.get("gpu-memory-utilization")).toMatchObject({ value: undefined });
    expect(poolRows(workspace("Standard_NC24ads_A100_v4", `${preset}\nconfig: elsewhere`))[0]?.complete).toBe(false);
  });

  test("several machines, a part of one, an unknown one", () => {
    const two = workspace("Standard_NC96ads_A100_v4", preset).replace("resource:", "resource:\n  count: 2");
    expect(poolRows(two)[0]).toMatchObject({ gpus: 8, nodes: 2 });
    const part = workspace("", preset).replace('instanceType: ""', "partition: { mode: accelerator, count: 2 }");
    expect(poolRows(part)[0]).toMatchObject({ gpus: 2, gpu: undefined });
    const slice = workspace("", preset).replace('instanceType: ""', "partition: { mode: mig, profile: 2g.24gb }");
    const { pool } = only(readText(slice));
    expect(pool.hardware.gpuAsWritten?.value).toBe("mig-2g.24gb");
    expect(poolRows(workspace("Standard_of_tomorrow", preset))[0]).toMatchObject({ gpus: undefined, gpu: undefined });
  });

  test("another runtime and an own template are no preset of vLLM", () => {
    const annotated = workspace("Standard_NC24ads_A100_v4", preset).replace(
      "metadata: { name: llama }",
      "metadata: { name: llama, annotations: { kaito.sh/runtime: transformers } }",
    );
    expect(poolRows(annotated)[0]?.engine).toBe("other");
    const template = (command: string): string =>
      workspace(
        "Standard_NC24ads_A100_v4",
        `template:
  spec:
    containers:
      - name: own
        image: registry.example/own:1
        command: ${command}
        resources: { limits: { nvidia.com/gpu: 1 } }`,
      );
    expect(poolRows(template("[accelerate, launch, api.py]"))[0]).toMatchObject({ engine: "other", gpus: 1, gpu: "A100-PCIE-80GB" });
    expect(poolRows(template("[vllm, serve, Qwen/Qwen3-8B, --tensor-parallel-size=2]"))[0]).toMatchObject({
      engine: "vllm",
      model: "Qwen/Qwen3-8B",
      tp: 2,
    });
    expect(findingsOf(template("[vllm, serve, Qwen/Qwen3-8B, --tensor-parallel-size=2]"))).toContain("error gpu-count: 1");
  });

  test("tuning starts no server", () => {
    const text = workspace("Standard_NC24ads_A100_v4", "preset: { name: phi-3 }").replace("inference:", "tuning:");
    expect(readText(text)).toMatchObject({ formats: ["kaito-workspace"], deployments: [] });
  });
});

describe("KAITO's sets and roles", () => {
  test("a set is as many workspaces as its replicas", () => {
    const text = `apiVersion: kaito.sh/v1alpha1
kind: InferenceSet
metadata: { name: phi }
spec:
  replicas: 3
  template:
    resource: { instanceType: Standard_NC24ads_A100_v4 }
    inference: { preset: { name: phi-4-mini-instruct } }
`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ format: "kaito-inferenceset", model: "phi-4-mini-instruct", gpus: 1, instances: 3, gpu: "A100-PCIE-80GB" }),
    ]);
  });

  test("prefill and decode are pools of one deployment, each on its own machines", () => {
    const text = `${config("tensor-parallel-size: 8")}---
apiVersion: kaito.sh/v1alpha1
kind: MultiRoleInference
metadata: { name: pd }
spec:
  model: { name: deepseek-ai/DeepSeek-V3 }
  roles:
    - type: prefill
      replicas: 2
      instanceType: Standard_ND96isr_H100_v5
      runtimeConfig: params
    - type: decode
      instanceType: Standard_NC24ads_A100_v4
`;
    expect(poolRows(text)).toEqual([
      expect.objectContaining({ deployment: "pd", pool: "prefill", role: "prefill", tp: 8, gpus: 8, instances: 2, gpu: "H100-SXM5-80GB" }),
      expect.objectContaining({ deployment: "pd", pool: "decode", role: "decode", tp: undefined, gpus: 1, instances: 1 }),
    ]);
  });

  test("a retrieval engine serves no model", () => {
    const text = "apiVersion: kaito.sh/v1beta1\nkind: RAGEngine\nmetadata: { name: r }\nspec: { embedding: { local: { modelID: a/b } } }\n";
    expect(readText(text)).toMatchObject({ formats: ["kaito-ragengine"], deployments: [] });
  });
});
