import type { Catalog } from "../../../src/catalog/catalog.ts";
import { furtherSettings } from "./further-settings.ts";
import type { ObservedStart } from "./observed-start.ts";

const GiB = 2 ** 30;

/** Names of the engines' flags for what the table has one column for. */
const flagNames = {
  vllm: {
    maxModelLen: "max-model-len",
    maxNumSeqs: "max-num-seqs",
    maxNumBatchedTokens: "max-num-batched-tokens",
    utilization: "gpu-memory-utilization",
    enforceEager: "enforce-eager",
    lora: "enable-lora",
    loraRank: "max-lora-rank",
  },
  sglang: {
    maxModelLen: "context-length",
    maxNumSeqs: "max-running-requests",
    maxNumBatchedTokens: "chunked-prefill-size",
    utilization: "mem-fraction-static",
    enforceEager: "disable-cuda-graph",
    lora: "enable-lora",
    loraRank: "max-lora-rank",
  },
} as const;

/** What Unsloth's fast_inference reserves unless told otherwise (unsloth/models/loader.py, from_pretrained). */
const unslothLoraRank = 64;

/** The last release whose engine was V0 unless told otherwise. */
const lastV0 = "0.7.3";
/** The release whose start-up names its figures so (worker/worker.py). */
const peakTorchMemory = "0.6.4.post1";

/** A start as a case of the command line; what the table leaves open is left to the engine's defaults. */
export function caseOf(start: ObservedStart, catalog: Catalog, settings: Readonly<Record<string, number>> = {}) {
  const { engine, version, note, gpuGiB, tensor, pipeline, kvDtype } = start;
  return {
    id: start.line,
    deployment: {
      engine,
      engineVersion: version ?? (engine === "vllm" ? eraOf(note) : null),
      model: modelName(start.model, catalog),
      gpu: start.gpu ?? null,
      gpuTotalBytes: gpuGiB === undefined ? null : Math.round(gpuGiB * GiB),
      pools: [{ role: "mixed", parallel: { tensor: tensor ?? 1, pipeline: pipeline ?? 1, expert: expertSize(start) } }],
      weightQuantization: start.quantization ?? null,
      kvCacheDtype: kvDtype ?? null,
      settings: { ...settingsOf(start), ...furtherSettings[start.source], ...settings },
      environment: environmentOf(start),
    },
  };
}

/** What a note tells of a version that its source leaves out. */
function eraOf(note: string): string | null {
  if (/\bpeak_torch_memory\b/.test(note)) return peakTorchMemory;
  return /\bV0\b/.test(note) ? lastV0 : null;
}

function settingsOf(start: ObservedStart): Readonly<Record<string, string | number | boolean | null>> {
  const hasLora = /\blora enabled\b/i.test(start.note);
  const names = start.engine === "sglang" ? flagNames.sglang : flagNames.vllm;
  return {
    dtype: start.dtype ?? null,
    [names.maxModelLen]: start.maxModelLen ?? null,
    [names.maxNumSeqs]: start.maxNumSeqs ?? null,
    [names.maxNumBatchedTokens]: start.maxNumBatchedTokens ?? null,
    [names.utilization]: start.utilization ?? null,
    [names.enforceEager]: start.enforceEager ?? null,
    [names.lora]: hasLora ? true : null,
    [names.loraRank]: hasLora && /\bunsloth\b/i.test(start.note) ? unslothLoraRank : null,
  };
}

/** Variables of vLLM that the note quotes; V0 had to be asked for from 0.8 on. */
function environmentOf({ note, engine }: ObservedStart): Readonly<Record<string, string>> {
  const quoted = [...note.matchAll(/\b(VLLM_[A-Z_0-9]+)=([^\s;]+)/g)].map(([, name = "", value = ""]) => [name, value] as const);
  const asksV0 = engine === "vllm" && /\bV0\b/.test(note);
  return Object.fromEntries([...(asksV0 ? [["VLLM_USE_V1", "0"] as const] : []), ...quoted]);
}

/** As written where the catalogue knows it; else without what stands in brackets, and with the one owner who published that name. */
function modelName(written: string, catalog: Catalog): string {
  if (catalog.model(written)) return written;
  const bare = written.replace(/\s*\(.*\)$/, "");
  const [only, ...others] = catalog.modelProposals(bare);
  return only !== undefined && others.length === 0 ? only : (modelOfClass(written, catalog) ?? bare);
}

/** `Qwen2ForCausalLM 0.5B class`: a model of that architecture and size, where all of them are alike. */
function modelOfClass(written: string, catalog: Catalog): string | undefined {
  const [, architecture, billions] = /^(\w+For\w+)\b.*?\b(\d+(?:\.\d+)?)B class/.exec(written) ?? [];
  if (architecture === undefined) return undefined;
  const models = catalog.models().flatMap((id) => catalog.model(id)?.model ?? []);
  const near = models.filter(
    (model) => model.architecture === architecture && Math.abs(model.parameters / (Number(billions) * 1e9) - 1) < 0.15,
  );
  const shapes = new Set(
    near.map(({ layers, hidden, heads, kvHeads, intermediate }) => [layers, hidden, heads, kvHeads, intermediate].join()),
  );
  return shapes.size === 1 ? near.find(({ weights }) => weights.method === "none")?.id : undefined;
}

function expertSize({ expert, tensor = 1 }: ObservedStart): number {
  if (expert === undefined) return 1;
  return expert === "on" ? tensor : Math.max(1, Number(expert) || 1);
}
