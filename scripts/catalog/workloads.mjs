/** Built-in workloads as rows of [prompt tokens, output tokens, parent row, shared full blocks]. */
const count = 1000;
const blockTokens = 512;

export function workloadRows(text) {
  return [
    azure("chat", "Chat", text("traces/azure_llm_2023_conv.csv"), "conversation"),
    mooncake(
      "long-chat",
      "Long chat",
      text("traces/mooncake_conversation.jsonl"),
      "conversation",
      "timestamps come in ticks of 3 s, so arrivals are taken as Poisson",
    ),
    azure("code", "Code completion", text("traces/azure_llm_2023_code.csv"), "code"),
    mooncake("agent", "Agent", text("traces/mooncake_synthetic.jsonl"), "synthetic", "arrivals are Poisson"),
    summarise(text("traces/vidur_arxiv_summarization_lengths.csv")),
    batch(),
  ];
}

function csv(body) {
  return body
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(","));
}

/** Rows at even distances, in the order of the trace. */
function spaced(rows) {
  return Array.from({ length: count }, (_, index) => rows[Math.floor((index * rows.length) / count)]);
}

function azure(name, title, body, part) {
  const rows = csv(body);
  const seconds = rows.map(([stamp]) => {
    const [whole, fraction] = stamp.split(".");
    return Date.parse(`${whole.replace(" ", "T")}Z`) / 1000 + Number(`0.${fraction ?? 0}`);
  });
  return {
    name,
    title,
    source: `Azure LLM inference trace 2023, ${part} (CC-BY 4.0; Splitwise, ISCA 2024): ${count} of ${rows.length} requests, evenly spaced`,
    cv: variation(seconds.slice(1).map((time, index) => time - seconds[index])),
    blockTokens,
    rows: spaced(rows).map(([, prompt, output]) => [Number(prompt), Number(output), -1, 0]),
  };
}

function variation(gaps) {
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const square = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  return Number((Math.sqrt(square) / mean).toFixed(3));
}

/** An id stands for a block and all before it, so the row that first used the last id shared is the one whose prompt is shared. */
function mooncake(name, title, body, part, arrivals) {
  const requests = body
    .trim()
    .split("\n")
    .slice(0, count)
    .map((line) => JSON.parse(line));
  const firstUse = new Map();
  const rows = requests.map(({ input_length: prompt, output_length: output, hash_ids: ids }, index) => {
    let shared = 0;
    while (shared < Math.floor(prompt / blockTokens) && firstUse.has(ids[shared])) shared++;
    const parent = shared > 0 ? firstUse.get(ids[shared - 1]) : -1;
    for (const id of ids) if (!firstUse.has(id)) firstUse.set(id, index);
    return [prompt, output, parent, shared];
  });
  const source = `Mooncake ${part} trace (Apache-2.0; Mooncake, FAST 2025): the first ${count} requests with their shared prefixes; ${arrivals}`;
  return { name, title, source, cv: 1, blockTokens, rows };
}

function summarise(body) {
  const rows = csv(body);
  return {
    name: "summarise",
    title: "Summarise",
    source: `arXiv summarisation lengths of Vidur (MIT): ${count} of ${rows.length} requests, evenly spaced; arrivals taken as Poisson`,
    cv: 1,
    blockTokens,
    rows: spaced(rows).map(([prompt, output]) => [Number(prompt), Number(output), -1, 0]),
  };
}

/** Log-normal lengths by their mean and standard deviation, drawn at the mid-points of equal shares and paired by a fixed stride. */
function batch() {
  const stride = 619;
  const draw = (mean, deviation, index) => {
    const variance = Math.log(1 + (deviation / mean) ** 2);
    return Math.max(1, Math.round(Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * normalQuantile((index + 0.5) / count))));
  };
  const rows = Array.from({ length: count }, (_, index) => [
    draw(1024, 512, (index * stride) % count),
    draw(512, 256, (index * 37 + 411) % count),
    -1,
    0,
  ]);
  const source = "log-normal lengths: prompt mean 1,024, sd 512; output mean 512, sd 256; all queued at once";
  return { name: "batch", title: "Batch", source, cv: null, blockTokens, rows };
}

/** Inverse of the normal distribution by bisection of the error function's integral (Abramowitz and Stegun 7.1.26, |error| < 1.5e-7). */
function normalQuantile(share) {
  let low = -8;
  let high = 8;
  for (let round = 0; round < 60; round++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalShare(value) {
  const x = Math.abs(value) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return value < 0 ? tail / 2 : 1 - tail / 2;
}
