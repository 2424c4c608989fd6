import { type Message, message } from "../../deployment/message.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import type { MemoryPlan, Part, RankMemory, Refusal } from "../../memory/plan.ts";
import type { Measured, RowPart, StartComparison, StartOutcome, StartRow } from "./start-comparison.ts";
import type { CachePart, LoggedFigure, LoggedPart, StartLog } from "./start-log.ts";
import { whyDifferent } from "./start-reasons.ts";
import { type PlannedStart, startSettings } from "./start-settings.ts";

/** Each part predicted beside what the log has, with the reason for a difference where the log tells one. */
export function compareStart(planned: PlannedStart & { readonly plan: MemoryPlan }, log: StartLog): StartComparison {
  const settings = startSettings(planned, log);
  const rows = measuredRows(planned, log);
  return {
    rank: log.ranks[log.tightest]?.label ?? "",
    ranks: log.ranks.length,
    rows: rows.map((row) => ({ ...row, why: row.verdict === "equal" ? null : whyDifferent(row, rows, settings, log) })),
    settings,
    outcome: outcomeOf(planned.plan, log),
    conflicts: log.conflicts,
  };
}

const labels: Readonly<Record<RowPart, Message>> = {
  total: message("GPU memory, as the driver reports it"),
  budget: message("Budget"),
  weights: message("Weights"),
  draft: message("Draft model"),
  activation: message("Activation peak"),
  "non-torch": message("Outside the allocator"),
  graphs: message("CUDA graphs"),
  states: message("Recurrent states"),
  "kv-cache": message("KV cache"),
  "kv-token": message("One token of KV cache"),
  tokens: message("KV cache tokens"),
  blocks: message("KV cache blocks"),
  concurrency: message("Requests of max-model-len at once"),
};

function measuredRows({ pool, plan }: PlannedStart & { readonly plan: MemoryPlan }, log: StartLog): readonly Measured[] {
  const logged = log.ranks[log.tightest];
  // The plan has one entry for each pipeline stage.
  const rank = plan.ranks.find(({ stage }) => stage === logged?.stage) ?? plan.ranks[plan.tightest];
  if (!rank) return [];
  const rows: Measured[] = [];
  const add = (part: RowPart, unit: StartRow["unit"], predicted: number, figure: LoggedFigure | undefined, band: number): void => {
    if (figure) rows.push(row(part, unit, predicted, figure, band));
  };
  const figure = (part: LoggedPart): LoggedFigure | undefined => logged?.figures[part];
  const cache = (part: CachePart): LoggedFigure | undefined => log.cache[part];
  add("total", "B", rank.totalBytes, figure("total"), 0);
  for (const [part, logged] of comparedParts(rank, pool)) {
    const step = rank.steps.find((one) => one.part === part);
    if (step) add(part, "B", step.value + (part === "weights" ? rank.shiftWeightsBytes : 0), sum(logged.map(figure)), step.spread);
  }
  add("kv-cache", "B", rank.kvCacheBytes, figure("kv-cache"), rank.kvCacheSpread);
  add("kv-token", "B", rank.kvBytesPerToken, cache("token-bytes"), 0);
  const band = rank.kvCacheBytes > 0 ? rank.kvCacheSpread / rank.kvCacheBytes : 0;
  add("tokens", "tokens", plan.kvCacheTokens, cache("tokens"), band * plan.kvCacheTokens);
  add("blocks", "blocks", plan.kvCacheBlocks, cache("blocks"), band * plan.kvCacheBlocks);
  if (cache("concurrency-tokens")?.value === pool.settings.maxModelLen) {
    add("concurrency", "requests", plan.maxConcurrency, cache("concurrency"), band * plan.maxConcurrency);
  }
  return rows;
}

/** Parts of a sum that this engine prints, each with the figures it is printed in. */
function comparedParts(
  rank: RankMemory,
  { budget: { engine }, drafter }: SettledPool,
): readonly (readonly [RowPart & Part, readonly LoggedPart[]])[] {
  switch (engine) {
    case "vllm":
      return [
        ["budget", ["budget"]],
        // A draft that was loaded by itself is counted with the weights.
        ["weights", drafter ? ["weights", "draft-weights"] : ["weights"]],
        ["activation", ["activation"]],
        ["non-torch", ["non-torch"]],
        ["graphs", [rank.cudaGraphInBudget ? "graphs-estimate" : "graphs"]],
      ];
    case "sglang":
      return [
        ["weights", ["weights"]],
        ["draft", ["draft-weights"]],
        ["states", ["recurrent-state"]],
        ["graphs", ["graphs"]],
      ];
    case "tensorrt-llm":
      return [
        ["weights", ["weights"]],
        ["activation", ["activation"]],
        ["non-torch", ["non-torch"]],
      ];
    default: {
      const never: never = engine;
      return never;
    }
  }
}

/** Figures that belong to one part; undefined where the first was not printed. */
function sum(figures: readonly (LoggedFigure | undefined)[]): LoggedFigure | undefined {
  const [first] = figures;
  const printed = figures.filter((one) => one !== undefined);
  return (
    first && {
      ...first,
      value: printed.reduce((all, { value }) => all + value, 0),
      step: printed.reduce((all, { step }) => all + step, 0),
    }
  );
}

function row(
  part: RowPart,
  unit: StartRow["unit"],
  predicted: number,
  { value: logged, step, line }: LoggedFigure,
  band: number,
): Measured {
  const difference = logged - predicted;
  const off = Math.abs(difference);
  return {
    part,
    label: labels[part],
    unit,
    predicted,
    logged,
    difference,
    share: predicted === 0 ? null : difference / predicted,
    verdict: off <= Math.max(step, 1e-9) ? "equal" : off <= band + step ? "within" : "different",
    line,
  };
}

function outcomeOf({ refusal }: MemoryPlan, log: StartLog): StartOutcome {
  const { outcome: logged, refusal: loggedRefusal } = log;
  return { logged, loggedRefusal, predictedRefusal: refusal, agree: agreement(log, refusal) };
}

/** A start that failed for want of a file or an argument says nothing of memory. */
function agreement({ outcome, refusal: logged }: StartLog, predicted: Refusal | null): boolean | null {
  if (outcome === "ready") return predicted === null;
  return logged?.kind === "no-kv-memory" || logged?.kind === "model-len" ? logged.kind === predicted?.kind : null;
}
