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
