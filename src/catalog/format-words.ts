import type { DType, UnsizedFormat, WeightFormat } from "./facts.ts";

/** What a word behind a model's name says of its weights. */
interface Said {
  readonly linear?: DType;
  /** Of the activations too, where a narrower word beside it has the last say on weights. */
  readonly isWeak?: true;
  readonly tool?: "awq" | "gptq" | "bitsandbytes" | "compressed-tensors" | "modelopt" | "quark" | "mx";
  readonly group?: number;
  /** Layers in other formats beside, or kept as trained: nobody knows how many. */
  readonly isMixed?: true;
}

const said: readonly (readonly [RegExp, Said])[] = [
  [/^(w4a16|int4|4bit|w4afp8|w4a8)$/, { linear: "int4" }],
  [/^nf4$/, { linear: "int4", tool: "bitsandbytes" }],
  [/^(w8a16|int8|8bit)$/, { linear: "int8" }],
  [/^(w8a8|a8w8|smoothquant)$/, { linear: "int8", isWeak: true }],
  [/^fp8$/, { linear: "fp8" }],
  [/^(nvfp4|nvfp4a16|fp4)$/, { linear: "fp4" }],
  [/^mxfp4$/, { linear: "fp4", tool: "mx" }],
  [/^mxfp8$/, { linear: "fp8", tool: "mx" }],
  [/^awq$/, { tool: "awq" }],
  [/^(gptq|gptqmodel|marlin|autoround)$/, { tool: "gptq" }],
  [/^bnb$/, { tool: "bitsandbytes" }],
  [/^(ct|compressed|tensors|llmcompressor|quantized)$/, { tool: "compressed-tensors" }],
  [/^modelopt$/, { tool: "modelopt" }],
  [/^quark$/, { tool: "quark" }],
  [/^(mixed|mix|\w+mix|mixed\w+|unsloth|bf16|fp16|attnfp8|experts|only|lmhead|partial)$/, { isMixed: true }],
  [/^(dynamic|static|block|per|channel|tensor|token|kv|sym|asym|qat|w4a4|vllm|v\d|4b|preview|mtp)$/, {}],
];

/** Groups of that many elements share a scale. */
const groups = /^(?:g|group)?(32|64|128)g?$/;

/** What this word says of the format of weights; undefined for any other word. */
function saidBy(word: string): Said | undefined {
  const [, group] = /\D/.test(word) ? (groups.exec(word) ?? []) : [];
  return group ? { group: Number(group) } : said.find(([pattern]) => pattern.test(word))?.[1];
}

/** Words that begin the part of a name that tells of its format. */
export function beginsFormat(word: string): boolean {
  const found = saidBy(word);
  return found !== undefined && (found.linear !== undefined || found.tool !== undefined || /^(qat|unsloth)$/.test(word));
}

/** A format as words tell it: without bytes where they contradict each other or leave it open, and unsure where its scales are. */
export interface ToldFormat {
  readonly weights: WeightFormat | UnsizedFormat;
  readonly isSure: boolean;
}

/** The format that a quantised re-upload's words stand for; `maker` is the owner, where its tool is known. */
export function formatTold(words: readonly string[], maker: "compressed-tensors" | "modelopt" | undefined): ToldFormat {
  const found = words.map(saidBy);
  const unknown: ToldFormat = { weights: { method: words.join("-"), linear: null }, isSure: false };
  if (found.some((one) => one === undefined)) return unknown;
  const strong = new Set(found.flatMap((one) => (one?.linear && !one.isWeak ? one.linear : [])));
  const weak = found.find((one) => one?.isWeak)?.linear;
  const tools = new Set(found.flatMap((one) => one?.tool ?? []));
  const group = found.find((one) => one?.group !== undefined)?.group;
  // Unsloth leaves some layers of its four-bit checkpoints as trained.
  const isDynamic = words.includes("unsloth") && tools.has("bitsandbytes");
  const isMixed = found.some((one) => one?.isMixed) && !isDynamic;
  const isHalfAwq = tools.has("awq") && (strong.has("fp8") || strong.has("fp4"));
  if (strong.size > 1 || isMixed || isHalfAwq) return unknown;
  const usual = (tools.has("awq") || tools.has("gptq")) && !words.includes("autoround") ? "int4" : undefined;
  const linear = [...strong][0] ?? weak ?? usual;
  if (linear === undefined) return unknown;
  const { weights, isSure } = sized({ words, tools, group, maker }, linear);
  return { weights, isSure: isSure && !isDynamic };
}

interface Words {
  readonly words: readonly string[];
  readonly tools: ReadonlySet<string>;
  readonly group: number | undefined;
  readonly maker: "compressed-tensors" | "modelopt" | undefined;
}

function sized({ words, tools, group, maker }: Words, linear: DType): ToldFormat {
  const told = (method: string, scaleBytesPerElement: number, isSure = true): ToldFormat => ({
    weights: { method, linear, scaleBytesPerElement },
    isSure,
  });
  const has = (...wanted: readonly string[]) => wanted.some((word) => words.includes(word));
  if (linear === "fp8") {
    // Blocks of 32 share an 8-bit exponent (OCP MX specification).
    if (tools.has("mx")) return told("mxfp8", 1 / 32);
    return told(has("dynamic", "block", "channel", "kv") || tools.has("compressed-tensors") ? "compressed-tensors" : "fp8", 0);
  }
  if (linear === "fp4") {
    if (tools.has("mx")) return told("quark", 1 / 32, false);
    // Makers differ in what they leave as trained: attention, the first layers, states.
    return told(maker === "compressed-tensors" ? maker : maker === "modelopt" ? "modelopt_fp4" : "nvfp4", 1 / 16, false);
  }
  // 32-bit scales of 64 elements, as the engines unpack them.
  if (tools.has("bitsandbytes")) return told("bitsandbytes", linear === "int4" ? 4 / 64 : 0);
  const method = integerMethod(words, tools, linear);
  if (method === "compressed-tensors" && linear === "int8" && !has("w8a16")) return told(method, 0);
  // AutoRound's groups are of 128 unless it is told otherwise, as its published configs have it.
  const made = group ?? (has("autoround") ? 128 : undefined);
  return told(method ?? linear, scales(method, made, has("channel")), method !== undefined || group !== undefined);
}

/** The method of integers that say how they were made; bits alone do not, nor does AWQ beside them, which is an algorithm too. */
function integerMethod(words: readonly string[], tools: ReadonlySet<string>, linear: DType): string | undefined {
  if (tools.has("gptq") && tools.size === 1) return words.includes("autoround") ? undefined : "gptq";
  if (tools.has("awq")) return words.length === 1 ? "awq" : undefined;
  // Red Hat's `quantized.w4a16` are made by GPTQ with scales and zero points of 128.
  if (words.includes("quantized") && words.some((word) => /^w[48]a16$/.test(word))) return "gptq";
  if (words.some((word) => /^(w4a16|w8a8|w8a16)$/.test(word)) || tools.has("compressed-tensors")) return "compressed-tensors";
  return linear === "int8" && words.length === 1 ? "compressed-tensors" : undefined;
}

/** Bytes of the scales for one element; where the group is not said, between those of 32 and of 128. */
function scales(method: string | undefined, group: number | undefined, isChannel: boolean): number {
  if (isChannel) return 0;
  const pair = method === "compressed-tensors" ? 2 : 2.5;
  return pair / (group ?? (method === undefined ? 64 : 128));
}
