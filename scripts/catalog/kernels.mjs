import { readdirSync } from "node:fs";
import { join } from "node:path";

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

const engines = { vllm: "vllm", sglang: "sglang", trtllm: "tensorrt-llm" };

/** Table → its file, what tells groups apart, and the columns of a row. */
const tables = {
  gemm: { file: "gemm", group: ["dtype"], columns: ["m", "n", "k"] },
  prefill: { file: "attention_context", group: ["kv_dtype"], columns: ["batch", "seq_len", "num_heads", "num_kv_heads", "head_dim"] },
  decode: { file: "attention_generation", group: ["kv_dtype"], columns: ["batch", "context_len", "num_heads", "num_kv_heads", "head_dim"] },
  experts: {
    file: "moe",
    group: ["dtype", "distribution"],
    columns: ["num_tokens", "hidden_size", "inter_size", "topk", "num_experts", "moe_tp", "moe_ep"],
  },
  latentPrefill: { file: "mla_context", group: ["scope", "kv_dtype", "gemm_dtype"], columns: ["batch", "seq_len", "num_heads"] },
  latentDecode: { file: "mla_generation", group: ["scope", "kv_dtype", "gemm_dtype"], columns: ["batch", "context_len", "num_heads"] },
  collectives: { file: "collectives", group: ["op", "variant"], columns: ["ranks", "bytes"] },
  allToAll: {
    file: "moe_all2all",
    group: ["comm_backend", "phase", "comm_dtype"],
    columns: ["ep_size", "node_num", "hidden_size", "topk", "num_experts", "num_tokens"],
  },
};

export function kernelTables(directory, text) {
  return Object.entries(gpus).map(([folder, gpu]) => {
    const present = new Set(readdirSync(join(directory, "calibration", folder)));
    const read = ({ file }) => (present.has(`${file}.csv`) ? records(text(`calibration/${folder}/${file}.csv`)) : []);
    return { gpu, tables: Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, groups(read(table), table)])) };
  });
}

function groups(rows, { group, columns }) {
  const found = new Map();
  for (const row of rows) {
    const engine = engines[row.backend] ?? row.backend;
    const kind = group.map((name) => row[name] || "bfloat16").join(" ");
    const key = `${engine} ${kind}`;
    const one = found.get(key) ?? { engine, kind, rows: [] };
    found.set(key, one);
    one.rows.push([...columns.map((name) => Number(row[name])), Number(row.latency_us)]);
  }
  const all = [...found.values()];
  return all.map((one) => ({ ...one, rows: withoutLaunches(one, all) }));
}

/** A group whose quickest kernel takes twice what another engine's takes measured its launches up to there. */
function withoutLaunches({ kind, rows }, all) {
  const quickest = (of) => Math.min(...of.map((row) => row.at(-1)));
  const floor = quickest(rows);
  const others = all.filter((one) => one.kind === kind).map((one) => quickest(one.rows));
  return floor > 2 * Math.min(...others) ? rows.filter((row) => row.at(-1) > 4 * floor) : rows;
}

function records(body) {
  const [head, ...lines] = body.trim().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index], value])));
}
