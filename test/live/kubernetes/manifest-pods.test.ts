import { describe, expect, test } from "vitest";
import { noNeighbours } from "../../../src/deployment/neighbours.ts";
import { read } from "../../../src/deployment/read.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { isMeant, manifestPods } from "../../../src/live/kubernetes/manifest-pods.ts";
import { readPods } from "../../../src/live/kubernetes/pod.ts";
import { namedPods } from "../../../src/live/kubernetes/workload-labels.ts";
import { testCatalog } from "../../support/catalog.ts";
import { podList } from "../../support/fake-cluster.ts";
import { deploymentIn } from "./deployments.ts";

const container = `
      containers:
        - { name: vllm, image: "vllm/vllm-openai:v0.11.0", args: ["--model", "Qwen/Qwen3-8B"], resources: { limits: { nvidia.com/gpu: 1 } } }`;

function pods(text: string) {
  return manifestPods(text, deploymentIn(text));
}

const labels = (text: string): readonly string[] => pods(text).queries.map((one) => one.labels);

describe("the pods of a manifest", () => {
  test("are those that a Deployment selects, in the namespace it names", () => {
    const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: qwen, namespace: team-a }
spec:
  selector:
    matchLabels: { app: qwen, tier: gpu }
    matchExpressions:
      - { key: track, operator: In, values: [stable, canary] }
      - { key: paused, operator: DoesNotExist }
  template:
    spec:${container}`;
    expect(pods(text)).toEqual({
      areInCluster: true,
      namespace: "team-a",
      queries: [{ labels: "app=qwen,tier=gpu,track in (stable,canary),!paused", name: null, prefix: null, role: null }],
    });
  });

  test("a selector that cannot be read whole finds more than is meant, so it is none", () => {
    const text = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: qwen, namespace: "{{ .Release.Namespace }}" }
spec:
  selector:
    matchLabels: { app: qwen, release: "{{ .Release.Name }}" }
  template:
    spec:${container}`;
    expect(pods(text)).toEqual({ areInCluster: true, namespace: null, queries: [] });
  });

  test("a kustomization names the namespace, and leaves its pods to be chosen", () => {
    const base = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: qwen }
spec:
  selector: { matchLabels: { app: qwen } }
  template:
    spec:${container}`;
    const overlay =
      "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: prod\nnamePrefix: prod-\nresources: [base.yaml]\n";
    const neighbours = { ...noNeighbours, at: (path: string) => (path === "base.yaml" ? { file: path, text: base } : undefined) };
    const surroundings = { ...noSurroundings, neighbours };
    const { deployments } = read(overlay, { catalog: testCatalog(), surroundings, fileName: "kustomization.yaml" });
    const [deployment] = deployments;
    if (!deployment) throw new Error("no deployment was read");
    expect(manifestPods(overlay, deployment)).toEqual({ areInCluster: true, namespace: "prod", queries: [] });
  });

  test("a Pod is asked for by its name", () => {
    const text = `
apiVersion: v1
kind: Pod
metadata: { name: qwen }
spec:${container.replaceAll("\n  ", "\n")}`;
    expect(pods(text).queries).toEqual([{ labels: "", name: "qwen", prefix: null, role: null }]);
  });

  test("a LeaderWorkerSet's bear its name", () => {
    const text = `
apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: { name: qwen }
spec:
  leaderWorkerTemplate:
    size: 2
    workerTemplate:
     spec:${container}`;
    expect(labels(text)).toEqual(["leaderworkerset.sigs.k8s.io/name=qwen"]);
  });

  test("those of KServe, Dynamo and Ray by what their operators write", () => {
    const service = `
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata: { name: qwen }
spec:
  predictor:
    model:
      modelFormat: { name: vLLM }
      storageUri: hf://Qwen/Qwen3-8B`;
    expect(labels(service)).toEqual(["serving.kserve.io/inferenceservice=qwen,component=predictor"]);
    expect(namedPods("InferenceService", "ome.io/v1beta1")?.selectors).toEqual(["ome.io/inferenceservice=NAME,component notin (router)"]);
    expect(namedPods("InferenceService", "example.org/v1")).toBeUndefined();
    expect(namedPods("constructor", "v1")).toBeUndefined();
    const graph = `
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: qwen }
spec:
  services:
    Worker:
      componentType: worker
      resources: { limits: { gpu: "1" } }
      extraPodSpec:
        mainContainer:
          image: nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.5.0
          command: [python3, -m, dynamo.vllm]
          args: ["--model", "Qwen/Qwen3-8B"]`;
    expect(labels(graph)[0]).toMatch(/^nvidia\.com\/dynamo-graph-deployment-name=qwen,/);
    const ray = `
apiVersion: ray.io/v1
kind: RayService
metadata: { name: qwen }
spec:
  serveConfigV2: |
    applications:
      - name: llm
        import_path: ray.serve.llm:build_openai_app
        args:
          llm_configs:
            - model_loading_config: { model_id: qwen, model_source: Qwen/Qwen3-8B }
              accelerator_type: H100
  rayClusterConfig:
    workerGroupSpecs: []`;
    expect(pods(ray).queries).toEqual([
      { labels: "ray.io/is-ray-node=yes", name: null, prefix: { label: "ray.io/cluster", text: "qwen-" }, role: null },
    ]);
  });

  test("a Ray service's are those of its own clusters, not of one whose name goes on", () => {
    const query = { labels: "", name: null, role: null, prefix: { label: "ray.io/cluster", text: "qwen-" } };
    const [pod] = readPods(JSON.stringify(podList({ name: "a" })))?.pods ?? [];
    if (!pod) throw new Error("no pod was read");
    const isOf = (cluster: string) => isMeant({ ...pod, labels: new Map([["ray.io/cluster", cluster]]) }, query);
    expect(["qwen-x7k2p", "qwen-raycluster-x7k2p", "qwen-large-x7k2p", "other-x7k2p"].map(isOf)).toEqual([true, true, false, false]);
  });

  test("pools of several workloads are looked for together; a compose file has none", () => {
    const role = (name: string, mode: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: qwen-${name}, namespace: team-a }
spec:
  selector: { matchLabels: { app: qwen-${name} } }
  template:
    spec:
      containers:
        - { name: sglang, image: "lmsysorg/sglang:v0.5.5", command: [python3, -m, sglang.launch_server, --model-path, Qwen/Qwen3-8B, --disaggregation-mode, ${mode}, --disaggregation-transfer-backend, nixl], resources: { limits: { nvidia.com/gpu: 1 } } }`;
    const text = `${role("prefill", "prefill")}\n---${role("decode", "decode")}`;
    expect(pods(text)).toEqual({
      areInCluster: true,
      namespace: "team-a",
      queries: [
        { labels: "app=qwen-prefill", name: null, prefix: null, role: "prefill" },
        { labels: "app=qwen-decode", name: null, prefix: null, role: "decode" },
      ],
    });
    const compose = "services:\n  vllm:\n    image: vllm/vllm-openai:v0.11.0\n    command: --model Qwen/Qwen3-8B\n";
    expect(pods(compose)).toEqual({ areInCluster: false, namespace: null, queries: [] });
  });
});
