import { expect, test } from "vitest";
import { addressesOf, proposed } from "./support.ts";

const workload = (replicas = 1, args = ""): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: llama, namespace: serving }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: llama } }
  template:
    metadata: { labels: { app: llama, tier: gpu } }
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.11.0
          args: ["--model", "Qwen/Qwen3-8B"${args}]
          ports: [{ name: http, containerPort: 8000 }]
          resources: { limits: { nvidia.com/gpu: 1 } }
`;
const service = `
apiVersion: v1
kind: Service
metadata: { name: llama-svc }
spec:
  selector: { app: llama }
  ports:
    - { name: web, port: 80, targetPort: http }
    - { name: other, port: 9999, targetPort: 9999 }
`;
const forwarded = "localhost:8000 | Service llama-svc, while this runs: kubectl -n serving port-forward svc/llama-svc 8000:80 | 80";

test("a Service in the file is proposed by its name, with what forwards its port", () => {
  expect(proposed(`${workload()}---${service}`)).toEqual([forwarded]);
});

test("a Service beside the file, with its place there", () => {
  expect(proposed(workload(), [{ file: "service.yaml", text: service }])).toEqual([forwarded.replace("| 80", "| service.yaml: 80")]);
});

test.each([
  ["of other pods", service.replace("app: llama }", "app: other }")],
  ["that asks for more than the pods are", service.replace("app: llama }", "app: llama, track: canary }")],
  ["that chooses none", service.replace("selector: { app: llama }", "selector: {}")],
  ["of another namespace", service.replace("name: llama-svc }", "name: llama-svc, namespace: elsewhere }")],
  ["whose name cannot be read", service.replace("llama-svc", '"{{ .Release.Name }}"')],
])("no Service %s", (_, text) => {
  expect(proposed(`${workload()}---${text}`)).toEqual([
    "localhost:8000 | the engine's own port, where it is forwarded to this machine | default",
  ]);
});

test("an address that the file gives a Service", () => {
  const text = service.replace(
    "metadata: { name: llama-svc }",
    "metadata: { name: llama-svc, annotations: { external-dns.alpha.kubernetes.io/hostname: llm.example.com } }",
  );
  expect(addressesOf(`${workload()}---${text}`)).toEqual(["http://llm.example.com:80", "localhost:8000"]);
});

const ingress = (path: string, tls = ""): string => `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: llama-in }
spec:
${tls}  rules:
    - host: llm.example.com
      http: { paths: [{ path: ${path}, pathType: Prefix, backend: { service: { name: llama-svc, port: { number: 80 } } } }] }
`;

test("the host of an Ingress, encrypted where it says so", () => {
  const file = (text: string): string => `${workload()}---${service}---${text}`;
  expect(proposed(file(ingress("/")))[0]).toBe("http://llm.example.com | host of the Ingress llama-in | llm.example.com");
  expect(addressesOf(file(ingress("/", "  tls: [{ hosts: [llm.example.com] }]\n")))[0]).toBe("https://llm.example.com");
  // The metrics page is not behind it.
  expect(addressesOf(file(ingress("/v1")))).toEqual(["localhost:8000"]);
  expect(addressesOf(file(ingress("/").replace("name: llama-svc", "name: other-svc")))).toEqual(["localhost:8000"]);
  expect(addressesOf(file(ingress("/").replace("host: llm.", 'host: "*.').replace("example.com\n", 'example.com"\n')))).toEqual([
    "localhost:8000",
  ]);
});

test("of several pods behind one host, each look may meet another, and that is said", () => {
  expect(proposed(`${workload(3)}---${service}---${ingress("/")}`)[0]).toBe(
    "http://llm.example.com | host of the Ingress llama-in; of several pods behind it, each look may meet another | llm.example.com",
  );
});

const route = (rule: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: llama-route, namespace: serving }
spec:
  parentRefs: [{ name: public, sectionName: https }]
  hostnames: [llm.example.com]
  rules:
    - { backendRefs: [{ name: llama-svc, port: 80 }]${rule} }
`;
const gateway = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public }
spec: { listeners: [{ name: http, protocol: HTTP, port: 80 }, { name: https, protocol: HTTPS, port: 443 }] }
`;

test("the host of a Gateway's route, by the protocol of its listener", () => {
  const file = (...texts: readonly string[]): string => [workload(), service, ...texts].join("---");
  expect(addressesOf(file(route("")))[0]).toBe("http://llm.example.com");
  expect(addressesOf(file(route(""), gateway))[0]).toBe("https://llm.example.com");
  const prefixed = ", matches: [{ path: { type: PathPrefix, value: /llama } }]";
  expect(addressesOf(file(route(prefixed)))).toEqual(["localhost:8000"]);
  const rewritten = `${prefixed}, filters: [{ type: URLRewrite, urlRewrite: { path: { type: ReplacePrefixMatch, replacePrefixMatch: / } } }]`;
  expect(addressesOf(file(route(rewritten)))[0]).toBe("http://llm.example.com/llama/metrics");
});

test("a Route of OpenShift", () => {
  const text = `
apiVersion: route.openshift.io/v1
kind: Route
metadata: { name: llama }
spec: { host: llama.apps.example.com, to: { kind: Service, name: llama-svc }, tls: { termination: edge } }
`;
  expect(addressesOf(`${workload()}---${service}---${text}`)[0]).toBe("https://llama.apps.example.com");
});

test("Dynamo's frontend, which the operator puts behind a Service of its own", () => {
  const text = `
apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeployment
metadata: { name: agg }
spec:
  services:
    Frontend: { componentType: frontend, replicas: 1 }
    VllmDecodeWorker:
      componentType: worker
      replicas: 1
      resources: { limits: { gpu: "1" } }
      extraPodSpec:
        mainContainer:
          image: nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.7.0
          command: [python3, -m, dynamo.vllm]
          args: [--model, Qwen/Qwen3-8B]
`;
  expect(proposed(text)).toEqual([
    "localhost:8000 | Service agg-frontend, while this runs: kubectl port-forward svc/agg-frontend 8000:8000 | agg",
  ]);
});

test("a chart's values: the port of the Service that it makes", () => {
  const text = `
image: { repository: vllm/vllm-openai, tag: v0.11.0 }
service: { type: ClusterIP, port: 8085 }
extraArgs: [--model, Qwen/Qwen3-8B]
resources: { limits: { nvidia.com/gpu: 1 } }
command: [vllm, serve, Qwen/Qwen3-8B]
`;
  expect(proposed(text)[0]).toBe("localhost:8085 | the chart's service port 8085, where it is forwarded to this machine | 8085");
});
