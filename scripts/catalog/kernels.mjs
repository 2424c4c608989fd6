import { readdirSync } from "node:fs";
import { join } from "node:path";
import { layerProfileTables } from "./layer-profiles.mjs";
import { records } from "./records.mjs";

/**
 * Measured kernels of each GPU as compact rows, microseconds last (../shared/data/calibration, SOURCES.md: aiconfigurator-core 0.12.0,
 * Apache-2.0; LLMServingSim @5daddb2, MIT). What a collector without CUDA graphs measured of small kernels is the host's launch: left out.
 */

/** Folder → the catalogue's GPU. */
const gpus = {
  a100_sxm: "A100-SXM4-80GB",
  h100_sxm: "H100-SXM5-80GB",
  h200_sxm: "H200-SXM",
  b200_sxm: "B200-SXM",
  l40s: "L40S",
};

/** GPUs of which whole models were profiled, layer by layer. */
const profiled = { rtxpro6000: "RTX-PRO-6000-Blackwell-Server", rtx4090: "RTX-4090" };

const engines = { vllm: "vllm", sglang: "sglang", trtllm: "tensorrt-llm" };

/** Bytes of a weight or of an element of the cache, scales left out. */
const widths = {
  bfloat16: 2,
  fp8: 1,
  fp8_block: 1,
  sq: 1,
  int8_wo: 1,
  int4_wo: 0.5,
  nvfp4: 0.5,
  w4a16_mxfp4: 0.5,
  w4a8_mxfp4_mxfp8: 0.5,
};

/** What a row of a table must read from memory, bytes: a step meets each layer's weights and caches once, so that no cache holds them. */
const reads = {
  gemm: ([, n, k], kind) => n * k * widths[kind],
  decode: ([batch, context, , kvHeads, headDim], kind) => 2 * batch * context * kvHeads * headDim * widths[kind],
  // Where tokens choose evenly, how many experts are read is known.
  experts: ([tokens, hidden, inter, perToken, experts, tensor, ranks], kind) => {
    const [format, routing] = kind.split(" ");
    const held = experts / ranks;
    const hit = routing === "balanced" ? held * (1 - (1 - 1 / held) ** ((tokens * perToken) / ranks)) : 0;
    return (hit * 3 * hidden * inter * widths[format]) / tensor;
  },
};

/**
 * Table → its file, what tells groups apart, the columns of a row, and which rows count. `alike` names what other engines' kernels of a group
 * do as well, where engines run them inside CUDA graphs: what they cost when launched one by one is the step's and not theirs. Beyond
 * `mostSlower` times another engine's kernel that does at least as much, a row is a slow choice of the collector, which an engine's
 * tuner or user avoids: prompts through latents that are not expanded, say. Where `bytes` tells how wide a kind's weights are, a kind that
 * mostly takes longer than a wider one doing as much was measured without its tuned kernels, and is left out whole. Of columns in `fewerOf`,
 * less is more work.
 */
const tables = {
  gemm: { file: "gemm", alike: (kind) => kind, mostSlower: 1.6, group: ["dtype"], columns: ["m", "n", "k"] },
  prefill: {
    file: "attention_context",
    alike: (kind) => kind,
    group: ["kv_dtype"],
    columns: ["batch", "seq_len", "num_heads", "num_kv_heads", "head_dim"],
  },
  decode: {
    file: "attention_generation",
    alike: (kind) => kind,
    group: ["kv_dtype"],
    columns: ["batch", "context_len", "num_heads", "num_kv_heads", "head_dim"],
  },
  experts: {
    file: "moe",
    alike: (kind) => kind,
    group: ["dtype", "distribution"],
    columns: ["num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp", "moe_ep"],
    fewerOf: ["moe_tp", "moe_ep"],
    bytes: widths,
  },
  latentPrefill: {
    file: "mla_context",
    alike: (kind) => kind,
    mostSlower: 1.6,
    // Whole modules run the projections as well, which are products of their own.
    counts: ({ scope }) => scope === "attention_only",
    group: ["scope", "kv_dtype", "gemm_dtype"],
    columns: ["batch", "seq_len", "num_heads"],
  },
  latentDecode: {
    file: "mla_generation",
    alike: (kind) => kind,
    mostSlower: 1.6,
    // Whole modules run the projections as well, which are products of their own.
    counts: ({ scope }) => scope === "attention_only",
    group: ["scope", "kv_dtype", "gemm_dtype"],
    columns: ["batch", "context_len", "num_heads"],
  },
  // The source measured exchanges of every engine both ways; those of CUDA graphs count.
  collectives: { file: "collectives", group: ["op"], columns: ["ranks", "bytes"], counts: ({ variant }) => !variant.endsWith("_eager") },
  // DeepEP's kernels for throughput wait for the host to learn what arrives, and never run in a graph; those for latency do.
  allToAll: {
    file: "moe_all2all",
    alike: (kind) => (kind.startsWith("deepep_ll") ? kind.split(" ").slice(0, 2).join(" ") : undefined),
    group: ["exchange"],
    columns: ["num_tokens", "hidden_size", "topk", "num_experts", "ep_size"],
    counts: ({ node_num, comm_backend }) => node_num === "1" && !comm_backend.includes("_v2"),
    derive: ({ comm_backend, phase, comm_dtype }) => ({
      exchange: [comm_backend.replace(/^trtllm_/, ""), phase, ...(comm_dtype === "default" ? [] : [comm_dtype])].join(" "),
    }),
  },
};

/** `cards` are the catalogue's GPUs. */
export function kernelTables(directory, text, models, cards) {
  const measured = Object.entries(gpus).map(([folder, gpu]) => {
    const present = new Set(readdirSync(join(directory, "calibration", folder)));
    const read = ({ file, counts = () => true, derive = () => ({}) }) => {
      if (!present.has(`${file}.csv`)) return [];
      const rows = records(text(`calibration/${folder}/${file}.csv`)).filter(counts);
      return rows.map((row) => ({ ...row, ...derive(row) }));
    };
    const groupsOf = ([name, table]) => [name, groups(fromMemory(grouped(read(table), table), name, gpu, cards), table)];
    return { gpu, tables: Object.fromEntries(Object.entries(tables).map(groupsOf)) };
  });
  const profiles = Object.entries(profiled).map(([folder, gpu]) => {
    const within = `calibration/${folder}`;
    const found = layerProfileTables(join(directory, within), (file) => text(`${within}/${file}`), models);
    return { gpu, tables: Object.fromEntries(Object.entries(found).map(([name, all]) => [name, fromMemory(all, name, gpu, cards)])) };
  });
  return [...measured, ...profiles];
}

/** Share of the bandwidth beyond which nothing streams. */
const mostStreamed = 0.95;

/** Without rows that read faster than the card's memory: repeated without pause, they found their weights or keys in its cache. */
function fromMemory(all, table, gpu, cards) {
  const bytesOf = reads[table];
  const { memoryBytesPerSecond } = cards.find(({ id }) => id === gpu);
  if (!bytesOf) return all;
  const isStreamed = (row, kind) => bytesOf(row, kind) <= mostStreamed * memoryBytesPerSecond * row.at(-1) * 1e-6;
  return all.map((one) => ({ ...one, rows: one.rows.filter((row) => isStreamed(row, one.kind)) }));
}

function grouped(rows, { group, columns }) {
  const found = new Map();
  for (const row of rows) {
    const engine = engines[row.backend] ?? row.backend;
    const kind = group.map((name) => row[name] || "bfloat16").join(" ");
    const key = `${engine} ${kind}`;
    const one = found.get(key) ?? { engine, kind, rows: [] };
    found.set(key, one);
    one.rows.push([...columns.map((name) => Number(row[name])), Number(row.latency_us)]);
  }
  return [...found.values()];
}

function groups(measured, { alike = () => undefined, mostSlower = Number.POSITIVE_INFINITY, columns, fewerOf = [], bytes = {} }) {
  const all = withoutUntuned(measured, { columns, fewerOf, bytes });
  const kept = all.map((one) => {
    const doing = alike(one.kind);
    const likewise = all.filter(({ kind }) => alike(kind) === doing);
    return doing === undefined ? one : withoutLaunches(one, likewise);
  });
  const quick = kept.map((one) =>
    withoutSlowChoices(
      one,
      kept.filter(({ kind }) => kind === one.kind),
      mostSlower,
    ),
  );
  return quick.filter((one) => one.rows.length > 0);
}

/** Without kinds of narrow weights that lose against wider ones of the same engine, wherever those do at least as much. */
function withoutUntuned(all, { columns, fewerOf, bytes }) {
  const doesAsMuch = (other, row) => columns.every((name, i) => (fewerOf.includes(name) ? other[i] <= row[i] : other[i] >= row[i]));
  const widthOf = (kind) => bytes[kind.split(" ")[0]];
  return all.filter(({ engine, kind, rows }) => {
    const wider = all.filter((one) => one.engine === engine && widthOf(one.kind) > widthOf(kind)).flatMap((one) => one.rows);
    const judged = rows.filter((row) => wider.some((other) => doesAsMuch(other, row)));
    const lost = judged.filter((row) => wider.some((other) => doesAsMuch(other, row) && other.at(-1) < row.at(-1)));
    return lost.length <= judged.length / 2;
  });
}

/** A group whose quickest kernel takes twice what another engine's takes measured its launches up to there. */
function withoutLaunches(group, likewise) {
  const quickest = ({ rows }) => Math.min(...rows.map((row) => row.at(-1)));
  const floor = quickest(group);
  const isLaunched = floor > 2 * Math.min(...likewise.map(quickest));
  return isLaunched ? { ...group, rows: group.rows.filter((row) => row.at(-1) > 4 * floor) } : group;
}

/** Without rows that take `most` times what another engine's kernel takes whose sizes are all at least as large. */
function withoutSlowChoices(group, likewise, most) {
  const others = likewise.filter((other) => other !== group).flatMap(({ rows }) => rows);
  const isBeaten = (row) =>
    others.some((other) => row.at(-1) > most * other.at(-1) && other.slice(0, -1).every((size, i) => size >= row[i]));
  return { ...group, rows: group.rows.filter((row) => !isBeaten(row)) };
}
