import type { ArgumentSite, Companion, EngineId, Flag, FormatId, Hardware } from "./deployment.ts";
import type { Launch } from "./launch.ts";
import type { LocalPrompts } from "./local-prompts.ts";
import type { Known } from "./located.ts";
import type { Mapped } from "./mapped.ts";
import type { PodFacts } from "./pod-facts.ts";
import type { Span } from "./text.ts";
import type { Variables } from "./variables.ts";
import type { WrittenRouting } from "./written-routing.ts";

/** A word that tells the GPU type, with where it was found. */
export interface GpuHint {
  /** Alternatives of one rule (`operator: In`): the type is known when all mean the same. */
  readonly words: readonly Mapped[];
  readonly where: "node selector" | "node affinity" | "resource" | "instance type" | "accelerator";
}

/** Flags that a format holds outside of any command line: a config file's keys, a chart's own fields. */
export interface MappingFlags {
  readonly flags: readonly Flag[];
  readonly site: ArgumentSite | undefined;
  readonly model: Mapped | undefined;
  /** False where further flags may come from somewhere else. */
  readonly complete: boolean;
  /** vLLM itself reads the mapping (`--config`), by its release's rules; anything else hands its fields on as flags. */
  readonly readBy: "engine" | "platform";
}

/** What a platform fetches, and the path or name under which the engine is told to load it. */
export interface FetchedModel {
  readonly from: Mapped;
  readonly as: string;
}

/** A folder of the machine that the engine sees under another path. */
export interface Mount {
  readonly source: string;
  readonly target: string;
}

/** Files of a KV store's settings that can be seen, by the variable that names each: their plain members. */
export type StoreFiles = ReadonlyMap<string, Variables>;

/** One engine as a reader found it in its format: words and places, nothing looked up. */
export interface Unit {
  readonly format: FormatId;
  readonly name: string;
  /** Units of one document that share it are the pools of one deployment. */
  readonly deployment: string | null;
  readonly anchor: Span;
  readonly extent: Span;
  readonly engine: EngineId;
  readonly launcher: string | null;
  readonly launch: Launch | undefined;
  /** In front of the launch's own arguments, which win. */
  readonly mapping: MappingFlags | undefined;
  readonly fetched: FetchedModel | undefined;
  readonly mounts: readonly Mount[];
  readonly image: Mapped | undefined;
  readonly environment: Variables;
  /** False where the environment is filled from elsewhere too. */
  readonly environmentComplete: boolean;
  readonly storeFiles: StoreFiles;
  /** False where flags may be missing: broken or templated document. */
  readonly complete: boolean;
  readonly role: "mixed" | "prefill" | "decode";
  readonly instances: Known<number>;
  readonly hardware: UnitHardware;
  readonly pod: PodFacts | undefined;
  readonly gpuHints: readonly GpuHint[];
  readonly installedVersion: Mapped | undefined;
  /** Prompts that decode instances compute themselves, where what stands before the engines says so. */
  readonly localPrompts?: Known<LocalPrompts>;
  /** The format of the weights where the platform says it beside the model (`precision: fp4`). */
  readonly precision: Mapped | undefined;
  /** Part of a Ray cluster that this file does not hold. */
  readonly joinsRay: boolean;
  /** Options that a comment or a missing backslash cut off from the command. */
  readonly strayOptions: readonly Mapped[];
  /** How the router in front of it spreads requests. */
  readonly routing?: WrittenRouting;
  /** Where the format leaves no doubt how many pods one engine spans. */
  readonly groupSize: "one-pod" | "group" | "replicas-are-nodes" | "unknown";
}

/** A router, benchmark or simulator as a reader found it. */
export interface CompanionUnit {
  readonly kind: Companion["kind"];
  readonly name: string;
  readonly span: Span;
  /** How a router spreads requests, where it says so and that is known here. */
  readonly routing?: WrittenRouting;
}

export type UnitHardware = Pick<
  Hardware,
  "devices" | "gpusPerNode" | "gpuRequest" | "nodes" | "gpusPerInstance" | "resource" | "sharedMemory" | "sharedMemorySites"
> & {
  /** The machine that each node is a whole one of, where the platform gives an engine all GPUs of it. */
  readonly machine?: Mapped | undefined;
};

/** What most formats leave unsaid; a reader spreads it and says the rest. */
export const plainUnit = {
  deployment: null,
  launcher: null,
  launch: undefined,
  mapping: undefined,
  fetched: undefined,
  mounts: [],
  image: undefined,
  environment: new Map(),
  environmentComplete: false,
  storeFiles: new Map(),
  complete: true,
  role: "mixed",
  gpuHints: [],
  pod: undefined,
  installedVersion: undefined,
  precision: undefined,
  joinsRay: false,
  strayOptions: [],
  groupSize: "unknown",
} as const satisfies Partial<Unit>;

export const unknownHardware: UnitHardware = {
  gpusPerNode: undefined,
  gpuRequest: undefined,
  nodes: undefined,
  gpusPerInstance: undefined,
  resource: null,
  sharedMemory: { value: "unseen", origin: "inferred" },
  sharedMemorySites: [],
};
