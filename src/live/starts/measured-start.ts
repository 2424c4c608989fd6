import type { Model } from "../../catalog/facts.ts";
import { gib } from "../../catalog/quantity.ts";
import { wordTable } from "../../catalog/word-table.ts";
import type { Conditions, ConditionValue, MeasuredMemory, MeasuredStage, StagePart } from "../../deployment/calibration.ts";
import { conditionsOf } from "../../deployment/conditions.ts";
import { engineNames } from "../../deployment/engine-names.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { StartSetting } from "./start-comparison.ts";
import type { LoggedFigure, LoggedPart, LoggedRank, StartLog } from "./start-log.ts";
import { foreignModel, type PlannedStart, startSettings } from "./start-settings.ts";

export type MeasuredStart =
  | { readonly memory: MeasuredMemory; readonly evidence: readonly string[]; readonly problem?: undefined }
  | { readonly memory?: undefined; readonly evidence?: undefined; readonly problem: Message };

/** What a log's start measured, with all that it holds for: the file's conditions, but the log's own word where it tells another. */
export function measuredStart(log: StartLog, planned: PlannedStart & { readonly facts: Model }, date: string): MeasuredStart {
  const { pool, facts } = planned;
  const { engine } = pool.budget;
  if (log.engine !== null && log.engine !== engine) {
    return { problem: message("The log is of {0}, the file starts {1}", engineNames[log.engine], engineNames[engine]) };
  }
  const settings = startSettings(planned, log);
  const model = settings.find(({ name, differs }) => name === "model" && differs);
  if (model) return { problem: message("The log is of another model: {0}", model.log) };
  const foreign = foreignModel(planned, log);
  if (foreign !== undefined) return { problem: message("The log also has lines of another model: {0}", foreign) };
  const card = log.ranks[log.tightest]?.figures.total;
  if (card && Math.abs(card.value - pool.gpu.driverBytes) > 0.05 * pool.gpu.driverBytes) {
    return {
      problem: message(
        "The log is of another GPU: its driver reports {0}, {1} has {2}",
        gib(card.value, 2),
        pool.gpu.id,
        gib(pool.gpu.driverBytes, 2),
      ),
    };
  }
  const figures: LoggedFigure[] = [];
  const stages = stagesOf(log).map((rank) => measuredStage(rank, pool, figures));
  const { tokens, blocks } = log.cache;
  for (const figure of [tokens, blocks]) if (figure) figures.push(figure);
  if (figures.length === 0) return { problem: message("The log has no figures of memory") };
  const lines = new Set(figures.map(({ line }) => line));
  return {
    memory: {
      source: "log",
      date,
      conditions: loggedConditions(conditionsOf(facts, pool), settings),
      stages: stages.filter((stage) => Object.keys(stage).length > 1),
      kvCacheTokens: tokens?.value ?? null,
      kvCacheBlocks: blocks?.value ?? null,
    },
    evidence: log.evidence.filter(({ line }) => lines.has(line)).map(({ text }) => text.slice(0, mostEvidence)),
  };
}

/** Characters of a line that are kept as evidence. */
const mostEvidence = 500;

/** Of each stage the rank with the least cache, which decides for all. */
function stagesOf({ ranks }: StartLog): readonly LoggedRank[] {
  const left = ({ figures }: LoggedRank): number => figures["kv-cache"]?.value ?? Number.POSITIVE_INFINITY;
  const stages = new Map<number, LoggedRank>();
  for (const rank of ranks) {
    const before = stages.get(rank.stage);
    if (!before || left(rank) < left(before)) stages.set(rank.stage, rank);
  }
  return [...stages.values()];
}

function measuredStage({ stage, figures }: LoggedRank, { budget, drafter }: SettledPool, used: LoggedFigure[]): MeasuredStage {
  // Where graphs are taken out of the budget, it is their estimate that is.
  const graphs: LoggedPart = budget.engine === "vllm" && budget.graphsInBudget ? "graphs-estimate" : "graphs";
  const parts: readonly (readonly [StagePart, LoggedPart])[] = [
    ["total", "total"],
    // What a draft took by itself cannot be told from the sum that is predicted.
    ...(drafter && figures["draft-weights"] ? [] : ([["weights", "weights"]] as const)),
    ["activation", "activation"],
    ["nonTorch", "non-torch"],
    ["graphs", graphs],
    ["kvCache", "kv-cache"],
  ];
  const told = parts.flatMap(([part, logged]) => {
    const figure = figures[logged];
    // A cache of nothing is a refusal's; what other processes gave back meanwhile lets a measured change go below nothing.
    if (!figure || figure.value < 0 || (figure.value === 0 && part !== "graphs")) return [];
    used.push(figure);
    return [[part, figure.value] as const];
  });
  return { stage, ...Object.fromEntries(told) };
}

const layoutSizes: Readonly<Record<string, string>> = {
  "tensor-parallel-size": "tensor",
  "tp-size": "tensor",
  "pipeline-parallel-size": "pipeline",
  "pp-size": "pipeline",
  "data-parallel-size": "data",
  "dp-size": "attentionData",
  "decode-context-parallel-size": "decodeContext",
};

const renamed: Readonly<Record<string, string>> = wordTable({ "enable-prefix-caching": "prefix-caching", "page-size": "block-size" });
const widths: Readonly<Record<string, string>> = { dtype: "activation-bits", "kv-cache-dtype": "kv-cache-bits" };

/** The conditions under which the logged start ran. */
function loggedConditions(file: Conditions, rows: readonly StartSetting[]): Conditions {
  const layout: Record<string, number> = { ...file.layout };
  const settings: Record<string, ConditionValue> = { ...file.settings };
  let { engineVersion, weights } = file;
  for (const { name, log } of rows.filter(({ differs }) => differs)) {
    const size = layoutSizes[name];
    const width = widths[name];
    const setting = renamed[name] ?? name;
    if (name === "version") engineVersion = log;
    else if (name === "quantization") weights = log;
    else if (size) layout[size] = Number(log);
    else if (width) settings[width] = /^float(?:32)?$/.test(log) ? 32 : /8/.test(log) ? 8 : 16;
    else if (setting in settings) settings[setting] = plainValue(log);
  }
  return { ...file, engineVersion, weights, layout, settings };
}

function plainValue(words: string): ConditionValue {
  if (/^(true|false)$/i.test(words)) return words.toLowerCase() === "true";
  return words.trim() !== "" && Number.isFinite(Number(words)) ? Number(words) : words;
}
