import type { SettledPool } from "../../deployment/settled.ts";
import { compareVersions, parseVersion } from "../../deployment/version.ts";
import type { StartSetting } from "./start-comparison.ts";
import type { StartLog } from "./start-log.ts";

/** What a plan was made of: what a log's own settings are held against. */
export interface PlannedStart {
  /** As the file names it. */
  readonly model: string | null;
  readonly pool: SettledPool;
}

/** A path inside the container is no name. */
const isPath = (name: string): boolean => /^[./~]|^\w:/.test(name);

/** The name of another engine's model among the lines of a start. */
export function foreignModel({ model }: PlannedStart, { otherModels }: StartLog): string | undefined {
  return model === null ? undefined : otherModels.find((name) => !isPath(name) && !sameName(model, name));
}

/** Settings that both file and log tell, those that differ first. What the log does not print is not listed. */
export function startSettings({ model, pool }: PlannedStart, log: StartLog): readonly StartSetting[] {
  const rows: StartSetting[] = [];
  const add = (name: string, file: string, logged: string | null | undefined, same: (logged: string) => boolean): void => {
    if (logged !== null && logged !== undefined)
      rows.push({ name, file, log: /^(?:True|False)$/.test(logged) ? logged.toLowerCase() : logged, differs: !same(logged) });
  };
  add("version", pool.version.text, log.engineVersion, (logged) => sameVersion(pool, logged));
  if (model !== null && log.model !== null && !isPath(log.model)) add("model", model, log.model, (logged) => sameName(model, logged));
  for (const [name, value] of valuesOf(pool)) {
    const logged = log.settings[name]?.value;
    const number = typeof value === "number";
    add(name, String(value), logged, (words) => (number ? Math.abs(Number(words) - value) < 1e-6 : words.toLowerCase() === String(value)));
  }
  const width = (name: string, bytes: number): void => {
    const logged = log.settings[name]?.value;
    const loggedBytes = logged === undefined ? undefined : elementBytes(logged);
    if (loggedBytes !== undefined) add(name, `${8 * bytes} bit`, logged, () => loggedBytes === bytes);
  };
  width("dtype", pool.activationBytes);
  width("kv-cache-dtype", pool.kvElementBytes);
  const { method } = pool.weights;
  // Printed as None where there is none, in the same line as the sizes; kernels' names differ from the checkpoint's.
  const quantization =
    log.settings.quantization?.value ?? (log.settings["tensor-parallel-size"] && log.engine === "vllm" ? "none" : undefined);
  add("quantization", method, quantization, (logged) => (logged === "none") === (method === "none"));
  return rows.sort((a, b) => Number(b.differs) - Number(a.differs));
}

/** `auto` depends on the model: what it comes to is not printed. */
function elementBytes(dtype: string): number | undefined {
  if (/^(?:fp8|int8)/.test(dtype)) return 1;
  if (/^(?:float32|float)$/.test(dtype)) return 4;
  return /^(?:bf16|bfloat16|fp16|float16|half)$/.test(dtype) ? 2 : undefined;
}

/** The pool's own values by the names of its engine's flags. */
function valuesOf({ budget, layout, settings }: SettledPool): readonly (readonly [string, number | string])[] {
  const data = layout.data * layout.attentionData;
  switch (budget.engine) {
    case "vllm":
      return [
        ["tensor-parallel-size", layout.tensor],
        ["pipeline-parallel-size", layout.pipeline],
        ["data-parallel-size", data],
        ["decode-context-parallel-size", layout.decodeContext],
        ["gpu-memory-utilization", budget.gpuMemoryUtilization],
        ["max-model-len", settings.maxModelLen],
        ["max-num-seqs", settings.maxNumSeqs],
        ["max-num-batched-tokens", settings.maxNumBatchedTokens],
        ["block-size", settings.blockTokens],
        ["max-cudagraph-capture-size", settings.maxCaptureSize],
        ["enforce-eager", String(settings.enforceEager)],
        ["enable-prefix-caching", String(settings.prefixCaching)],
      ];
    case "sglang":
      return [
        // SGLang's attention replicas share its tensor-parallel ranks.
        ["tp-size", layout.tensor * layout.attentionData],
        ["pp-size", layout.pipeline],
        ["dp-size", data],
        ["mem-fraction-static", budget.memFractionStatic],
        ["context-length", settings.maxModelLen],
        ["max-running-requests", settings.maxNumSeqs],
        ["chunked-prefill-size", settings.maxNumBatchedTokens],
        ["page-size", settings.blockTokens],
      ];
    case "tensorrt-llm":
      return [
        ["tensor-parallel-size", layout.tensor * layout.attentionData],
        ["pipeline-parallel-size", layout.pipeline],
        ["free-gpu-memory-fraction", budget.freeGpuMemoryFraction],
        ["max-seq-len", settings.maxModelLen],
        ["max-batch-size", settings.maxNumSeqs],
        ["max-num-tokens", settings.maxNumBatchedTokens],
      ];
    default: {
      const never: never = budget;
      return never;
    }
  }
}

function sameVersion({ version }: SettledPool, words: string): boolean {
  const logged = parseVersion(words);
  return logged ? compareVersions(logged, version) === 0 : words === version.text;
}

/** Re-uploaders keep the name. */
function sameName(a: string, b: string): boolean {
  const last = (name: string): string => name.toLowerCase().split("/").at(-1) ?? "";
  return last(a) === last(b);
}
