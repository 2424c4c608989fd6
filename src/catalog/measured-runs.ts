import type { Gpu, Model } from "./facts.ts";

/** Engines of which serving runs were measured. */
export type RunEngine = "vllm" | "sglang" | "tensorrt-llm";
export type RunLoad = "closed-loop" | "open-loop" | "offline";

/** Instances and sizes of one pool of a measured run. */
export interface RunPool {
  readonly role: "mixed" | "prefill" | "decode";
  readonly instances: number;
  readonly tensor: number;
  readonly pipeline: number;
  readonly attentionData: number;
  /** null = the source does not say how experts are split. */
  readonly expert: number | null;
}

/** Conversations with a shared beginning, as the run's load generator was told. */
export interface RunConversations {
  readonly groups: number;
  readonly usersPerGroup: number;
  readonly systemPromptTokens: number;
  readonly questionTokens: number;
  readonly outputTokens: number;
  readonly multiTurn: boolean;
}

/** One configuration as `npm run catalog` writes it, with the loads it was measured under. */
export interface StoredRuns {
  readonly source: string;
  readonly engine: RunEngine;
  readonly version: string | null;
  readonly model: string;
  readonly gpu: string;
  readonly quantization: string | null;
  readonly load: RunLoad;
  readonly pools: readonly (readonly [RunPool["role"], number, number, number, number, number | null])[];
  readonly settings?: Readonly<Record<string, number>>;
  readonly conversations?: RunConversations;
  /** `[requests per second, seconds]`. */
  readonly stages?: readonly (readonly [number, number])[];
  /** Prompt tokens, output tokens, users or rate, TTFT, TPOT, output tokens per second. */
  readonly rows: readonly (readonly [number | null, number, number | null, number | null, number | null, number | null])[];
}

export interface StoredRunTable {
  readonly sources: Readonly<Record<string, string>>;
  readonly groups: readonly StoredRuns[];
}

/** What a configuration's runs have in common. */
export interface RunSetup {
  /** Where it was published, in words. */
  readonly source: string;
  readonly engine: RunEngine;
  /** null = not published. */
  readonly version: string | null;
  readonly model: Model;
  readonly gpu: Gpu;
  /** As the source has it; null = as the checkpoint is. */
  readonly quantization: string | null;
  readonly pools: readonly RunPool[];
  readonly load: RunLoad;
  readonly settings: Readonly<Record<string, number>>;
  readonly conversations: RunConversations | null;
  readonly stages: readonly { readonly ratePerSecond: number; readonly durationSeconds: number }[];
}

/** A server that somebody ran and measured: means, in seconds; null where the source does not say. */
export interface MeasuredRun {
  readonly setup: RunSetup;
  /** Nominal; of conversations those of the first turn. */
  readonly promptTokens: number | null;
  readonly outputTokens: number;
  /** Users of a closed loop. */
  readonly concurrency: number | null;
  /** Requests per second of an open loop. */
  readonly ratePerSecond: number | null;
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
  readonly outputTokensPerSecond: number | null;
}

export interface RunNames {
  readonly gpu: (name: string) => Gpu | undefined;
  readonly model: (name: string) => Model | undefined;
}

/** Runs with the facts of their models and GPUs; those of what the catalogue does not know are left out. */
export function measuredRuns({ sources, groups }: StoredRunTable, names: RunNames): readonly MeasuredRun[] {
  return groups.flatMap((group) => {
    const [model, gpu] = [names.model(group.model), names.gpu(group.gpu)];
    if (!model || !gpu) return [];
    const setup: RunSetup = {
      source: sources[group.source] ?? group.source,
      engine: group.engine,
      version: group.version,
      model,
      gpu,
      quantization: group.quantization,
      pools: group.pools.map(([role, instances, tensor, pipeline, attentionData, expert]) => ({
        role,
        instances,
        tensor,
        pipeline,
        attentionData,
        expert,
      })),
      load: group.load,
      settings: group.settings ?? {},
      conversations: group.conversations ?? null,
      stages: (group.stages ?? []).map(([ratePerSecond, durationSeconds]) => ({ ratePerSecond, durationSeconds })),
    };
    return group.rows.map(([promptTokens, outputTokens, load, ttftSeconds, tpotSeconds, outputTokensPerSecond]) => ({
      setup,
      promptTokens,
      outputTokens,
      concurrency: group.load === "closed-loop" ? load : null,
      ratePerSecond: group.load === "open-loop" ? load : null,
      ttftSeconds,
      tpotSeconds,
      outputTokensPerSecond,
    }));
  });
}
