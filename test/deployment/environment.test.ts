import { describe, expect, test } from "vitest";
import { only, readText } from "./support.ts";

const file = (environment: string): string => `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      command: [sh, -c, "vllm serve $MODEL_ID --tensor-parallel-size $TP"]
      ${environment}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data:
  MODEL_ID: Qwen/Qwen3-32B
  TP: "4"
`;

describe("variables from a ConfigMap of the same text", () => {
  test("all of its entries", () => {
    const { pool, deployment } = only(readText(file("envFrom: [{configMapRef: {name: settings}}]")));
    expect(deployment.model?.value.name).toBe("Qwen/Qwen3-32B");
    expect(pool.engine.parallel.tensor.value).toBe(4);
  });

  test("one by its key, over what all of it says", () => {
    const env = "envFrom: [{configMapRef: {name: settings}}]\n      env: [{name: TP, value: '2'}]";
    expect(only(readText(file(env))).pool.engine.parallel.tensor.value).toBe(2);
    const one = "env: [{name: TP, valueFrom: {configMapKeyRef: {name: settings, key: TP}}}]";
    expect(only(readText(file(one))).pool.engine.parallel.tensor.value).toBe(4);
    expect(only(readText(file(one))).deployment.model).toBeUndefined();
  });

  test.each([
    ["another ConfigMap", "envFrom: [{configMapRef: {name: other}}]"],
    ["a secret", "envFrom: [{secretRef: {name: settings}}]"],
    ["names of their own", "envFrom: [{prefix: X_, configMapRef: {name: settings}}]"],
    ["a missing key", "env: [{name: TP, valueFrom: {configMapKeyRef: {name: settings, key: OTHER}}}]"],
  ])("%s leaves them unknown", (_, env) => {
    const { pool } = only(readText(file(env)));
    expect(pool.engine.parallel.unreadable.has("tensor")).toBe(true);
  });
});
