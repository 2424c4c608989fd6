import { expect, test } from "vitest";
import { analyse } from "../../src/language/analysis.ts";
import { ledBack } from "../../src/language/lead-back.ts";
import { testCatalog } from "../support/catalog.ts";

const rendered = `apiVersion: apps/v1
kind: Deployment
metadata: { name: llama }
spec:
  selector: {}
  template:
    spec:
      containers:
        - name: vllm
          image: "vllm/vllm-openai:v0.11.0"
          args:
            - --model
            - meta-llama/Llama-3.1-8B-Instruct
            - --tensor-parallel-size
            - "4"
            - --max-model-len
            - "999999"
          resources: { limits: { nvidia.com/gpu: 1 } }
          volumeMounts: [{ name: shm, mountPath: /dev/shm }]
      volumes: [{ name: shm, emptyDir: { medium: Memory } }]
`;
const values = `model: meta-llama/Llama-3.1-8B-Instruct
replicas: 4
vllm:
  tensorParallelSize: 4
  max_model_len: 999999
gpus: 1
`;
const file = { file: "values.yaml", text: values };

function led(text: string) {
  const { findings } = analyse(rendered, { catalog: testCatalog() });
  return ledBack(rendered, findings, [{ ...file, text }]).map(
    ({ code, range }) => `${code} ${range.file}:${range.start.line + 1}:${range.start.character + 1}`,
  );
}

test("a finding of a rendered text stands at the value that made its word", () => {
  expect(led(values)).toContain("model-len values.yaml:5:18");
});

test("one whose word could come from several values, or from none, is left out", () => {
  expect(led("a: 999999\nb: 999999\n")).toEqual([]);
  expect(led("replicas: 999999\n")).toEqual([]);
  expect(led(": [")).toEqual([]);
});

test("a value is told by its key, wherever the same number stands besides", () => {
  const twice = `${values}limits: { tokens: 999999 }\n`;
  expect(led(twice)).toContain("model-len values.yaml:5:18");
});
