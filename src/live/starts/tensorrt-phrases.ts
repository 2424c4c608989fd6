import { isPlain, pythonFields } from "./python-fields.ts";
import { amount, count, gibibytes, type Phrase } from "./start-phrase.ts";

/** What TensorRT-LLM prints of a start: the C++ runtime's lines, and those of the PyTorch flow from 0.17. */
export const tensorrtPhrases: readonly Phrase[] = [
  {
    pattern: /TensorRT[- ]LLM version:? v?(\d[\w.+-]*)/,
    read: ([, version = ""], at) => {
      at.start.engineVersion ??= version;
    },
  },
  {
    pattern: /(?:LLM Args:\s*|TensorRT-LLM engine args: \{)/,
    read: (match, at) => {
      for (const [name, value] of pythonFields(match.input ?? "", (match.index ?? 0) + match[0].length)) {
        if (name === "model") at.start.model = value;
        else if (isPlain(value)) at.start.set(at, name.replaceAll("_", "-"), value);
      }
    },
  },
  {
    pattern: new RegExp(String.raw`Memory used after loading model weights \(inside torch\) in memory usage profiling: ${amount}`),
    read: ([, gib], at) => at.start.weights(at, gibibytes(gib)),
  },
  {
    pattern: new RegExp(String.raw`Memory dynamically allocated during inference \(inside torch\) in memory usage profiling: ${amount}`),
    read: ([, gib], at) => at.start.figure(at, "activation", gibibytes(gib)),
  },
  {
    pattern: new RegExp(String.raw`Memory used outside torch \([^)]*\) in memory usage profiling: ${amount}`),
    read: ([, gib], at) => at.start.figure(at, "non-torch", gibibytes(gib)),
  },
  {
    pattern: new RegExp(`available KV cache memory when calculating max tokens: ${amount}`),
    read: ([, gib], at) => at.start.fill(at, "kv-cache", gibibytes(gib)),
  },
  {
    pattern: /fraction is set ([\d.]+)/,
    // A single-precision number: 0.8999999761581421.
    read: ([, share], at) => at.start.set(at, "free-gpu-memory-fraction", String(Number(Number(share).toFixed(6)))),
  },
  {
    pattern: /kv size(?: per token)? is ([\d.]+)[.,]/,
    read: ([, bytes], at) => at.start.cache(at, "token-bytes", { value: Number(bytes), step: 0.01 }, "last"),
  },
  {
    pattern: new RegExp(`device total memory ${amount}`),
    read: ([, gib], at) => at.start.figure(at, "total", gibibytes(gib)),
  },
  {
    pattern: new RegExp(`calculating max tokens in paged kv cache: total: ${amount}, available: ${amount}`),
    read: ([, total], at) => at.start.fill(at, "total", gibibytes(total)),
  },
  // A small cache is allocated for profiling, the real one after it: the last one counts.
  {
    pattern: new RegExp(String.raw`\[MemUsageChange\] Allocated ${amount} for max tokens(?: in paged KV cache)? \((\d+)\)`),
    read: ([, gib, tokens], at) => {
      at.start.replace(at, "kv-cache", gibibytes(gib));
      at.start.cache(at, "tokens", count(tokens), "last");
      at.start.phase = "capturing";
    },
  },
  {
    pattern: /Number of blocks in KV cache primary pool: (\d+)/,
    read: ([, blocks], at) => at.start.cache(at, "blocks", count(blocks), "last"),
  },
  { pattern: /Number of tokens per block: (\d+)/, read: ([, tokens], at) => at.start.cache(at, "block-tokens", count(tokens), "last") },
  {
    pattern: /tokens per block=(\d+), primary blocks=(\d+)/,
    read: ([, tokens, blocks], at) => {
      at.start.cache(at, "block-tokens", count(tokens), "last");
      at.start.cache(at, "blocks", count(blocks), "last");
    },
  },
  {
    pattern: /\bmax_seq_len=(\d+), max_num_requests=(\d+),.*?max_num_tokens=(\d+)/,
    read: ([, length = "", requests = "", tokens = ""], at) => {
      at.start.set(at, "max-seq-len", length);
      at.start.set(at, "max-batch-size", requests);
      at.start.set(at, "max-num-tokens", tokens);
    },
  },
];
