import { wordTable } from "../../catalog/word-table.ts";
import { isPlain, pythonFields } from "./python-fields.ts";
import type { Telling } from "./start-builder.ts";
import type { LoggedPart } from "./start-log.ts";
import { amount, count, gibibytes, type Phrase, ratio } from "./start-phrase.ts";

/** What vLLM prints of a start, from 0.6 on. Each phrase says where it was last or first seen when it is not today's. */
export const vllmPhrases: readonly Phrase[] = [
  {
    pattern: /Starting to load model (\S+?)\.\.\./,
    read: ([, model = ""], at) => {
      at.start.loads(at, model);
      at.start.phase = "loading";
    },
  },
  // "Loading model weights took 14.9888 GB" up to 0.7, "Model loading took 14.99 GB and 3.2 seconds", "… GiB and", "… GiB memory and" since.
  {
    pattern: new RegExp(`(?:Model loading|Loading model weights) took ${amount}`),
    read: ([, gib], at) => at.start.weights(at, gibibytes(gib)),
  },
  // 0.6.4 and 0.6.5, on one line.
  { pattern: /Memory profiling results: (.*)/, read: ([, fields = ""], at) => profilingResults(fields, at) },
  // V0 from 0.6.6, over two or four lines.
  {
    pattern: new RegExp(String.raw`total_gpu_memory \(${amount}\) x gpu_memory_utilization \(([\d.]+)\) = ${amount}`),
    read: ([, total, share = "", budget], at) => {
      at.start.figure(at, "total", gibibytes(total));
      at.start.figure(at, "budget", gibibytes(budget));
      utilization(share, at);
    },
  },
  part("weights", `model weights take ${amount}`),
  part("non-torch", `non_torch_memory takes ${amount}`),
  part("activation", `PyTorch activation peak memory takes ${amount}`),
  part("kv-cache", `memory reserved for KV Cache is ${amount}`),
  // V1, debug level.
  part("activation", `torch peak memory increase: ${amount}`),
  part("non-torch", `non-torch forward increase memory: ${amount}`),
  part("weights", `weights memory: ${amount}`),
  part("kv-cache", `Available KV cache memory: ${amount}`),
  // With --kv-cache-memory-bytes.
  part("kv-cache", `reserved ${amount} memory for KV Cache`),
  part("free", `Initial free memory:? ${amount}`),
  {
    pattern: new RegExp(String.raw`Requested memory: ([\d.]+) \(util\), ${amount}`),
    read: ([, share = "", budget], at) => {
      utilization(share, at);
      at.start.figure(at, "budget", gibibytes(budget));
    },
  },
  {
    pattern: new RegExp(`init memory snapshot: .*free_memory=${amount}, total_memory=${amount}`),
    read: ([, free, total], at) => {
      at.start.figure(at, "free", gibibytes(free));
      at.start.figure(at, "total", gibibytes(total));
    },
  },
  // The closing summary, debug level up to 0.2x, information since.
  {
    pattern: new RegExp(
      String.raw`Free memory on device(?: [\w:]+)? \((-?[\d.]+)\/${amount}\) on startup\. Desired GPU memory utilization is \(([\d.]+), ${amount}\)`,
    ),
    read: ([, free, total, share = "", budget], at) => {
      at.start.figure(at, "free", gibibytes(free));
      at.start.figure(at, "total", gibibytes(total));
      at.start.figure(at, "budget", gibibytes(budget));
      utilization(share, at);
    },
  },
  part("weights", `Actual usage is ${amount} for weight`),
  part("weights-and-non-torch", `Actual usage is ${amount} for consumed memory`),
  part("activation", `${amount} for peak activation`),
  part("non-torch", `${amount} for non-torch memory`),
  // With a cache fixed by a flag this repeats what was profiled, so it only fills a gap.
  filled("graphs", `${amount} for CUDAGraph memory`),
  filled("kv-cache", `Current kv cache memory in use is ${amount}`),
  {
    pattern: new RegExp(String.raw`Graph capturing finished in [\d.]+ secs?, took ${amount}`),
    read: ([, gib], at) => {
      at.start.replace(at, "graphs", gibibytes(gib));
      at.start.phase = "warming-up";
    },
  },
  part("graphs-estimate", `Estimated CUDA graph memory: ${amount} total`),
  {
    pattern: new RegExp(String.raw`CUDA graph pool memory: ${amount} \(actual\), ${amount} \(estimated\)`),
    read: ([, actual, estimate], at) => {
      at.start.fill(at, "graphs", gibibytes(actual));
      at.start.figure(at, "graphs-estimate", gibibytes(estimate));
    },
  },
  {
    pattern: /\b\w+ KV cache size: ([\d,]+) tokens/,
    read: ([, tokens], at) => {
      at.start.cache(at, "tokens", count(tokens), "least");
      at.start.phase = "capturing";
    },
  },
  {
    pattern: /Maximum concurrency for ([\d,]+) tokens(?: per request)?: ([\d.]+)x/,
    read: ([, tokens, times], at) => {
      at.start.cache(at, "concurrency-tokens", count(tokens));
      at.start.cache(at, "concurrency", ratio(times), "least");
    },
  },
  {
    pattern: /# (?:GPU|CUDA|cuda|HPU|NPU|XPU) blocks: (\d+)/,
    read: ([, blocks], at) => {
      at.start.cache(at, "blocks", count(blocks), "least");
      at.start.phase = "capturing";
    },
  },
  { pattern: /num_gpu_blocks is: (\d+)/, read: ([, blocks], at) => at.start.cache(at, "blocks", count(blocks), "least") },
  // Hybrids: pages of attention enlarged to those of the states (VM13).
  {
    pattern: /Setting attention block size to (\d+) tokens/,
    read: ([, tokens], at) => at.start.cache(at, "block-tokens", count(tokens), "last"),
  },
  resolved("max-num-batched-tokens", /(?:enabled with max_num_batched_tokens=|Defaulting max_num_batched_tokens to )(\d+)/),
  resolved("max-num-seqs", /(?:Defaulting max_num_seqs to |warming up sampler with )(\d+)/),
  resolved("max-model-len", /Using max model len (\d+)/),
  resolved("max-cudagraph-capture-size", /max_(?:cudagraph_)?capture_size["']?: ?(\d+)/),
  {
    // The profiling run of a multimodal model feeds its encoder too.
    pattern: /profiled with (\d+ \w+) items of the maximum feature size/,
    read: ([, items = ""], at) => at.start.set(at, "profiled-items", items),
  },
  { pattern: /[Nn]on-default args: \{/, read: (match, at) => fields(match, at, true) },
  { pattern: /\bargs: Namespace\(/, read: (match, at) => fields(match, at, false) },
  {
    pattern: /Initializing an? (?:V\d )?LLM engine \(v([^)\s]+)\) with config: /,
    read: (match, at) => {
      at.start.engineVersion = match[1] ?? null;
      fields(match, at, false);
    },
  },
  {
    pattern: /(?:vLLM API server version |█.* version )v?(\d[\w.+-]*)/,
    read: ([, version = ""], at) => {
      at.start.engineVersion ??= version;
    },
  },
  {
    pattern: /█ +model +(\S+)/,
    read: ([, model = ""], at) => {
      at.start.model ??= model;
    },
  },
];

function part(name: LoggedPart, pattern: string): Phrase {
  return { pattern: new RegExp(pattern), read: ([, gib], at) => at.start.figure(at, name, gibibytes(gib)) };
}

function filled(name: LoggedPart, pattern: string): Phrase {
  return { pattern: new RegExp(pattern), read: ([, gib], at) => at.start.fill(at, name, gibibytes(gib)) };
}

function resolved(name: string, pattern: RegExp): Phrase {
  return { pattern, read: ([, value = ""], at) => at.start.set(at, name, value) };
}

/** 0.9 as `0.90` or `0.900000`. */
function utilization(share: string, at: Telling): void {
  if (at.start.setting("gpu-memory-utilization") === undefined) at.start.set(at, "gpu-memory-utilization", String(Number(share)));
}

/** `total_gpu_memory=79.18GiB initial_memory_usage=… peak_torch_memory=… non_torch_memory=… kv_cache_size=…`. */
function profilingResults(text: string, at: Telling): void {
  const values = new Map([...text.matchAll(/(\w+)=(-?[\d.]+)/g)].map(([, name = "", value = ""]) => [name, value]));
  const named: readonly (readonly [string, LoggedPart])[] = [
    ["total_gpu_memory", "total"],
    ["non_torch_memory", "non-torch"],
    ["kv_cache_size", "kv-cache"],
  ];
  for (const [name, one] of named) if (values.has(name)) at.start.figure(at, one, gibibytes(values.get(name)));
  utilizationOf(values, at);
  // The peak holds the weights here.
  const peak = values.has("peak_torch_memory") ? gibibytes(values.get("peak_torch_memory")) : undefined;
  const weights = at.start.of(at, "weights");
  if (peak && weights) at.start.figure(at, "activation", { value: peak.value - weights.value, step: peak.step }, true);
}

function utilizationOf(values: ReadonlyMap<string, string>, at: Telling): void {
  const share = values.get("gpu_memory_utilization");
  if (share !== undefined) utilization(share, at);
}

/** Names of the configuration line that are not the flag's. */
const renamed: Readonly<Record<string, string>> = wordTable({ "max-seq-len": "max-model-len", "model-tag": "model" });

/** Simple values only: what is nested is told by lines of its own, where it matters. */
function fields(match: RegExpMatchArray, at: Telling, written: boolean): void {
  const pairs = pythonFields(match.input ?? "", (match.index ?? 0) + match[0].length);
  for (const [name, value] of pairs) {
    const dashed = name.replaceAll("_", "-");
    const flag = renamed[dashed] ?? dashed;
    // Each engine behind a data-parallel server of a dense model calls itself one of one.
    if (!isPlain(value) || (flag === "data-parallel-size" && at.start.setting(flag) !== undefined)) continue;
    if (flag === "model") at.start.model = value;
    else at.start.set(at, flag, value.replace(/^torch\./, ""), written);
  }
}
