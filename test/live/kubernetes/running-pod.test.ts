import { describe, expect, test } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { noSurroundings } from "../../../src/deployment/surroundings.ts";
import { analyse } from "../../../src/language/analysis.ts";
import { driftRows } from "../../../src/live/drift/drift.ts";
import { driftOf } from "../../../src/live/drift/drift-of.ts";
import { fills } from "../../../src/live/kubernetes/fills.ts";
import { type Pod, readPods } from "../../../src/live/kubernetes/pod.ts";
import { podPart } from "../../../src/live/kubernetes/pod-part.ts";
import { refusedStart, startLogPart } from "../../../src/live/kubernetes/pod-start.ts";
import { readNodeLabels, runningDeployment } from "../../../src/live/kubernetes/running-pod.ts";
import { identityOf, unseenPage } from "../../../src/live/running/identify.ts";
import { type ToldPart, withPart } from "../../../src/live/running/told-part.ts";
import { testCatalog } from "../../support/catalog.ts";
import { type FakePod, podList } from "../../support/fake-cluster.ts";
import { deploymentIn } from "./deployments.ts";

function pod(one: Omit<FakePod, "name">): Pod {
  const [only] = readPods(JSON.stringify(podList({ name: "llama-1", ...one })))?.pods ?? [];
  if (!only) throw new Error("no pod was read");
  return only;
}

const container = {
  image: "vllm/vllm-openai:v0.11.0",
  command: ["vllm", "serve"],
  args: ["$(MODEL)", "--tensor-parallel-size", "4", "--max-num-seqs=128", "--enforce-eager", "--api-key", "sk-1"],
  env: [
    { name: "MODEL", value: "meta-llama/Llama-3.1-8B-Instruct" },
    { name: "HF_TOKEN", valueFrom: { secretKeyRef: { name: "hf", key: "token" } } },
  ],
  resources: { limits: { "nvidia.com/gpu": "4" } },
};
const node = JSON.stringify({
  metadata: { labels: { "nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3", "nvidia.com/gpu.count": "8", zone: "a" } },
});

const file = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: llama }
spec:
  selector: { matchLabels: { app: llama } }
  template:
    spec:
      containers:
        - name: vllm
          image: registry.example/team/vllm:latest
          command: [vllm, serve, "{{ .Values.model }}", --tensor-parallel-size, "4"]
          resources: { limits: { nvidia.com/gpu: 4 } }`;

describe("what a pod runs", () => {
  const runs = runningDeployment({ pod: pod({ container }), nodeLabels: readNodeLabels(node) }, testCatalog());

  test("is read the way a file is: resolved words, image, node", () => {
    const [pool] = runs?.pools ?? [];
    expect(runs?.model?.value.name).toBe("meta-llama/Llama-3.1-8B-Instruct");
    expect(pool?.hardware.gpu?.value).toMatch(/^H100/);
    expect(pool?.hardware.gpusPerNode?.value).toBe(4);
    expect(pool?.engine.version?.value.text).toBe("0.11.0");
    expect(pool?.engine.flags.get("max-num-seqs")?.value?.value).toBe("128");
    expect(pool?.engine.flags.get("api-key")?.value).toBeUndefined();
  });

  test("fills what the file leaves unknown", () => {
    if (!runs) throw new Error("nothing was read");
    expect(fills(deploymentIn(file), runs)).toEqual([
      { what: "gpu", value: runs.pools[0]?.hardware.gpu?.value, assumed: null },
      { what: "version", value: "0.11.0", assumed: null },
      { what: "model", value: "meta-llama/Llama-3.1-8B-Instruct", assumed: null },
    ]);
  });

  test("leaves alone what the file says itself", () => {
    if (!runs) throw new Error("nothing was read");
    const told = file
      .replace("registry.example/team/vllm:latest", "vllm/vllm-openai:v0.10.2")
      .replace("{{ .Values.model }}", "Qwen/Qwen3-8B")
      .replace("    spec:\n", "    spec:\n      nodeSelector: { nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB }\n");
    expect(fills(deploymentIn(told), runs)).toEqual([]);
  });

  test("is what a server says of itself, with the pod's words as where it says so", () => {
    if (!runs) throw new Error("nothing was read");
    const part = podPart(runs);
    expect(part.version).toEqual({ value: "0.11.0", from: "pod image" });
    expect(part.settings).toMatchObject({
      tensor: { value: 4, from: "pod arguments" },
      maxNumSeqs: { value: 128 },
      enforceEager: { value: true },
    });
    expect(part.flags?.get("max-num-seqs")).toEqual({ value: 128, from: "pod arguments" });
    expect(JSON.stringify([...(part.flags ?? [])])).not.toContain("sk-1");
  });

  test("stands beside the file where the server itself tells nothing", () => {
    if (!runs) throw new Error("nothing was read");
    const text = file.replace('--tensor-parallel-size, "4"', '--tensor-parallel-size, "4", --max-num-seqs, "256"');
    const { deployments } = analyse(text, { catalog: testCatalog(), surroundings: noSurroundings, fileName: "serving.yaml" });
    const [analysis] = deployments;
    if (!analysis) throw new Error("no deployment was read");
    const rows = driftRows(driftOf(withPart(identityOf(unseenPage), podPart(runs)), analysis));
    expect(rows.find(({ setting }) => setting === "max-num-seqs")).toMatchObject({
      file: "256",
      server: "128",
      from: "pod arguments",
      verdict: "different",
    });
    const told: ToldPart = { settings: { maxNumSeqs: { value: 64, from: "/server_info" } } };
    const both = withPart(withPart(identityOf(unseenPage), told), podPart(runs));
    expect(both.settings.maxNumSeqs).toEqual({ value: 64, from: "/server_info" });
  });

  test("without leave to read the node, its GPU stays unknown", () => {
    expect(runningDeployment({ pod: pod({ container }), nodeLabels: new Map() }, testCatalog())?.pools[0]?.hardware.gpu).toBeUndefined();
    expect(readNodeLabels("forbidden")).toEqual(new Map());
  });
});

describe("the log of a start", () => {
  test("is the engine's own, or that of the start before where it ends again and again", () => {
    expect(startLogPart(pod({}))).toMatchObject({ container: "vllm", previous: false });
    const status = { restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } } };
    expect(startLogPart(pod({ status }))).toMatchObject({ container: "vllm", previous: true });
  });

  test("tells why an engine refused", () => {
    const log = [
      "INFO 11-28 10:00:00 [api_server.py:1839] vLLM API server version 0.11.0",
      "ERROR 11-28 10:00:10 [core.py:708] ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.",
    ].join("\n");
    const words = refusedStart(log);
    expect(words && plain(words)).toBe("refused: no memory left for the KV cache");
    expect(refusedStart("nothing of a start")).toBeUndefined();
  });
});
