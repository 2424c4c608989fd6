/**
 * Serving runs that others measured, one configuration a line. Rows are [prompt tokens, output tokens, load, TTFT, TPOT, output
 * tokens/s] in seconds; load is the number of users of a closed loop or the rate of an open one, null where all was queued at once. What a source
 * does not state is null. Sources: reference/SOURCES.md of the collected facts.
 */

const sources = {
  "gap-analysis": "NVIDIA's own runs in aiconfigurator-core 0.12.0 (Apache-2.0), systems/silicon_sample.csv",
  inferencex: "InferenceX (SemiAnalysis), exported in aiconfigurator-core 0.12.0 (Apache-2.0), systems/silicon_sample.csv",
  "trtllm-1.0": "NVIDIA/TensorRT-LLM perf-overview.md @00f37686 (Apache-2.0)",
  "trtllm-0.17": "NVIDIA/TensorRT-LLM perf-overview.md @258c7540 (Apache-2.0)",
  "mlperf-4.1": "MLPerf Inference v4.1 closed, NVIDIA, mlcommons/inference_results_v4.1 @198fc467",
  "mlperf-5.1": "MLPerf Inference v5.1 closed, NVIDIA, mlcommons/inference_results_v5.1 @965182b0",
  blis: "inference-sim/sim-to-real-accuracy-validation @dcec3fd4, workloads inference-sim/inference-sim @f90a1e3a",
};

const engines = { vllm: "vllm", sglang: "sglang", trtllm: "tensorrt-llm" };

export function measuredRuns(text) {
  const runs = [
    ...csv(text("reference/silicon_e2e.csv")).filter(isWhatItSays).map(closedLoop),
    ...csv(text("reference/trtllm_throughput.csv")).map(offline),
    ...csv(text("reference/mlperf_inference.csv")).flatMap(mlperf),
    ...JSON.parse(text("reference/vllm_open_loop_blis.json")).map(openLoop),
  ];
  const groups = new Map();
  for (const { row, ...configuration } of runs) {
    const key = JSON.stringify(configuration);
    const group = groups.get(key) ?? { ...configuration, rows: [] };
    groups.set(key, group);
    // The export has some runs twice.
    if (!group.rows.some((known) => known.join() === row.join())) group.rows.push(row);
  }
  return { sources, groups: [...groups.values()] };
}

function csv(body) {
  const [head, ...lines] = body.trim().split(/\r?\n/).map(cells);
  return lines.map((line) => Object.fromEntries(line.map((value, index) => [head[index], value])));
}

/** Cells of a line; a cell in quotes may hold commas. */
function cells(line) {
  return [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map(([, quoted, bare]) => quoted ?? bare);
}

const number = (value) => (value === undefined || value === "" ? undefined : Number(value));
/** Four digits: more than any of these runs repeats. */
const rounded = (value) => (value === undefined ? null : Number(value.toPrecision(4)));
const seconds = (milliseconds) => rounded(milliseconds === undefined ? undefined : milliseconds / 1000);
/** [role, instances, tensor, pipeline, attention replicas, experts]. */
const mixed = (tensor, pipeline = 1, attentionData = 1, expert = 1) => [["mixed", 1, tensor, pipeline, attentionData, expert]];

/** Images that InferenceX used for its runs with multi-token prediction, which the export does not tell from those without. */
const speculativeImages = ["1.1.0rc2.post2", "1.2.0rc6.post3"];

/** Runs without their users, and those that may have run with speculation, are compared with nothing. */
function isWhatItSays(row) {
  const isSpeculative = row.backend === "trtllm" && /DeepSeek/.test(row.model) && speculativeImages.includes(row.backend_version);
  return row.concurrency !== "" && !isSpeculative;
}

/** TensorRT-LLM in Dynamo's containers, by the container's version (release notes of Dynamo). */
const dynamoEngines = { 0.5: "1.1.0", 0.8: "1.2.0" };

function closedLoop(row) {
  const disaggregated = row.mode === "disagg";
  const isNvidias = /gap-analysis/.test(row.source);
  const isDynamos = /ai-dynamo/.test(row.image) && row.image.endsWith(`:${row.backend_version}`);
  const users = Number(row.concurrency);
  return {
    source: isNvidias ? "gap-analysis" : "inferencex",
    engine: engines[row.backend],
    version: isDynamos ? (dynamoEngines[row.backend_version.slice(0, 3)] ?? null) : row.backend_version || null,
    model: row.model,
    gpu: row.system,
    quantization: quantization(row),
    load: "closed-loop",
    pools: disaggregated ? disaggregatedPools(row) : aggregated(row),
    row: [number(row.isl), number(row.osl), users, seconds(number(row.silicon_ttft_ms)), seconds(number(row.silicon_tpot_ms)), null],
  };
}

/** An export multiplied groups that are both TP and EP: tp 8 with ep 8 stands as 8 × 8 experts groups on 64 GPUs. */
function aggregated(row) {
  const pipeline = number(row.pp_size) ?? 1;
  const expert = Math.max(1, number(row.moe_ep_size) ?? 1);
  const told = Math.max(1, (number(row.ngpu) ?? number(row.tp_size) ?? 1) / pipeline);
  const isMultiplied = expert > 1 && number(row.moe_tp_size) === expert && told === expert * expert;
  const gpus = isMultiplied ? expert : told;
  const attentionData = (number(row.attention_dp_size) ?? 1) > 1 ? gpus : 1;
  return mixed(gpus / attentionData, pipeline, attentionData, expert);
}

/** GPUs of a compute tray of a GB200 rack. */
const oneTray = 4;

/**
 * Runs of SGLang 0.5.5 stand with attention replicas whose experts are split by tensor, which no recipe of theirs starts: those with small
 * decode workers are of tensor parallelism alone, those with wide ones have as many expert ranks as attention replicas.
 */
function disaggregatedPools(row) {
  const isWide = Number(row.decode_attention_dp_size) > oneTray;
  return ["prefill", "decode"].map((role) => {
    const of = (size) => Math.max(1, number(row[`${role}_${size}`]) ?? 1);
    const [tensor, attentionData, expert] = [of("tp_size"), of("attention_dp_size"), of("moe_ep_size")];
    const pool = (sizes) => [role, of("num_workers"), sizes.tensor, 1, sizes.attentionData, sizes.expert];
    if (attentionData === 1 || expert > 1) return pool({ tensor, attentionData, expert });
    return pool(isWide ? { tensor, attentionData, expert: attentionData } : { tensor: tensor * attentionData, attentionData: 1, expert });
  });
}

/** gpt-oss keeps its own format, whatever stands in the table. */
function quantization({ model, gemm_quant_mode: gemm, moe_quant_mode: experts }) {
  if (/gpt-oss/.test(model) || gemm === "") return null;
  return gemm === "fp8" && experts === "fp8_block" ? "fp8_block" : gemm;
}

/** Short names of the tables, and the checkpoints that have these sizes. */
const tensorrtModels = {
  "Llama-3.3-70B": "meta-llama/Llama-3.3-70B-Instruct",
  "Llama-4-Maverick": "meta-llama/Llama-4-Maverick-17B-128E-Instruct",
  "Mistral-7B": "mistralai/Mistral-7B-v0.1",
};
const tensorrtGpus = { RTX6000PRO: "RTX-PRO-6000-Blackwell-Server" };
const tensorrtFormats = { FP16: "fp16", FP8: "fp8", FP4: "nvfp4" };

function offline(row) {
  const tensor = Number(row.tp);
  // The table says that attention is replicated and not how experts are split.
  const replicated = /attention DP enabled/.test(row.note);
  return {
    source: `trtllm-${row.version}`,
    engine: "tensorrt-llm",
    version: row.version,
    model: tensorrtModels[row.model] ?? row.model,
    gpu: tensorrtGpus[row.gpu] ?? row.gpu,
    quantization: tensorrtFormats[row.precision],
    load: "offline",
    pools: replicated ? [["mixed", 1, 1, Number(row.pp), tensor, null]] : mixed(tensor, Number(row.pp)),
    row: [Number(row.isl), Number(row.osl), null, null, null, rounded(Number(row.value))],
  };
}

/** Runs whose layout is published: round, platform, model and scenarios (closed/NVIDIA/configs). */
const mlperfLayouts = [
  {
    round: "v4.1",
    platform: "DGX-H100_H100-SXM-80GBx8_TRT",
    model: "llama2-70b-99",
    gpu: "H100-SXM5-80GB",
    instances: 4,
    tensor: 2,
    format: "fp8",
  },
  { round: "v5.1", platform: "B200-SXM-180GBx8_TRT", model: "llama2-70b-99", gpu: "B200-SXM", instances: 8, tensor: 1, format: "nvfp4" },
  { round: "v5.1", platform: "B200-SXM-180GBx8_TRT", model: "llama3.1-8b", gpu: "B200-SXM", instances: 8, tensor: 1, format: "nvfp4" },
];
const mlperfModels = { "llama2-70b-99": "meta-llama/Llama-2-70b-chat-hf", "llama3.1-8b": "meta-llama/Llama-3.1-8B-Instruct" };

function mlperf(row) {
  const layout = mlperfLayouts.find(
    ({ round, platform, model }) => row.submitter === "NVIDIA" && row.round === round && row.platform === platform && row.model === model,
  );
  if (!layout) return [];
  const queued = row.scenario === "Offline";
  return [
    {
      source: `mlperf-${row.round.slice(1)}`,
      engine: "tensorrt-llm",
      version: null,
      model: mlperfModels[row.model],
      gpu: layout.gpu,
      quantization: layout.format,
      load: queued ? "offline" : "open-loop",
      pools: [["mixed", layout.instances, layout.tensor, 1, 1, 1]],
      row: [
        null,
        Math.round(Number(row.tokens_per_s) / Number(row.samples_per_s)),
        queued ? null : rounded(number(row.scheduled_samples_per_s)),
        seconds(number(row.ttft_mean_ms)),
        seconds(number(row.tpot_mean_ms)),
        rounded(Number(row.tokens_per_s)),
      ],
    },
  ];
}

/** Conversations with a shared beginning; a prompt holds all turns before, so that its length is that of the first turn at least. */
function openLoop({ engine, model, hardware, tp, precision, workload, measured_ms: measured, ...limits }) {
  const { shared_prefix: prefix, stages } = workload.inference_perf;
  const prompt = prefix.system_prompt_len + prefix.question_len;
  const lasts = stages.reduce((sum, { duration }) => sum + duration, 0);
  return {
    source: "blis",
    engine: "vllm",
    version: engine.replace("vLLM ", ""),
    model,
    gpu: hardware,
    quantization: precision === "FP8" ? null : precision.toLowerCase(),
    load: "open-loop",
    pools: mixed(tp),
    settings: { "max-num-seqs": limits.max_num_seqs, "max-num-batched-tokens": limits.max_num_batched_tokens },
    conversations: {
      groups: prefix.num_unique_system_prompts,
      usersPerGroup: prefix.num_users_per_system_prompt,
      systemPromptTokens: prefix.system_prompt_len,
      questionTokens: prefix.question_len,
      outputTokens: prefix.output_len,
      multiTurn: prefix.enable_multi_turn_chat,
    },
    stages: stages.map(({ rate, duration }) => [rate, duration]),
    row: [
      prompt,
      prefix.output_len,
      rounded(workload.num_requests / lasts),
      seconds(measured.ttft_mean),
      // Answers may end early, so the mean gap between tokens stands for TPOT.
      seconds(measured.itl_mean),
      null,
    ],
  };
}
