import type { Deployment, Flag } from "../../deployment/deployment.ts";
import type { Located } from "../../deployment/located.ts";
import type { RunningSetting, SettingValue, Told } from "../running/running-server.ts";
import { type ToldPart, toldSettings } from "../running/told-part.ts";

const from = "pod arguments";

/** Flags of vLLM and SGLang by what they mean; those whose word alone switches something are not among them. */
const flagSettings: Readonly<Record<string, RunningSetting>> = {
  "max-model-len": "maxModelLen",
  "context-length": "maxModelLen",
  "max-num-seqs": "maxNumSeqs",
  "max-running-requests": "maxNumSeqs",
  "max-num-batched-tokens": "maxNumBatchedTokens",
  "chunked-prefill-size": "maxNumBatchedTokens",
  "block-size": "blockTokens",
  "page-size": "blockTokens",
  "gpu-memory-utilization": "memoryShare",
  "mem-fraction-static": "memoryShare",
  "enable-prefix-caching": "prefixCaching",
  "enable-chunked-prefill": "chunkedPrefill",
  "enforce-eager": "enforceEager",
  "disable-cuda-graph": "enforceEager",
  "kv-cache-dtype": "kvCacheDtype",
  dtype: "dtype",
  quantization: "quantization",
};

/** What a pod's resolved arguments and image say of its server (`runningDeployment`). */
export function podPart({ model, pools }: Deployment): ToldPart {
  const [pool] = pools;
  if (!pool) return {};
  const { flags, parallel, version } = pool.engine;
  const told = new Map<string, Told>();
  const settings: Partial<Record<RunningSetting, SettingValue | null>> = {
    tensor: written(parallel.tensor),
    pipeline: written(parallel.pipeline),
    data: written(parallel.data),
    sequence: written(parallel.sequence),
    prefillContext: written(parallel.prefillContext),
    decodeContext: written(parallel.decodeContext),
    role: pool.role === "mixed" ? null : pool.role,
  };
  for (const [name, flag] of flags) {
    const value = settingOf(flag);
    if (value === undefined) continue;
    told.set(name, { value, from });
    const setting = flagSettings[name];
    if (setting && value !== "auto") settings[setting] = value;
  }
  return {
    version: version ? { value: version.value.text, from: "pod image" } : null,
    modelRoot: model ? { value: model.value.name, from } : null,
    settings: toldSettings(from, settings),
    flags: told,
  };
}

function written({ value, origin }: Located<number>): number | null {
  return origin === "file" ? value : null;
}

/** A flag's value as what it is: a switch, a number, a word; undefined where it cannot be read. */
function settingOf({ value, negated }: Flag): SettingValue | undefined {
  if (!value) return undefined;
  const text = value.value;
  if (text === null) return !negated;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}
