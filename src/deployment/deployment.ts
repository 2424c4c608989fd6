import type { GpuId, Model } from "../catalog/facts.ts";
import type { Admission } from "./admission.ts";
import type { Calibration } from "./calibration.ts";
import type { Devices } from "./devices.ts";
import type { ExpertLoad } from "./expert-load.ts";
import type { WrittenTiers } from "./kv-tiers/kv-tiers.ts";
import type { LocalPrompts } from "./local-prompts.ts";
import type { Known, Located } from "./located.ts";
import type { Message } from "./message.ts";
import type { PodFacts } from "./pod-facts.ts";
import type { RoutingRule } from "./routing.ts";
import type { System } from "./systems/system.ts";
import type { Range } from "./text.ts";
import type { Version } from "./version.ts";

/** Families of files, by the names under which the command line reports them. */
export type FormatId =
  | "aibrix-brixbench"
  | "aibrix-modeladapter"
  | "aibrix-modelclaim"
  | "aibrix-rayclusterfleet"
  | "aibrix-stormservice"
  | "aiconfigurator-exp"
  | "bentoml"
  | "case"
  | "command"
  | "disaggregatedset"
  | "docker-compose"
  | "dstack"
  | "dynamo-dgd"
  | "helm-gpu-recipes"
  | "helm-llmd-deployer"
  | "helm-llmd-modelservice"
  | "helm-ollama"
  | "helm-production-stack"
  | "helm-values-other"
  | "helm-values-umbrella"
  | "helm-vllm-chart"
  | "inferencex-master"
  | "jinja-template"
  | "k8s-configmap"
  | "k8s-deployment"
  | "k8s-job"
  | "k8s-knative"
  | "k8s-pod"
  | "k8s-statefulset"
  | "kaito-inferenceset"
  | "kaito-multirole"
  | "kaito-ragengine"
  | "kaito-workspace"
  | "kserve-isvc"
  | "kserve-llmisvc"
  | "kserve-llmisvc-config"
  | "kserve-runtime"
  | "kthena-modelbooster"
  | "kthena-modelserving"
  | "kthena-router"
  | "kubeai-model"
  | "kustomization"
  | "kustomize-patch"
  | "llmaz"
  | "llmaz-backendruntime"
  | "llmd-benchmark-scenario"
  | "llmd-modelservice-cr"
  | "lws"
  | "nim-operator"
  | "ome-basemodel"
  | "ome-benchmarkjob"
  | "ome-isvc"
  | "ome-runtime"
  | "ray-cluster"
  | "ray-job"
  | "ray-serve"
  | "ray-service"
  | "rbg"
  | "sglang-config"
  | "skypilot"
  | "srt-slurm"
  | "trtllm-disagg-config"
  | "trtllm-extra-config"
  | "truss"
  | "vllm-config"
  | "vllm-eval-config"
  | "vllm-operator-crd"
  | "vllm-recipe"
  | "vllm-recipe-strategy";
export type EngineId = "vllm" | "sglang" | "tensorrt-llm" | "tgi" | "nim" | "llama.cpp" | "ollama" | "other";

/** What one engine deployment asks for. Readers write it, everything else only reads it. */
export interface Deployment {
  /** Unique in its file: the name, with `#2` … where names repeat. */
  readonly id: string;
  readonly name: string;
  readonly format: FormatId;
  /** The first meaningful key: where the lens stands. */
  readonly anchor: Range;
  readonly engine: EngineId;
  /** What starts the engine when that is another product (`dynamo`, `ray-serve`, `arctic`). */
  readonly launcher: string | null;
  readonly model: Known<ModelReference>;
  readonly pools: readonly Pool[];
  readonly slo: Known<Slo>;
  readonly workload: Known<string>;
  /** How requests are spread over the instances, where somebody says so. */
  readonly routing?: Known<RoutingRule>;
  /** Over those that only decode; absent = as over the others. */
  readonly decodeRouting?: Known<RoutingRule>;
  /** Which requests are turned away; absent = whatever comes is taken. */
  readonly admission?: Known<Admission>;
  /** Chance that a drafted token is accepted where the one before it was, where somebody says it. */
  readonly acceptance?: Known<number>;
  /** Prompts that decode instances compute themselves, where the file says so. */
  readonly localPrompts?: Known<LocalPrompts>;
  /** Where requests are not served by engines behind a router. */
  readonly system?: Known<System>;
  /** Rule codes silenced for the whole deployment (directive on its document, project file). */
  readonly ignored: ReadonlySet<string>;
  /** What runs of this deployment measured (`.inference-lens/calibrations/`); absent where nothing was. */
  readonly calibrations?: readonly Calibration[];
  /** Price of one GPU hour where project file or setting say so. */
  readonly gpuHourPrice: Known<number>;
  /** Of single GPUs, by the names that the project file writes; absent where it has no table. */
  readonly gpuPrices?: Readonly<Record<string, number>>;
}

export interface ModelReference {
  /** As the engine is told to load it. */
  readonly name: string;
  /** The architecture, where the catalogue, a description or the model's own folder tells it. */
  readonly facts: Known<Model>;
  /** Why the folder that the file names tells none, in a sentence. */
  readonly problem?: string;
}

export interface Slo {
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
  readonly e2eSeconds: number | null;
  /** 95 = the limit holds for 95 % of requests. */
  readonly percentile: number;
}

export interface Pool {
  /** Of the workload, role or service that the pool was read from; the deployment's where it has only one. */
  readonly name: string;
  readonly role: "mixed" | "prefill" | "decode";
  /** The document, role or service it was read from. */
  readonly extent: Range;
  /** Replicas of the instance. */
  readonly instances: Known<number>;
  readonly engine: EngineConfig;
  readonly hardware: Hardware;
  /** Undefined where the engine runs in no Kubernetes pod of this file. */
  readonly pod?: PodFacts | undefined;
  /** Figures from a real run or a person that replace what would be derived; files hold none. */
  readonly overrides?: PoolOverrides;
}

export interface PoolOverrides {
  readonly gpuTotalBytes?: number;
  readonly kvCacheBlocks?: number;
  readonly intraNodeBytesPerSecond?: number;
  readonly interNodeBytesPerSecond?: number;
  readonly latencySeconds?: number;
  /** What no file of an engine tells: how unevenly experts are chosen. */
  readonly expertLoad?: ExpertLoad;
  /** Stores of KV cache, where a case says them. */
  readonly kvTiers?: WrittenTiers;
}

export interface EngineConfig {
  readonly version: Known<Version>;
  readonly parallel: Parallel;
  /** By canonical name without dashes; the last of repeated flags, as the engine takes it. */
  readonly flags: ReadonlyMap<string, Flag>;
  /** Every flag in the order written, unknown ones included. */
  readonly written: readonly Flag[];
  /** The container's environment; undefined value = set, but not readable here. */
  readonly environment: ReadonlyMap<string, Known<string>>;
  /** Files of a KV store's settings that can be seen, by the variable that names each (`LMCACHE_CONFIG_FILE`): their plain members. */
  readonly storeSettings: ReadonlyMap<string, ReadonlyMap<string, Known<string>>>;
  /** False where flags may come from somewhere else (entry script, unresolved reference, template): absence proves nothing then. */
  readonly complete: boolean;
  /** Where flags can be written. */
  readonly site: ArgumentSite | undefined;
  /** Whether others than the engine's project built what it runs from: plugins may add flags, patches may take some away. */
  readonly foreignBuild: boolean;
  /** The Arctic Inference plugin: on, off, or unknown. */
  readonly arctic: Known<boolean>;
  /** `ray`, `mp`, `external_launcher`, `uni` as written. */
  readonly executor: Known<string>;
}

/** One flag as written. `value` undefined = not readable (template, unresolved variable); `null` inside = a bare flag. */
export interface Flag {
  /** Canonical name where the table knows it (`tensor-parallel-size`), else as written without dashes. */
  readonly name: string;
  readonly spelled: string;
  /** `--no-…` form. */
  readonly negated: boolean;
  readonly value: Known<string | null>;
  /** The flag's own word. */
  readonly flagRange: Range;
  /** The value's word; equals the flag's where they share one word and the value part cannot be told apart. */
  readonly valueRange: Range | undefined;
  /** Flag and value with the separators that removal must take along (the list item's line, the shell words). */
  readonly wholeRange: Range;
  readonly known: boolean;
  /** The value is a list item of its own without quotes: a number in its place would no longer be text to YAML. */
  readonly bareItem?: true;
  /** Flag and value stand in one list item with a blank between, outside a shell. */
  readonly oneWord: boolean;
}

/** Where and how a further flag is written; `fields` = a mapping whose keys are Python names (`tensor_parallel_size`). */
export interface ArgumentSite {
  readonly style: "block-list" | "flow-list" | "shell" | "mapping" | "fields" | "string";
  /** Insert here. */
  readonly end: Range;
  /** Text put before and after a new `--flag=value` (or `flag: value`) at `end`: separators, indentation, quotes. */
  readonly before: string;
  readonly after: string;
}

/** Parallel sizes. `tensor` is the attention's tensor-parallel group; see settled.ts for how they multiply. */
export interface Parallel {
  readonly tensor: Located<number>;
  readonly pipeline: Located<number>;
  /** Engine replicas behind one server (`--data-parallel-size`), dense or MoE. */
  readonly data: Located<number>;
  /** Of `data`, how many are attention replicas in lock-step over shared experts (vLLM DP on MoE). */
  readonly attentionData: Located<number>;
  readonly expert: Located<number>;
  readonly sequence: Located<number>;
  readonly prefillContext: Located<number>;
  readonly decodeContext: Located<number>;
  readonly shift: Known<{ readonly threshold: Located<number> }>;
  /** Sizes whose flag is written but not readable: what depends on them is unknown. */
  readonly unreadable: ReadonlySet<string>;
  /** The engine's own sizes as its flags say them; undefined = no flag does. */
  readonly written: WrittenSizes;
  /** Sizes whose product is the GPUs of one instance, in the engine's own words; absent where those above multiply. */
  readonly ranks?: readonly RankSize[];
}

export interface RankSize {
  readonly word: "TP" | "PP" | "DP" | "CP";
  readonly size: Located<number>;
}

export interface WrittenSizes {
  readonly tp: Known<number>;
  readonly pp: Known<number>;
  readonly dp: Known<number>;
  readonly ep: Known<number>;
}

export interface Hardware {
  readonly gpu: Known<GpuId>;
  /** How the file says the GPU type when the catalogue cannot follow: shown with "unknown". */
  readonly gpuAsWritten: Known<string>;
  /** Accelerators one pod, container or node asks for. */
  readonly gpusPerNode: Known<number>;
  /** Where that count is written a second time (requests beside limits). */
  readonly gpuRequest: Known<number>;
  /** Nodes (pods) of one instance: LeaderWorkerSet size, StatefulSet with --nnodes; 1 otherwise. */
  readonly nodes: Known<number>;
  /** GPUs of one instance over all its nodes; undefined where the file does not say. */
  readonly gpusPerInstance: Known<number>;
  /** Cards given by name; undefined where the platform hands them out. */
  readonly devices?: Known<Devices>;
  /** `nvidia.com/gpu`, `habana.ai/gaudi`, … */
  readonly resource: string | null;
  /**
   * Bytes at /dev/shm: a size, "host" (hostIPC, ipc: host), "memory" (medium Memory without limit), "unseen" (decided where this file
   * does not show it), or undefined: the container default.
   */
  readonly sharedMemory: Known<number | "host" | "memory" | "unseen">;
  /** Where a shared-memory volume can be added, for the fix. */
  readonly sharedMemorySites: readonly { readonly at: Range; readonly text: string }[];
  /** Bytes per second of the network between nodes, where project file or directive say so. */
  readonly networkBytesPerSecond: Known<number>;
}

/** Something the reader could not make sense of, at its place. */
export interface ReadProblem {
  readonly message: Message;
  readonly range: Range;
}

/** What serves beside the engines: it has a name and a place, and no GPUs to judge. */
export interface Companion {
  readonly kind: "router" | "benchmark" | "simulator" | "cache" | "downloader";
  readonly name: string;
  readonly range: Range;
}

/** All that one text holds. Reading never throws. */
export interface Reading {
  /** Families that the text's documents belong to, those without an engine included. */
  readonly formats: readonly FormatId[];
  readonly deployments: readonly Deployment[];
  readonly companions: readonly Companion[];
  readonly problems: readonly ReadProblem[];
  /** Lines with `# inference-lens: ignore=CODE`: rules silenced there and on the line below. */
  readonly ignoredLines: ReadonlyMap<number, ReadonlySet<string>>;
}
