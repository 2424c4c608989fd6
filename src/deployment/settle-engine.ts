import type { Gpu, Model, WeightFormat } from "../catalog/facts.ts";
import type { EngineConfig, EngineId, Pool } from "./deployment.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { Message } from "./message.ts";
import { sglangSettler } from "./settle-sglang.ts";
import { tensorrtSettler } from "./settle-tensorrt-llm.ts";
import { vllmSettler } from "./settle-vllm.ts";
import type { EngineSettings, JudgedEngine, Layout, MemoryBudget } from "./settled.ts";
import type { Version } from "./version.ts";

/** What an engine's defaults depend on. */
export interface EngineContext {
  readonly version: Version;
  readonly gpu: Gpu;
  readonly model: Model;
  readonly layout: Layout;
  readonly role: Pool["role"];
  readonly executor: string | undefined;
  readonly environment: EngineConfig["environment"];
}

/** What an engine makes of its flags. Undefined = a value is written whose bytes are not known. */
export interface EngineChoices {
  readonly settings: EngineSettings;
  readonly budget: MemoryBudget;
  /** Where the engine splits more than the sizes say. */
  readonly layout?: Layout;
  readonly weights: WeightFormat | undefined;
  readonly activationBytes: number;
  readonly kvElementBytes: number | undefined;
  /** Blocks that a flag fixes, whatever memory holds. */
  readonly kvCacheBlocks: number | null;
}

/** One engine's flags as plain numbers, every default resolved. */
export interface EngineSettler {
  /** What the two flags of formats are called, to say which one is not understood. */
  readonly quantizationFlag: string;
  readonly cacheFlag: string;
  readonly choose: (flags: FlagReader, context: EngineContext) => EngineChoices;
  /** What these flags make of the engine that its generating laws do not hold for; undefined = it generates. */
  readonly otherTask: (flags: FlagReader) => Message | undefined;
}

/** Engines that are judged; the others are recognised and left alone. */
export const settlers: Readonly<Record<JudgedEngine, EngineSettler>> = {
  vllm: vllmSettler,
  sglang: sglangSettler,
  "tensorrt-llm": tensorrtSettler,
};

export function isJudged(engine: EngineId): engine is JudgedEngine {
  return engine in settlers;
}
