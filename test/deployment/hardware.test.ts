import { describe, expect, test } from "vitest";
import { addSharedMemory, setGpuCount } from "../../src/deployment/edit.ts";
import { noSurroundings, type Surroundings } from "../../src/deployment/surroundings.ts";
import { applyEdits, deployment, only, readLine, readText, sliceOf } from "./support.ts";

const serve = "command: [vllm, serve, Qwen/Qwen3-32B]\nargs: [--tensor-parallel-size=2]";
const withNode = (lines: string) => deployment(serve).replace("      containers:", `${lines}\n      containers:`);

describe("GPU type", () => {
  test.each<[string, string, string | undefined, string | undefined]>([
    ["GKE label", "      nodeSelector:\n        cloud.google.com/gke-accelerator: nvidia-h100-80gb", "nvidia-h100-80gb", "H100-SXM5-80GB"],
    ["product label", "      nodeSelector: { nvidia.com/gpu.product: NVIDIA-A100-SXM4-80GB }", "NVIDIA-A100-SXM4-80GB", "A100-SXM4-80GB"],
    ["instance type", "      nodeSelector:\n        node.kubernetes.io/instance-type: p5.48xlarge", "p5.48xlarge", "H100-SXM5-80GB"],
    [
      "required affinity",
      "      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-L40S] }] }] } } }",
      "NVIDIA-L40S",
      "L40S",
    ],
  ])("%s", (_, lines, word, id) => {
    const text = withNode(lines);
    const { gpu } = only(readText(text)).pool.hardware;
    expect(gpu).toMatchObject({ value: id, origin: "inferred" });
    expect(sliceOf(text, gpu?.range)).toBe(word);
  });

  test("alternatives that differ, preferences and unknown names leave it unknown", () => {
    const two =
      "      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: nvidia.com/gpu.product, operator: In, values: [NVIDIA-L40S, NVIDIA-L4] }] }] } } }";
    expect(only(readText(withNode(two))).pool.hardware).toMatchObject({
      gpu: undefined,
      gpuAsWritten: { value: "NVIDIA-L40S, NVIDIA-L4" },
    });
    const preferred = two.replace("required", "preferred");
    expect(only(readText(withNode(preferred))).pool.hardware).toMatchObject({ gpu: undefined, gpuAsWritten: undefined });
    const strange = "      nodeSelector: { accelerator: our-own-nodes }";
    expect(only(readText(withNode(strange))).pool.hardware).toMatchObject({ gpu: undefined, gpuAsWritten: { value: "our-own-nodes" } });
  });

  test("directive before argument before label before project before setting", () => {
    const label = "      nodeSelector: { cloud.google.com/gke-accelerator: nvidia-l4 }";
    const all = { ...noSurroundings, argument: { gpu: "H200" }, project: { gpu: "A100-80GB" }, setting: { gpu: "L40S" } };
    const gpu = (text: string, surroundings: Surroundings = noSurroundings) => only(readText(text, surroundings)).pool.hardware.gpu;
    expect(gpu(`# inference-lens: gpu=B200\n${withNode(label)}`, all)).toMatchObject({ value: "B200-SXM", origin: "directive" });
    expect(gpu(withNode(label), all)).toMatchObject({ value: "H200-SXM", origin: "argument" });
    expect(gpu(withNode(label), { ...all, argument: {} })).toMatchObject({ value: "L4", origin: "inferred" });
    expect(gpu(deployment(serve), { ...all, argument: {} })).toMatchObject({ value: "A100-SXM4-80GB", origin: "project" });
    expect(gpu(deployment(serve), { ...all, argument: {}, project: {} })).toMatchObject({ value: "L40S", origin: "setting" });
    expect(gpu(deployment(serve))).toBeUndefined();
  });

  test("a setting's GPU of another vendor than the resource's is not taken", () => {
    const text = deployment(serve).replace("nvidia.com/gpu", "amd.com/gpu");
    expect(only(readText(text, { ...noSurroundings, setting: { gpu: "H100" } })).pool.hardware).toMatchObject({
      gpu: undefined,
      resource: "amd.com/gpu",
    });
  });

  test("a MIG slice is what it is, or unknown", () => {
    const slice = (selector: string) => withNode(selector).replace("nvidia.com/gpu:", "nvidia.com/mig-3g.40gb:");
    expect(only(readText(slice("      nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }"))).pool.hardware.gpu?.value).toBe(
      "H100-SXM5-80GB-MIG-3g.40gb",
    );
    expect(only(readText(slice("      hostNetwork: true"), { ...noSurroundings, setting: { gpu: "H100" } })).pool.hardware).toMatchObject({
      gpu: undefined,
      gpuAsWritten: { value: "nvidia.com/mig-3g.40gb" },
    });
  });
});

describe("GPU counts", () => {
  test("limits and requests, and both are changed together", () => {
    const text = deployment(serve, 4).replace("limits:", "requests: { nvidia.com/gpu: 4 }\n            limits:");
    const { pool } = only(readText(text));
    expect(pool.hardware).toMatchObject({
      gpusPerNode: { value: 4 },
      gpuRequest: { value: 4 },
      gpusPerInstance: { value: 4 },
      nodes: { value: 1 },
      resource: "nvidia.com/gpu",
    });
    expect(sliceOf(text, pool.hardware.gpusPerNode?.range)).toBe("4");
    const changed = applyEdits(text, setGpuCount(pool, 16));
    expect(changed).toContain('nvidia.com/gpu: "16"');
    expect(changed).toContain("requests: { nvidia.com/gpu: 16 }");
  });

  const lws = (leader: string, worker: string, size = "2") => `apiVersion: leaderworkerset.x-k8s.io/v1
kind: LeaderWorkerSet
metadata: { name: big }
spec:
  replicas: 3
  leaderWorkerTemplate:
    size: ${size}
    leaderTemplate:
      spec:
        containers:
          - name: leader
            image: vllm/vllm-openai:v0.8.5
            command: [sh, -c, "bash /vllm-workspace/examples/multi-node-serving.sh leader --ray_cluster_size=$(LWS_GROUP_SIZE); vllm serve Qwen/Qwen3-32B -tp 8 --pipeline_parallel_size $(LWS_GROUP_SIZE)"]
            resources: { limits: { nvidia.com/gpu: ${leader} } }
    workerTemplate:
      spec:
        containers:
          - name: worker
            command: [sh, -c, "bash /vllm-workspace/examples/multi-node-serving.sh worker"]
            resources: { limits: { nvidia.com/gpu: ${worker} } }
`;
  test("LeaderWorkerSet: leader and workers of each group", () => {
    const { deployment: found, pool } = only(readText(lws('"8"', "8")));
    expect(found.format).toBe("lws");
    // 8 + (2 − 1) × 8 = 16.
    expect(pool.hardware).toMatchObject({ gpusPerNode: { value: 8 }, nodes: { value: 2 }, gpusPerInstance: { value: 16 } });
    expect(pool.instances?.value).toBe(3);
    expect(pool.engine.parallel.pipeline.value).toBe(2);
    expect(only(readText(lws("4", "8", "3"))).pool.hardware.gpusPerInstance?.value).toBe(20);
    expect(only(readText(lws("8", "{{ .x }}"))).pool.hardware.gpusPerInstance).toBeUndefined();
  });

  test("StatefulSet with --nnodes: its replicas are the nodes of one engine", () => {
    const text = deployment("command: [vllm, serve, Qwen/Qwen3-32B]\nargs: [-tp, '16', --nnodes, '2']").replace(
      "kind: Deployment",
      "kind: StatefulSet",
    );
    const { pool } = only(readText(text));
    expect(pool.hardware).toMatchObject({ nodes: { value: 2 }, gpusPerInstance: { value: 16 } });
    expect(pool.instances?.value).toBe(1);
  });

  test("ranks in other pods leave the instance's GPUs unknown", () => {
    const text = deployment("command: [vllm, serve, Qwen/Qwen3-32B]\nargs: [-dp, '16', --data-parallel-size-local, '8']");
    expect(only(readText(text)).pool.hardware).toMatchObject({ nodes: undefined, gpusPerInstance: undefined });
  });

  test("engines that share a container's GPUs have the count that their own device list leaves them", () => {
    const text = deployment('command: [bash, -c, "CUDA_VISIBLE_DEVICES=0,1 vllm serve a & vllm serve b"]');
    const reading = readText(text);
    expect(reading.deployments.map(({ id, pools }) => [id, pools[0]?.hardware.gpusPerNode?.value])).toEqual([
      ["llama/vllm", 2],
      ["llama/vllm#2", undefined],
    ]);
  });

  test.each([
    ["count: 2", 2],
    ["device_ids: ['0', '3', '5']", 3],
    ["count: all", undefined],
  ])("compose devices, %s", (line, count) => {
    const text = `services:
  a:
    image: vllm/vllm-openai:v0.11.0
    command: --model Qwen/Qwen3-32B
    deploy: { replicas: 2, resources: { reservations: { devices: [{ driver: nvidia, ${line}, capabilities: [gpu] }] } } }
`;
    const { pool } = only(readText(text));
    expect(pool.hardware.gpusPerNode?.value).toBe(count);
    expect(pool.instances?.value).toBe(2);
  });

  test("Job, Pod and List", () => {
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec:\n  containers:\n    - image: vllm/vllm-openai:v0.11.0\n      args: [--model, Qwen/Qwen3-32B]\n`;
    expect(only(readText(pod)).deployment).toMatchObject({ format: "k8s-pod", name: "p", pools: [{ instances: { value: 1 } }] });
    const job = deployment(serve)
      .replace("kind: Deployment", "kind: Job")
      .replace("apps/v1", "batch/v1")
      .replace("replicas: 2", "parallelism: 2");
    expect(only(readText(job)).deployment).toMatchObject({ format: "k8s-job", pools: [{ instances: { value: 2 } }] });
    const list = `apiVersion: v1\nkind: List\nitems:\n${pod.replace(/^/gm, "    ").replace("    apiVersion", "  - apiVersion").trimEnd()}\n`;
    expect(only(readText(list)).deployment.format).toBe("k8s-pod");
  });
});

describe("shared memory", () => {
  const mounted = (volume: string) =>
    deployment(`${serve}\nvolumeMounts:\n  - { name: dshm, mountPath: /dev/shm }`).replace(
      "      containers:",
      `      volumes:\n        - { name: dshm, ${volume} }\n      containers:`,
    );
  test.each<[string, string, unknown]>([
    ["none", deployment(serve), undefined],
    ["in memory", mounted("emptyDir: { medium: Memory }"), "memory"],
    ["limited", mounted("emptyDir: { medium: Memory, sizeLimit: 2Gi }"), 2 * 2 ** 30],
    ["the host's", deployment(serve).replace("      containers:", "      hostIPC: true\n      containers:"), "host"],
  ])("%s", (_, text, value) => {
    expect(only(readText(text)).pool.hardware.sharedMemory?.value).toBe(value);
  });

  test.each([
    ["no volumes", deployment(serve)],
    ["volumes of its own", mounted("emptyDir: {}").replaceAll("/dev/shm", "/data")],
    ["CRLF", deployment(serve).replaceAll("\n", "\r\n")],
    ["compose", "services:\n  a:\n    image: vllm/vllm-openai:v0.11.0\n    command: --model Qwen/Qwen3-32B -tp 2\n"],
  ])("adding it: %s", (_, text) => {
    const { pool } = only(readText(text));
    expect(pool.hardware.sharedMemory).toBeUndefined();
    const changed = readText(applyEdits(text, addSharedMemory(pool)));
    expect(changed.problems).toEqual([]);
    expect(only(changed).pool.hardware.sharedMemory?.value).toBeDefined();
    expect(only(changed).pool.engine.parallel.tensor.value).toBe(2);
  });

  test.each<[string, unknown]>([
    ["shm_size: 16gb", 16 * 2 ** 30],
    ["shm_size: '512m'", 512 * 2 ** 20],
    ["ipc: host", "host"],
    ["volumes: ['/dev/shm:/dev/shm']", "host"],
  ])("compose %s", (line, value) => {
    const text = `services:\n  a:\n    image: vllm/vllm-openai:v0.11.0\n    ${line}\n    command: --model x\n`;
    expect(only(readText(text)).pool.hardware.sharedMemory?.value).toBe(value);
  });
});

describe("version and plugin", () => {
  const image = (name: string) => only(readText(deployment(serve).replace("vllm/vllm-openai:v0.11.0", name))).pool.engine;
  test.each<[string, string | undefined, string | undefined]>([
    ["vllm/vllm-openai:v0.11.0", "0.11.0", "file"],
    ["docker.io/vllm/vllm-openai:v0.19.1-x86_64-cu130", "0.19.1", "file"],
    ["registry.example:5000/mirror/vllm-openai-custom:v0.10.2-nixl", "0.10.2", "inferred"],
    ["rocm/vllm:rocm6.3.1_vllm_0.8.5_20250415", "0.8.5", "inferred"],
    ["vllm/vllm-openai:latest", undefined, undefined],
    ["vllm/vllm-openai@sha256:0123", undefined, undefined],
    ["lmcache/vllm-openai:v0.3.1", undefined, undefined],
    ["ghcr.io/llm-d/llm-d-cuda:v0.7.0", undefined, undefined],
  ])("%s", (name, version, origin) => {
    expect(image(name).version?.value.text).toBe(version);
    expect(image(name).version?.origin).toBe(origin);
  });

  test("an installed version counts before the image's", () => {
    const text = deployment('command: [bash, -c, "pip install vllm==0.8.5 && vllm serve Qwen/Qwen3-32B"]');
    const { version } = only(readText(text)).pool.engine;
    expect(sliceOf(text, version?.range)).toBe("0.8.5");
  });

  test("the plugin is on, off or unknown", () => {
    const env = (value: string) => deployment(`${serve}\nenv: [{ name: ARCTIC_INFERENCE_ENABLED, value: "${value}" }]`);
    expect(only(readText(env("1"))).pool.engine.arctic?.value).toBe(true);
    expect(only(readText(env("0"))).pool.engine.arctic?.value).toBe(false);
    expect(only(readText(deployment(serve))).pool.engine.arctic).toMatchObject({ value: false, origin: "inferred" });
    expect(only(readText(deployment(`${serve}\nenvFrom: [{ configMapRef: { name: x } }]`))).pool.engine.arctic).toBeUndefined();
    expect(image("example/own:1").arctic).toBeUndefined();
    expect(only(readLine("vllm serve Qwen/Qwen3-32B")).pool.engine.arctic).toBeUndefined();
  });
});
