import { usesV1 } from "./defaults.ts";
import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import { atLeast } from "./version.ts";
import { writtenSpeculation } from "./written-speculation.ts";

/** Whether the V1 engine runs: while V0 stands beside it, what only V0 can do brings it back, unless the variable says which. */
export function runsV1(flags: FlagReader, { version, gpu, environment }: Pick<EngineContext, "version" | "gpu" | "environment">): boolean {
  const chosen = environment.get("VLLM_USE_V1")?.value;
  if (!usesV1(version, gpu, chosen, flags.on("enable-lora"))) return false;
  return atLeast(version, "0.11.0") || chosen === "1" || !needsV0(flags, version);
}

/** Methods that V1 drafts with (engine/arg_utils.py of 0.9.1, _is_v1_supported_oracle). */
const draftsInV1 = /^(ngram|eagle3?|medusa|deepseek_mtp)$/;

/** What V1 turns down (the same place); priorities it knows from 0.9.2. */
function needsV0(flags: FlagReader, version: EngineContext["version"]): boolean {
  const differs = (name: string, usual: number): boolean => flags.has(name) && (flags.number(name) ?? usual) !== usual;
  const speculation = writtenSpeculation("vllm", flags);
  return (
    flags.has("preemption-mode") ||
    differs("num-scheduler-steps", 1) ||
    differs("scheduler-delay-factor", 0) ||
    differs("max-num-partial-prefills", 1) ||
    differs("max-long-partial-prefills", 1) ||
    (flags.text("scheduling-policy") === "priority" && !atLeast(version, "0.9.2")) ||
    (speculation !== undefined && !draftsInV1.test(speculation.method))
  );
}
