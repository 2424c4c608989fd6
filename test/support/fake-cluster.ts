import { appendFileSync, chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../architecture/imports.ts";

export interface FakeAnswer {
  /** Of the path that is asked for. */
  readonly match: string;
  readonly text?: string;
  readonly json?: unknown;
  /** What is written to stderr, with an exit status of 1. */
  readonly fail?: string;
  readonly hang?: boolean;
  /** Another address whose text is the answer. */
  readonly url?: string;
  /** Tells what `FakeCluster.happens` is given from then on. */
  readonly follow?: true;
}

export type FakeEvent =
  | { readonly type: string; readonly object: unknown }
  /** `fail`: as the program complains; without it, the API server ended the watch in time. */
  | { readonly ends: true; readonly fail?: string };

export interface FakeState {
  readonly config?: Omit<FakeAnswer, "match">;
  readonly answers?: readonly FakeAnswer[];
  readonly forward?: { readonly port?: number; readonly fail?: string; readonly endsAfterMs?: number };
}

/** A kubectl of this test's own, and the cluster it tells of. */
export class FakeCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), "inference-lens-kubectl-"));
  readonly tool = join(this.folder, "kubectl");

  constructor(state: FakeState = {}) {
    cpSync(join(root, "test/e2e/tools/kubectl"), this.tool);
    chmodSync(this.tool, 0o755);
    this.become({ config: { json: kubeconfig }, ...state });
  }

  become(state: FakeState): void {
    writeFileSync(join(this.folder, "cluster.json"), JSON.stringify(state));
  }

  /** Tells whoever follows the cluster: an event of a watch, or how the watch ends. */
  happens(event: FakeEvent): void {
    appendFileSync(join(this.folder, "events.jsonl"), `${JSON.stringify(event)}\n`);
  }

  /** The words of every call so far. */
  calls(): readonly (readonly string[])[] {
    const file = join(this.folder, "calls.jsonl");
    if (!existsSync(file)) return [];
    return readFileSync(file, "utf8")
      .trim()
      .split("\n")
      .map((line): string[] => JSON.parse(line));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Two contexts, as `kubectl config view -o json` prints them. */
export const kubeconfig = {
  "current-context": "prod",
  contexts: [
    { name: "prod", context: { cluster: "prod-cluster", namespace: "serving", user: "me" } },
    { name: "lab", context: { cluster: "lab-cluster", user: "me" } },
  ],
  users: [{ name: "me", user: { token: "REDACTED" } }],
};

export interface FakePod {
  readonly name: string;
  readonly uid?: string;
  /** It is being removed. */
  readonly isLeaving?: boolean;
  /** The moment of the cluster that it is told of. */
  readonly version?: number;
  readonly phase?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly container?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly conditions?: readonly Readonly<Record<string, string>>[];
}

/** A PodList with one vLLM container a pod, each running unless it says otherwise. */
export function podList(...pods: readonly FakePod[]): unknown {
  return { kind: "PodList", metadata: {}, items: pods.map(podObject) };
}

/** The same at a moment of the cluster from which it can be followed. */
export function podListAt(version: number, ...pods: readonly FakePod[]): unknown {
  return { kind: "PodList", metadata: { resourceVersion: String(version) }, items: pods.map(podObject) };
}

/** A pod as the API server tells it. */
export function podObject({
  name,
  uid = name,
  isLeaving = false,
  version,
  phase = "Running",
  labels = {},
  annotations = {},
  container = {},
  status = {},
  conditions,
}: FakePod) {
  return {
    metadata: {
      name,
      uid,
      namespace: "serving",
      labels,
      annotations,
      ownerReferences: [{ kind: "ReplicaSet", name: "llama-7d9f" }],
      ...(isLeaving ? { deletionTimestamp: "2026-11-29T00:00:00Z" } : {}),
      ...(version === undefined ? {} : { resourceVersion: String(version) }),
    },
    spec: {
      nodeName: phase === "Pending" ? undefined : "gpu-1",
      containers: [
        {
          name: "vllm",
          image: "vllm/vllm-openai:v0.11.0",
          ports: [{ containerPort: 8000 }],
          resources: { limits: { "nvidia.com/gpu": "1" } },
          ...container,
        },
      ],
    },
    status: {
      phase,
      conditions: conditions ?? [{ type: "Ready", status: phase === "Running" ? "True" : "False" }],
      containerStatuses: [{ name: "vllm", restartCount: 0, imageID: "vllm@sha256:1", state: { running: {} }, ...status }],
    },
  };
}
