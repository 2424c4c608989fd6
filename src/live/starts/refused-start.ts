import type { Telling } from "./start-builder.ts";
import type { LoggedRefusal, RefusalFigures, RefusalKind } from "./start-log.ts";
import { amount, count, gibibytes } from "./start-phrase.ts";

interface RefusalPhrase {
  readonly kind: RefusalKind;
  readonly pattern: RegExp;
  readonly figures?: (match: RegExpMatchArray) => RefusalFigures;
}

const bytes = (words: string | undefined): number => gibibytes(words).value;
const tokens = (words: string | undefined): number => count(words).value;

/** Sentences with which a start ends, in the engines' own words; the more telling first. */
const phrases: readonly RefusalPhrase[] = [
  {
    kind: "model-len",
    // V1: "To serve at least one request with the models's max seq len (131072), (24.00 GiB KV cache is needed, …" (VM07).
    pattern: new RegExp(
      String.raw`max seq len \((\d+)\),? \(?${amount} KV cache is needed, which is larger than the available KV cache memory \(${amount}\)(?:.*estimated maximum model length is ([\d,]+))?`,
    ),
    figures: ([, length, needed, available, longest]) => ({
      neededBytes: bytes(needed),
      availableBytes: bytes(available),
      maxModelLen: tokens(length),
      ...(longest === undefined ? {} : { longestModelLen: tokens(longest) }),
    }),
  },
  {
    kind: "model-len",
    // V0.
    pattern: /max seq len \((\d+)\) is larger than the maximum number of tokens that can be stored in KV cache \((\d+)\)/,
    figures: ([, length, longest]) => ({ maxModelLen: tokens(length), longestModelLen: tokens(longest) }),
  },
  {
    kind: "free-memory",
    pattern: new RegExp(
      String.raw`Free memory on device(?: [\w:]+)? \((-?[\d.]+)\/${amount}\) on startup is less than desired GPU memory utilization \([\d.]+, ${amount}\)`,
    ),
    figures: ([, free, total, needed]) => ({ neededBytes: bytes(needed), availableBytes: bytes(free), totalBytes: bytes(total) }),
  },
  { kind: "no-kv-memory", pattern: /No available memory for the cache blocks/ },
  // SGLang (SM08).
  { kind: "no-kv-memory", pattern: /Not enough memory\. Please try to increase --mem-fraction-static/ },
  {
    kind: "profiling",
    pattern: new RegExp(String.raw`Error in memory profiling\. Initial free memory ${amount}, current free memory ${amount}`),
  },
  { kind: "profiling", pattern: /Error in memory profiling/ },
  { kind: "out-of-memory", pattern: /CUDA out of memory occurred when warming up sampler/ },
  {
    kind: "out-of-memory",
    pattern: /out of memory\. Tried to allocate ([\d.]+ [KMGT]iB)(?:.*?total capacity of ([\d.]+) GiB of which ([\d.]+ [KMGT]iB) is free)?/,
    figures: ([, needed, total, free]) => ({
      neededBytes: scaled(needed),
      ...(total === undefined ? {} : { totalBytes: bytes(total), availableBytes: scaled(free) }),
    }),
  },
  { kind: "out-of-memory", pattern: /(?:CUDA|HIP) error: out of memory|(?:Malloc|malloc).{0,40}: out of memory/ },
  { kind: "indivisible", pattern: /(?:must be divisible by|is not divisible by)/ },
  {
    kind: "above-model",
    pattern: /max_model_len \((\d+)\) is greater than the derived max_model_len \([^)]*?=(\d+)/,
    figures: ([, length, longest]) => ({ maxModelLen: tokens(length), longestModelLen: tokens(longest) }),
  },
  {
    kind: "gpu-count",
    pattern: /World size \(\d+\) is larger than the number of available GPUs|invalid device ordinal|local rank \d+ is out of bounds/,
  },
  { kind: "dtype", pattern: /Bfloat16 is only supported on GPUs with compute capability/ },
  { kind: "arguments", pattern: /error: (?:unrecognized arguments|argument|the following arguments are required|ambiguous option)/ },
  {
    kind: "download",
    pattern: /(?:couldn't|could not|can't) connect to 'https?:|is not a local folder and is not a valid model identifier|gated repo/i,
  },
];

/** Failures that only say that another process failed. */
const followers = /initialization failed|root cause|died unexpectedly|stack trace above|\bexit(?:ed)? with code/i;

/** `torch.OutOfMemoryError: …`, `ValueError: …` at the end of a trace. */
const exception = /(?:^|[\s\]])((?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)|Exception): (.+)$/;

/** vLLM's logger below an error: what was raised was caught, and the start goes on. */
const caught = /(?:^|\s)(?:DEBUG|INFO|WARNING) \d\d-\d\d \d\d:/;

/** Notes why the start ended, where this line says so. The first telling sentence counts; later ones may add figures. */
export function noteRefusal(at: Telling): void {
  const { start, text } = at;
  for (const { kind, pattern, figures } of phrases) {
    const match = pattern.exec(text);
    if (!match) continue;
    const known = start.refusal;
    const told = figures?.(match) ?? {};
    if (known && known.kind !== "other") {
      if (known.kind === kind) start.refusal = { ...known, figures: { ...told, ...known.figures } };
      return;
    }
    start.refusal = refusal(kind, sentence(text, match.index), at, told);
    start.remember(at);
    return;
  }
  const raised = exception.exec(text);
  if (!raised || followers.test(text) || caught.test(text) || (start.refusal && start.refusal.kind !== "other")) return;
  // The last exception of a chain is the one that was raised.
  start.refusal = refusal("other", `${raised[1]}: ${raised[2]}`.slice(0, 400), at, {});
}

function refusal(kind: RefusalKind, text: string, { start, line }: Telling, figures: RefusalFigures): LoggedRefusal {
  return { kind, text, line, phase: start.phase, figures };
}

/** From the exception's name or the message's beginning to the end, without the logger's prefix. */
function sentence(text: string, index: number): string {
  const before = text.slice(0, index);
  const begin = Math.max(lastEnd(before, /(?:Error|Exception): /g), lastEnd(before, /\] +/g), lastEnd(before, /\w+: error: /g));
  return text.slice(begin).trim().slice(0, 400);
}

function lastEnd(text: string, pattern: RegExp): number {
  let end = 0;
  for (const match of text.matchAll(pattern)) end = match.index + match[0].length;
  return end;
}

const units: Readonly<Record<string, number>> = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 };

/** `786.00 MiB`. */
function scaled(words: string | undefined): number {
  const [value = "", unit = ""] = words?.split(" ") ?? [];
  return Math.round(Number(value) * (units[unit] ?? 1));
}
