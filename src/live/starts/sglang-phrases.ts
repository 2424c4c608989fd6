import { isPlain, pythonFields } from "./python-fields.ts";
import type { Telling } from "./start-builder.ts";
import { amount, count, gibibytes, type Phrase } from "./start-phrase.ts";

/** What SGLang prints of a start, 0.4 to 0.5. Its GB are 2^30 bytes. */
export const sglangPhrases: readonly Phrase[] = [
  { pattern: /server_args=(?:ServerArgs\(|\{)/, read: serverArgs },
  {
    pattern: new RegExp(String.raw`Load weight begin\. avail mem=${amount}`),
    read: ([, gib], at) => {
      at.start.fill(at, "free", gibibytes(gib));
      at.start.phase = "loading";
    },
  },
  { pattern: /Load weight end\. (.*)/, read: weightsLoaded },
  {
    pattern: /KV Cache is allocated\. (.*)/,
    read: (match, at) => {
      const [, text = ""] = match;
      const sizes = [...text.matchAll(new RegExp(`(?:K|V|KV) size: ${amount}`, "g"))];
      for (const [index, size] of sizes.entries()) at.start.add(at, "kv-cache", gibibytes(size[1]), `${index} ${match[0]}`);
      at.start.phase = "capturing";
    },
  },
  {
    // Both pools of a sliding-window model together.
    pattern: new RegExp(`SWAKVPool mem usage: ${amount}`),
    read: ([, gib], at) => at.start.replace(at, "kv-cache", gibibytes(gib)),
  },
  {
    pattern: /Mamba Cache is allocated\. (.*)/,
    read: (match, at) => {
      const [, text = ""] = match;
      for (const [index, size] of [...text.matchAll(new RegExp(`size: ${amount}`, "g"))].entries()) {
        at.start.add(at, "recurrent-state", gibibytes(size[1]), `${index} ${match[0]}`);
      }
    },
  },
  {
    // One line for target, draft, verification and prefill each in newer ones.
    pattern: new RegExp(String.raw`Capture (?:\w+ )*(?:cuda|CUDA|npu|NPU) graph end\..*mem usage=${amount}`),
    read: (match, at) => {
      at.start.add(at, "graphs", gibibytes(match[1]), match[0]);
      at.start.phase = "warming-up";
    },
  },
  {
    pattern: /\bmax_total_num_tokens=(\d+), (.*)/,
    read: ([, tokens, rest = ""], at) => {
      at.start.cache(at, "tokens", count(tokens), "least");
      const names: readonly (readonly [RegExp, string])[] = [
        [/max_running_requests=(\d+)/, "max-running-requests"],
        [/context_len=(\d+)/, "context-length"],
        [/chunked_prefill_size=(-?\d+)/, "chunked-prefill-size"],
      ];
      for (const [pattern, name] of names) at.start.set(at, name, pattern.exec(rest)?.[1] ?? "");
    },
  },
  {
    pattern: /bytes_per_full_token=([\d.]+)/,
    read: ([, bytes], at) => at.start.cache(at, "token-bytes", { value: Number(bytes), step: 0.01 }, "last"),
  },
  {
    pattern: /\b(?:SGLang|sglang) version:? v?(\d[\w.+-]*)/,
    read: ([, version = ""], at) => {
      at.start.engineVersion ??= version;
    },
  },
];

function serverArgs(match: RegExpMatchArray, at: Telling): void {
  const pairs = pythonFields(match.input ?? "", (match.index ?? 0) + match[0].length);
  for (const [name, value] of pairs) {
    if (name === "model_path") at.start.model = value;
    else if (isPlain(value)) at.start.set(at, name.replaceAll("_", "-"), value);
  }
}

/** `elapsed=23.18 s, type=…, dtype=…, avail mem=32.02 GB, mem usage=28.79 GB.`; the usage came with 0.4. */
function weightsLoaded([, text = ""]: RegExpMatchArray, at: Telling): void {
  const { start } = at;
  start.loads(at, /type=(\w+)/.exec(text)?.[1] ?? "");
  const used = new RegExp(`mem usage=${amount}`).exec(text)?.[1];
  const free = start.of(at, "free");
  const left = new RegExp(`avail mem=${amount}`).exec(text)?.[1];
  if (used !== undefined) {
    // A draft that shares its target's weights gives memory back.
    if (Number(used) >= 0) start.weights(at, gibibytes(used));
  } else if (free && left !== undefined && start.of(at, "weights") === undefined) {
    const rest = gibibytes(left);
    start.weights(at, { value: free.value - rest.value, step: 2 * rest.step }, true);
  }
}
