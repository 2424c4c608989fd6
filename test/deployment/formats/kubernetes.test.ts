import { describe, expect, test } from "vitest";
import { only, readText, sliceOf } from "../support.ts";

const workload = (head: string, containers: string): string => `${head}
spec:
  selector: {}
  template:
    spec:
      containers:
${containers.replace(/^/gm, "        ")}
`;
const engine = "- {name: vllm, image: 'vllm/vllm-openai:v0.11.0', args: [--model=m], resources: {limits: {nvidia.com/gpu: 2}}}";

describe("workloads", () => {
  test.each([
    ["apiVersion: apps/v1\nkind: Deployment", "k8s-deployment", 1],
    ["apiVersion: apps/v1\nkind: ReplicaSet", "k8s-deployment", 1],
    ["apiVersion: apps/v1\nkind: DaemonSet", "k8s-deployment", undefined],
    ["apiVersion: apps/v1\nkind: StatefulSet", "k8s-statefulset", 1],
    ["apiVersion: batch/v1\nkind: Job", "k8s-job", 1],
    ["apiVersion: serving.knative.dev/v1\nkind: Service", "k8s-knative", undefined],
    ["apiVersion: argoproj.io/v1alpha1\nkind: Rollout", "k8s-deployment", 1],
    ["apiVersion: apps.openshift.io/v1\nkind: DeploymentConfig", "k8s-deployment", 1],
  ])("%s", (head, format, instances) => {
    const { deployment, pool } = only(readText(workload(head, engine)));
    expect(deployment).toMatchObject({ format, engine: "vllm", model: { value: { name: "m" } } });
    expect([pool.hardware.gpusPerInstance?.value, pool.instances?.value]).toEqual([2, instances]);
  });

  test("a Service of Kubernetes itself has no pods", () => {
    expect(readText(workload("apiVersion: v1\nkind: Service", engine)).deployments).toEqual([]);
  });
});

describe("patches", () => {
  test("have neither selector nor image, and leave the count to what they patch", () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: tgi}
spec:
  template:
    spec:
      containers:
        - name: server
          args: ["--model-id=$(MODEL_ID)", --num-shard=2, --quantize=bitsandbytes-nf4]
`;
    const { deployment, pool } = only(readText(text));
    expect(deployment).toMatchObject({ format: "kustomize-patch", engine: "tgi", model: undefined });
    expect(pool).toMatchObject({ instances: undefined, hardware: { gpusPerNode: undefined } });
    expect(pool.engine.parallel.written.tp?.value).toBe(2);
  });
});

describe("what is recognised and starts nothing by itself", () => {
  test.each([
    [
      "a patch of resources",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: vllm}\nspec: {replicas: 3}\n",
      "file.yaml",
      "kustomize-patch",
    ],
    [
      "a JSON patch",
      "- op: add\n  path: /spec/template/spec/containers/0/args/-\n  value: --max-num-seqs=8\n",
      "file.yaml",
      "kustomize-patch",
    ],
    ["a Jinja template", "{% if vllm %}\nname: vllm\n{% endif %}\n", "values.yaml.j2", "jinja-template"],
  ])("%s", (_, text, name, format) => {
    expect(readText(text, undefined, name)).toMatchObject({ formats: [format], deployments: [] });
  });
});

test.each([
  ["List", "v1", "items"],
  ["Template", "template.openshift.io/v1", "objects"],
])("a %s holds objects", (kind, version, key) => {
  const object = workload("apiVersion: apps/v1\nkind: Deployment", engine).trimEnd().replace(/^/gm, "    ").replace("    ", "  - ");
  expect(only(readText(`apiVersion: ${version}\nkind: ${kind}\n${key}:\n${object}\n`)).deployment.model?.value.name).toBe("m");
});

describe("what serves beside the engines is named and no engine", () => {
  const kinds = (text: string) => readText(text).companions.map(({ kind, name, range }) => [kind, name, sliceOf(text, range)]);

  test("sidecars, init containers and other containers of the pod", () => {
    const text = `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  initContainers:
    - {name: routing-proxy, restartPolicy: Always, image: ghcr.io/llm-d/llm-d-routing-sidecar:v0.7.1, args: [--port=8000, --vllm-port=8200]}
    - {name: fetch, image: python, command: [sh, -c, "pip install -U huggingface_hub && hf download m"]}
    - {name: chown, image: busybox, command: [chown, -R, "1000", /models]}
  containers:
    - {name: engine, image: "vllm/vllm-openai:v0.11.0", args: [--model=m]}
    - {name: store, image: "lmsysorg/sglang:v0.5.5", command: [mooncake_master, --rpc_port, "50051"]}
    - {name: load, image: "vllm/vllm-openai:v0.11.0", command: [vllm, bench, serve, --model, m]}
    - {name: logs, image: fluentd}
`;
    expect(readText(text).deployments.map(({ name }) => name)).toEqual(["p"]);
    expect(kinds(text)).toEqual([
      ["router", "routing-proxy", "routing-proxy"],
      ["downloader", "fetch", "fetch"],
      ["cache", "store", "store"],
      ["benchmark", "load", "load"],
    ]);
  });

  const router = workload(
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: r}",
    "- {name: router, image: lmsysorg/sglang-router:v0.2.4}",
  );

  test("a workload of its own, next to one that serves", () => {
    const text = `${workload("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: e}", engine)}---\n${router}`;
    expect(kinds(text)).toEqual([["router", "router", "router"]]);
  });

  test("alone it is nobody's", () => {
    expect(readText(`# vllm\n${router}`)).toMatchObject({ formats: [], deployments: [], companions: [] });
  });
});

describe("engines without flags", () => {
  test("TGI takes from its environment what no flag says", () => {
    const container = (args: string) => `- name: tgi
  image: ghcr.io/huggingface/text-generation-inference:3.3
  env:
    - {name: MODEL_ID, value: meta-llama/Llama-3.3-70B-Instruct}
    - {name: NUM_SHARD, value: "4"}
  args: ${args}`;
    const read = (args: string) => only(readText(workload("apiVersion: apps/v1\nkind: Deployment", container(args))));
    const text = workload("apiVersion: apps/v1\nkind: Deployment", container("[]"));
    expect(read("[]").deployment.model?.value.name).toBe("meta-llama/Llama-3.3-70B-Instruct");
    expect(sliceOf(text, read("[]").pool.engine.parallel.written.tp?.range)).toBe("4");
    expect(read("[--num-shard, '2']").pool.engine.parallel.written.tp?.value).toBe(2);
  });

  test("Ollama is told by where it listens where its image is a template", () => {
    const container = (host: string) => `- name: ollama
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
  env:
    - {name: OLLAMA_HOST, value: "${host}"}`;
    const engines = (host: string) =>
      readText(workload("apiVersion: apps/v1\nkind: Deployment", container(host))).deployments.map((one) => one.engine);
    expect(engines("0.0.0.0:11434")).toEqual(["ollama"]);
    expect(engines("http://ollama:11434")).toEqual([]);
  });

  test.each([
    ["vllm.fullname", "vllm"],
    ["tgi.fullname", "tgi"],
    ["sglang.name", "sglang"],
    ["app.fullname", undefined],
  ])("a chart's template tells its engine by %s", (helper, expected) => {
    const container = `- name: {{ .Chart.Name }}
  image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
  args: {{- toYaml .Values.args | nindent 2 }}`;
    const head = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ include "${helper}" . }}`;
    const { deployments } = readText(workload(head, container));
    expect(deployments.map((one) => one.engine)).toEqual(expected ? [expected] : []);
    expect(deployments.every(({ pools }) => pools[0]?.engine.complete === false)).toBe(true);
  });
});

describe("broken files", () => {
  test("containers that lie elsewhere than they should are still found", () => {
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: shifted}
spec:
  selector: {}
  template:
    spec:
      affinity:
        terms:
        -   key: a
          operator: In
        containers:
        -   name: c
          image: vllm/vllm-openai:v0.11.0
          args:
          -   --model=m
`;
    const { deployment, pool } = only(readText(text));
    expect(deployment.model?.value.name).toBe("m");
    expect(pool.engine.complete).toBe(false);
  });

  const conflict = `apiVersion: apps/v1
kind: StatefulSet
metadata: {name: s}
spec:
  replicas: 2
  selector: {}
  template:
    spec:
      containers:
        - name: sglang
          image: lmsysorg/sglang:v0.5.5
<<<<<<< HEAD
          # one
=======
          # other
>>>>>>> main
          command: [bash, -c]
          args:
            - |
              python3 -m sglang.launch_server --model-path m \\
                --nnodes 2 \\
<<<<<<< HEAD
                --enable-metrics \\
=======
>>>>>>> main
                --tp 16
`;

  test("a merge left unfinished hides nothing of what stands around it", () => {
    const { pool } = only(readText(conflict));
    expect(pool.engine.parallel.tensor.value).toBe(16);
    expect(sliceOf(conflict, pool.engine.parallel.tensor.range)).toBe("16");
    expect([...pool.engine.flags.keys()]).toEqual(["model-path", "nnodes", "enable-metrics", "tp-size"]);
    expect(readText(conflict).problems).toEqual([]);
  });
});
