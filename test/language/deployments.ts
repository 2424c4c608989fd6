import { analyse } from "../../src/language/analysis.ts";
import type { Analysis, DeploymentAnalysis } from "../../src/language/results.ts";
import { testCatalog } from "../support/catalog.ts";

export interface Parts {
  readonly model?: string;
  readonly args?: readonly string[];
  readonly gpus?: number;
  readonly image?: string;
  readonly gpu?: string;
  readonly name?: string;
}

/** A Kubernetes deployment of vLLM with these words and no more. */
export function yaml({
  model = "meta-llama/Llama-3.1-8B-Instruct",
  args = [],
  gpus = 1,
  image = "vllm/vllm-openai:v0.18.1",
  gpu,
  name = "llama",
}: Parts = {}): string {
  return [
    ...(gpu ? [`# inference-lens: gpu=${gpu}`] : []),
    "apiVersion: apps/v1",
    "kind: Deployment",
    "metadata:",
    `  name: ${name}`,
    "spec:",
    "  template:",
    "    spec:",
    "      hostIPC: true",
    "      containers:",
    "        - name: engine",
    `          image: ${image}`,
    "          command: [vllm, serve]",
    "          args:",
    `            - ${model}`,
    ...args.map((arg) => `            - ${arg}`),
    "          resources:",
    "            limits:",
    `              nvidia.com/gpu: ${gpus}`,
    "",
  ].join("\n");
}

export function analysed(text: string): Analysis {
  return analyse(text, { catalog: testCatalog(), fileName: "deploy.yaml" });
}

/** The one deployment of a text. */
export function only(text: string): DeploymentAnalysis {
  const [one, ...others] = analysed(text).deployments;
  if (!one || others.length > 0) throw new Error("expected one deployment");
  return one;
}

/** A prefill and a decode workload of one model, which are two pools of one deployment. */
export function prefillAndDecode(prefill: readonly string[], decode: readonly string[]): string {
  const workload = (role: string, kvRole: string, gpus: number, args: readonly string[]): string =>
    [
      "apiVersion: apps/v1",
      "kind: Deployment",
      "metadata:",
      `  name: llama-${role}`,
      `  labels: { app: llama, role: ${role} }`,
      "spec:",
      "  replicas: 1",
      `  selector: { matchLabels: { app: llama, role: ${role} } }`,
      "  template:",
      `    metadata: { labels: { app: llama, role: ${role} } }`,
      "    spec:",
      "      hostIPC: true",
      "      nodeSelector: { nvidia.com/gpu.product: NVIDIA-H100-80GB-HBM3 }",
      "      containers:",
      "        - name: vllm",
      "          image: vllm/vllm-openai:v0.11.0",
      "          command: [vllm, serve]",
      "          args:",
      "            - meta-llama/Llama-3.1-8B-Instruct",
      `            - '--kv-transfer-config={"kv_connector":"NixlConnector","kv_role":"${kvRole}"}'`,
      ...args.map((arg) => `            - ${arg}`),
      `          resources: { limits: { nvidia.com/gpu: ${gpus} } }`,
      "",
    ].join("\n");
  return [workload("prefill", "kv_producer", 2, prefill), workload("decode", "kv_consumer", 1, decode)].join("---\n");
}
