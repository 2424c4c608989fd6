import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { records } from "./records.mjs";

/**
 * Rows of kernels from profiles of whole models, layer by layer (../shared/data/calibration/rtx*, SOURCES.md: LLMServingSim @5daddb2, MIT;
 * vLLM 0.19.0 in bfloat16). They are a profiler's times of kernels on the GPU, so that their launches are not in them; sizes follow from
 * the model's facts and the tensor ranks that a folder's name ends with.
 */

const engine = "vllm";
const kind = "bfloat16";
/** Contexts of one decode step that serving holds: powers of two. */
const leastContext = 64;
/** Prompts longer than a chunk run as chunks: their times are summed. */
const longPrompts = [4096, 8192, 16_384];

export function layerProfileTables(directory, text, models) {
  if (!existsSync(directory)) return {};
  const tables = { gemm: [], prefill: [], decode: [] };
  for (const folder of readdirSync(directory).sort()) {
    const [, name, ranks] = /^(.+)_tp(\d+)$/.exec(folder) ?? [];
    const model = models.find(({ id }) => id.split("/").at(-1) === name);
    if (!model) continue;
    const shape = rankShape(model, Number(ranks));
    const read = (file) => (existsSync(join(directory, folder, file)) ? records(text(join(folder, file))) : []);
    tables.gemm.push(...products(read("dense.csv"), read("per_sequence.csv"), shape));
    const attention = read("attention.csv").map(numbers);
    tables.prefill.push(...prompts(attention, shape));
    tables.decode.push(...decodeSteps(attention, shape));
  }
  // Experts were profiled at one shape on one rank: too few rows to speak for others.
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, [{ engine, kind, rows }]]));
}

/** What one of `ranks` tensor ranks has of a model. */
function rankShape({ hidden, heads, kvHeads, headDim, inter, vocab }, ranks) {
  return { hidden, heads: heads / ranks, kvHeads: Math.max(1, kvHeads / ranks), headDim, inter: inter / ranks, vocab: vocab / ranks };
}

function products(dense, perSequence, { hidden, heads, kvHeads, headDim, inter, vocab }) {
  const sizes = {
    qkv_proj: [(heads + 2 * kvHeads) * headDim, hidden],
    o_proj: [hidden, heads * headDim],
    gate_up_proj: [2 * inter, hidden],
    down_proj: [hidden, inter],
    lm_head: [vocab, hidden],
  };
  const rows = [
    ...dense.map((row) => [row.layer, row.tokens, row.time_us]),
    ...perSequence.map((row) => [row.layer, row.sequences, row.time_us]),
  ];
  return rows.flatMap(([layer, m, time]) => (sizes[layer] ? [[Number(m), ...sizes[layer], rounded(Number(time))]] : []));
}

function decodeSteps(attention, { heads, kvHeads, headDim }) {
  return attention
    .filter(({ prefill_chunk, kv_decode }) => prefill_chunk === 0 && kv_decode >= leastContext && Number.isInteger(Math.log2(kv_decode)))
    .map(({ n_decode, kv_decode, time_us }) => [n_decode, kv_decode, heads, kvHeads, headDim, rounded(time_us)]);
}

function prompts(attention, { heads, kvHeads, headDim }) {
  const alone = attention.filter(({ n_decode }) => n_decode === 0);
  const row = (length, time) => [1, length, heads, kvHeads, headDim, rounded(time)];
  const short = alone.filter(({ kv_prefill }) => kv_prefill === 0);
  const chunk = Math.max(...short.map(({ prefill_chunk }) => prefill_chunk));
  const chunks = alone.filter(({ prefill_chunk }) => prefill_chunk === chunk);
  const after = chunks.map(({ kv_prefill, time_us }) => [kv_prefill, time_us]).sort(([a], [b]) => a - b);
  const long = longPrompts.filter((length) => after.some(([before]) => before >= length - chunk));
  const summed = (length) => {
    let time = 0;
    for (let before = 0; before < length; before += chunk) time += between(after, before);
    return time;
  };
  return [...short.map(({ prefill_chunk, time_us }) => row(prefill_chunk, time_us)), ...long.map((length) => row(length, summed(length)))];
}

/** On the line between the measured points on both sides of `at`; points are [at, time], in order. */
function between(points, at) {
  const above = points.findIndex(([place]) => place >= at);
  const [[from, start], [to, end]] = [points[Math.max(0, above - 1)], points[above]];
  return to === from ? end : start + ((end - start) * (at - from)) / (to - from);
}

function numbers(row) {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}

function rounded(microseconds) {
  return Number(microseconds.toPrecision(5));
}
