import { gib } from "../../catalog/quantity.ts";
import { stepLimits } from "../../deployment/conditions.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { Measured, RowPart, StartSetting } from "./start-comparison.ts";
import type { StartLog } from "./start-log.ts";

const sizes = ["tensor-parallel-size", "pipeline-parallel-size", "data-parallel-size", "tp-size", "pp-size", "dp-size"];
const shares = ["gpu-memory-utilization", "mem-fraction-static", "free-gpu-memory-fraction"];

/** What one token takes depends on these. */
const cacheSettings = ["model", "kv-cache-dtype", "dtype", ...sizes];

/** Settings that move a part, the strongest first. */
const movers: Readonly<Partial<Record<RowPart, readonly string[]>>> = {
  budget: shares,
  weights: ["model", "quantization", "dtype", ...sizes],
  activation: ["model", "version", ...stepLimits, ...sizes, "dtype"],
  "non-torch": ["version", ...sizes],
  graphs: ["model", "version", "enforce-eager", "max-cudagraph-capture-size", "max-num-seqs", ...sizes],
  "kv-cache": ["model", "version", ...shares, ...sizes, ...stepLimits],
  "kv-token": cacheSettings,
  tokens: cacheSettings,
  blocks: ["block-size", ...cacheSettings],
  concurrency: cacheSettings,
};

/** Parts that a budget is divided into. */
const taken: readonly RowPart[] = ["weights", "draft", "activation", "non-torch", "states"];

/** One sentence that explains a difference from what the log itself tells, else "not explained". */
export function whyDifferent(row: Measured, rows: readonly Measured[], settings: readonly StartSetting[], log: StartLog): Message {
  const setting = movers[row.part]
    ?.map((name) => settings.find((one) => one.name === name && one.differs))
    .find((one) => one !== undefined);
  if (setting) return message("{0} is {1} in the log, {2} in the file", setting.name, setting.log, setting.file);
  return (
    fromOtherRows(row, rows) ??
    fromLog(row, log) ??
    (row.verdict === "within" ? message("inside the prediction's band") : message("not explained"))
  );
}

/** What follows by the engine's own arithmetic from rows above. */
function fromOtherRows(row: Measured, rows: readonly Measured[]): Message | undefined {
  const other = (part: RowPart): Measured | undefined => rows.find((one) => one.part === part && one.verdict !== "equal");
  switch (row.part) {
    case "budget": {
      const total = other("total");
      return total && message("its GPU has {0}, not {1}", gib(total.logged, 2), gib(total.predicted, 2));
    }
    case "kv-cache": {
      const sum = [...taken.map((part) => -(other(part)?.difference ?? 0)), other("budget")?.difference ?? 0].reduce((a, b) => a + b, 0);
      const rest = Math.abs(row.difference - sum);
      return rest <= Math.max(0.15 * Math.abs(row.difference), 0.03 * 2 ** 30) ? message("follows from the parts above") : undefined;
    }
    case "tokens":
    case "blocks":
    case "concurrency": {
      const cache = other("kv-cache");
      const rest = Math.abs((row.share ?? 0) - (cache?.share ?? 0));
      return cache && rest <= Math.max(0.005, 0.15 * Math.abs(cache.share ?? 0))
        ? message("follows from the bytes of the KV cache")
        : undefined;
    }
    default:
      return undefined;
  }
}

function fromLog({ part }: Measured, log: StartLog): Message | undefined {
  const rank = log.ranks[log.tightest]?.figures;
  if (part === "activation" && log.settings["profiled-items"]) {
    return message("the profiling run also fed {0} items to the encoder", log.settings["profiled-items"].value);
  }
  if (part === "kv-cache" && rank?.["draft-weights"]) {
    return message("a draft model took {0} beside the weights", gib(rank["draft-weights"].value, 2));
  }
  if (part === "kv-cache" && rank?.["recurrent-state"]) {
    return message("states of recurrent layers took {0} beside the cache", gib(rank["recurrent-state"].value, 2));
  }
  if (part === "total") return message("what its driver keeps differs from card to card");
  return undefined;
}
