import { expect, test } from "vitest";
import { type Neighbours, noNeighbours } from "../../src/deployment/neighbours.ts";
import { noSurroundings } from "../../src/deployment/surroundings.ts";
import type { Range } from "../../src/deployment/text.ts";
import { analyse } from "../../src/language/analysis.ts";
import { testCatalog } from "../support/catalog.ts";

const base = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: llama
spec:
  replicas: 1
  selector: { matchLabels: { app: llama } }
  template:
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: ["--model", "meta-llama/Llama-3.1-8B-Instruct", "--tensor-parallel-size", "2"]
          resources: { limits: { nvidia.com/gpu: 2 } }
          volumeMounts:
            - { name: shm, mountPath: /dev/shm }
      volumes:
        - { name: shm, emptyDir: { medium: Memory } }
`;
const patch = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: llama
spec:
  template:
    spec:
      nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }
      containers:
        - name: vllm
          resources: { limits: { nvidia.com/gpu: 1 } }
`;
const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../base]
patches:
  - path: gpu.yaml
  - target: { kind: Deployment, name: "ll.*" }
    patch: |
      - op: add
        path: /spec/template/spec/containers/0/args/-
        value: --enforce-eager
images:
  - name: vllm/vllm-openai
    newTag: v0.12.0
replicas:
  - name: llama
    count: 3
`;
const files: Readonly<Record<string, string>> = {
  "../base": "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [deployment.yaml]\n",
  "deployment.yaml": base,
  "gpu.yaml": patch,
};
const neighbours: Neighbours = {
  at: (path) => {
    const text = files[path];
    return text === undefined ? undefined : { file: path, text };
  },
  defining: () => undefined,
  model: () => undefined,
};

function word(range: Range | undefined): string {
  const text = range?.file === undefined ? kustomization : (files[range.file] ?? "");
  return text.split("\n")[range?.start.line ?? 0]?.slice(range?.start.character, range?.end.character) ?? "";
}

test("an overlay's deployment has the values of all its files, each at its place", () => {
  const surroundings = { ...noSurroundings, neighbours };
  const analysis = analyse(kustomization, { catalog: testCatalog(), surroundings, fileName: "kustomization.yaml" });
  expect(analysis.formats).toEqual(["kustomization"]);
  const [one] = analysis.deployments;
  const pool = one?.deployment.pools[0];
  expect(analysis.deployments).toHaveLength(1);
  expect(one?.deployment.anchor).toMatchObject({ start: { line: 0, character: 0 } });
  expect(pool?.engine.version).toMatchObject({ value: { text: "0.12.0" } });
  expect(pool?.engine.flags.has("enforce-eager")).toBe(true);
  expect(pool?.instances).toMatchObject({ value: 3 });
  expect(word(pool?.instances?.range)).toBe("3");
  expect(pool?.hardware.gpu).toMatchObject({ value: "H100-SXM5-80GB" });
  expect(word(pool?.hardware.gpu?.range)).toBe("NVIDIA-H100-80GB-HBM3");
  expect(pool?.hardware.gpusPerNode?.range?.file).toBe("gpu.yaml");
  expect(pool?.engine.parallel.tensor.range?.file).toBe("deployment.yaml");
  expect(word(pool?.engine.parallel.tensor.range)).toBe("2");
  const finding = analysis.findings.find(({ code }) => code === "gpu-count");
  expect(finding?.range.file).toBe("gpu.yaml");
  expect(word(finding?.range)).toBe("1");
});

test("alone, a kustomization is recognised and says nothing", () => {
  const analysis = analyse(kustomization, { catalog: testCatalog() });
  expect(analysis).toMatchObject({ formats: ["kustomization"], deployments: [], findings: [], problems: [] });
});

test("kustomizations that name each other end", () => {
  const text = kustomization.replace("[../base]", "[a, b, c, d, e, f, g, h]");
  const loop: Neighbours = { ...noNeighbours, at: () => ({ file: "loop", text }) };
  const analysis = analyse(text, { catalog: testCatalog(), surroundings: { ...noSurroundings, neighbours: loop } });
  expect(analysis.deployments).toEqual([]);
});
