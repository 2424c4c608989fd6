import type { Flag } from "../../deployment/deployment.ts";
import type { RunningServer, Told } from "../running/running-server.ts";
import type { Drift, DriftSite } from "./drift.ts";
import { driftRow, placeOf } from "./drift-row.ts";

/** Types, formats and roles, whose words depend on engine and model: a row only where it is sure what both mean. */
export function typeDrift({ settings }: RunningServer, site: DriftSite): readonly Drift[] {
  return [
    ...cacheType(settings.kvCacheDtype, site),
    ...activationType(settings.dtype, site),
    ...quantization(settings.quantization, site),
    ...speculation(settings.speculation, site),
    ...role(settings.role, site),
    ...policy(settings.policy, site),
  ];
}

/** `auto` becomes what the checkpoint asks for: what it became is not always told. */
function cacheType(told: Told | undefined, site: DriftSite): readonly Drift[] {
  const name = site.deployment.engine === "tensorrt-llm" ? "kv_cache_dtype" : "kv-cache-dtype";
  const written = readable(site, name);
  if (!told || !written || typeof told.value !== "string") return [];
  return wordRow(site, name, written, told.value === "auto" || written.text !== "auto" ? told : undefined);
}

function activationType(told: Told | undefined, site: DriftSite): readonly Drift[] {
  const written = readable(site, "dtype");
  return written && written.text !== "auto" ? wordRow(site, "dtype", written, told) : [];
}

/** Kernels' names differ from the checkpoint's: what is sure is whether weights are quantised at all. */
function quantization(told: Told | undefined, site: DriftSite): readonly Drift[] {
  const { settledPool, pool } = site;
  const flag = pool.engine.flags.get("quantization");
  if (!told || typeof told.value !== "string" || !settledPool || (flag && !flag.value) || (!flag && !pool.engine.complete)) return [];
  const method = flag?.value?.value ?? settledPool.weights.method;
  const isSame = method.toLowerCase() === told.value.toLowerCase();
  const isSure = isSame || (settledPool.weights.method === "none") !== (told.value === "none");
  if (!isSure) return [];
  const change = flag && told.value !== "none" ? { flag: "quantization", text: told.value } : null;
  return [
    driftRow(site, {
      setting: "quantization",
      file: method,
      server: told,
      verdict: isSame ? "equal" : "different",
      place: placeOf(flag),
      change,
    }),
  ];
}

const speculationFlags = ["speculative-config", "speculative-algorithm", "speculative-model", "speculative_config"] as const;

function speculation(told: Told | undefined, { pool, settledPool, ...site }: DriftSite): readonly Drift[] {
  if (!told || !settledPool || !pool.engine.complete) return [];
  const flags = speculationFlags.map((name) => pool.engine.flags.get(name)).filter((flag) => flag !== undefined);
  if (flags.some(({ value }) => !value)) return [];
  const isOn = settledPool.speculation !== undefined;
  const runs = told.value !== "none";
  const file = settledPool.speculation?.method ?? "none";
  const place = placeOf(flags[0]);
  // Both draft: by which method, their words do not tell for sure.
  return [driftRow(site, { setting: "speculation", file, server: told, verdict: isOn === runs ? "equal" : "different", place })];
}

/** A server that does all is what a file without roles starts, and what most servers say. */
function role(told: Told | undefined, { pool, ...site }: DriftSite): readonly Drift[] {
  if (!told || (told.value === "mixed" && pool.role === "mixed")) return [];
  return [driftRow(site, { setting: "role", file: pool.role, server: told, verdict: told.value === pool.role ? "equal" : "different" })];
}

function policy(told: Told | undefined, site: DriftSite): readonly Drift[] {
  const name = site.deployment.engine === "sglang" ? "schedule-policy" : "scheduling-policy";
  const written = readable(site, name);
  return written ? wordRow(site, name, written, told) : [];
}

interface WrittenWord {
  readonly flag: Flag;
  readonly text: string;
}

function readable({ pool }: DriftSite, name: string): WrittenWord | undefined {
  const flag = pool.engine.flags.get(name);
  const text = flag?.value?.value;
  return flag && text ? { flag, text: spelled(text) } : undefined;
}

function wordRow(site: DriftSite, name: string, { flag, text }: WrittenWord, told: Told | undefined): readonly Drift[] {
  const place = placeOf(flag);
  if (!told) return [driftRow(site, { setting: name, file: text, server: null, verdict: "not-offered", place })];
  const runs = spelled(String(told.value));
  const isEqual = runs === text;
  return [
    driftRow(site, {
      setting: name,
      file: text,
      server: { ...told, value: runs },
      verdict: isEqual ? "equal" : "different",
      place,
      change: { flag: name, text: runs },
    }),
  ];
}

/** One name of types that have several (torch_utils.py of vLLM, model_config.py of SGLang). */
const spellings: Readonly<Record<string, string>> = {
  half: "float16",
  fp16: "float16",
  bf16: "bfloat16",
  float: "float32",
  fp32: "float32",
  // On NVIDIA's cards fp8 is e4m3 (vllm/utils/torch_utils.py).
  fp8: "fp8_e4m3",
};

function spelled(word: string): string {
  const lower = word.trim().toLowerCase();
  return spellings[lower] ?? lower;
}
