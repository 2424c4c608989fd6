import { whole } from "../catalog/quantity.ts";
import { type Message, message } from "../deployment/message.ts";
import { settingNames } from "../deployment/setting-names.ts";
import type { SettledPool } from "../deployment/settled.ts";
import { modeWords } from "../simulation/report/layout-words.ts";
import type { Change } from "./change.ts";
import { promptBatch } from "./layout-sweep.ts";
import { meanLengths } from "./mean-lengths.ts";
import type { Plan } from "./plan.ts";
import { decodeBatch, shiftCrossover } from "./shift-crossover.ts";
import type { Sweep, SweepPoint, SweepResult, SweepSite } from "./sweep.ts";
import { bestPoint, tried, type Variant } from "./variants.ts";

/** One setting over its values, in every pool that it changes. */
interface ValueSweep {
  readonly axis: Sweep["axis"];
  readonly flag: string;
  readonly now: number | null;
  readonly values: readonly number[];
  readonly pools: readonly number[];
  /** Flags that the setting needs beside it. */
  readonly beside: Readonly<Record<string, string>>;
  readonly price: (value: number) => Message;
}

function* valueSweep(site: SweepSite, { axis, flag, now, values, pools, beside, price }: ValueSweep): Plan<Sweep> {
  const variants = values.map((value): Variant => {
    const flags = { ...beside, [flag]: String(value) };
    const change: Change = {
      title: message("Set {0} to {1}", flag, whole(value)),
      price: price(value),
      burden: "none",
      parts: pools.map((pool) => ({ pool, flags })),
    };
    return { series: 0, x: value, name: "", isFile: value === now, change: value === now ? null : change };
  });
  const points = yield* tried(site, variants);
  return {
    axis,
    series: [message("this file")],
    metrics: ["ttft", "tpot", "output", "e2e", "attainment"],
    points,
    marks: [],
    findings: bestValues(points, flag),
  };
}

function bestValues(points: readonly SweepPoint[], flag: string): readonly Message[] {
  const [ttft, tpot, output] = [
    bestPoint(points, "ttft", "lower"),
    bestPoint(points, "tpot", "lower"),
    bestPoint(points, "output", "higher"),
  ];
  return [
    ...(ttft ? [message("The lowest TTFT comes with {0} {1}", flag, whole(ttft.x))] : []),
    ...(tpot ? [message("The lowest TPOT comes with {0} {1}", flag, whole(tpot.x))] : []),
    ...(output ? [message("The most output comes with {0} {1}", flag, whole(output.x))] : []),
  ];
}

/** Powers of two from `least` to `most` and the value there is now, rising; thinned out to about `points`. */
function doublings(least: number, most: number, now: number | null, points: number): readonly number[] {
  const all: number[] = [];
  for (let value = least; value <= most; value *= 2) all.push(value);
  const every = Math.max(1, Math.ceil(all.length / Math.max(2, points)));
  const kept = all.filter((_, i) => i % every === 0 || i === all.length - 1);
  return [...new Set([...kept, ...(now === null ? [] : [now])])].sort((a, b) => a - b);
}

const smallestStep = 256;
const largestStep = 65_536;

/** Tokens of a step: large ones bring prompts through sooner, small ones keep answers flowing. */
export function* chunkSweep(site: SweepSite): Plan<SweepResult> {
  const { settled, deployment, points } = site;
  const names = settingNames(deployment.engine);
  const pools = settled.pools.flatMap(({ role }, index) => (role === "decode" ? [] : [index]));
  const settings = settled.pools[pools[0] ?? 0]?.settings;
  if (!names || !settings) return { problem: message("This engine has no token budget of a step") };
  // vLLM stops at a budget below its sequences, or below a prompt that may not be cut.
  const least = Math.max(smallestStep, settings.maxNumSeqs, settings.chunkedPrefill ? 0 : settings.maxModelLen);
  return yield* valueSweep(site, {
    axis: { name: message("Tokens of a step"), unit: "tokens", scale: "log" },
    flag: names.batchedTokens,
    now: settings.maxNumBatchedTokens,
    values: doublings(2 ** Math.ceil(Math.log2(least)), largestStep, settings.maxNumBatchedTokens, points),
    pools,
    beside: {},
    price: (value) =>
      value > settings.maxNumBatchedTokens ? message("memory for larger steps") : message("a long prompt takes more steps"),
  });
}

/** Shift's threshold: up to it a step runs as tensor parallel, beyond it as sequence parallel. */
export function* thresholdSweep(site: SweepSite): Plan<SweepResult> {
  const { settled, deployment, points } = site;
  const names = settingNames(deployment.engine);
  const index = settled.pools.findIndex(({ layout }) => layout.sequence > 1);
  const pool = settled.pools[index];
  if (!names?.shift || !names.shiftThreshold || !pool) return { problem: message("The deployment has no sequence parallelism") };
  const { maxNumBatchedTokens } = pool.settings;
  const swept = yield* valueSweep(site, {
    axis: { name: message("Shift threshold"), unit: "tokens", scale: "log" },
    flag: names.shiftThreshold,
    now: pool.shiftThreshold,
    values: doublings(8, maxNumBatchedTokens, pool.shiftThreshold, points),
    pools: [index],
    beside: pool.shiftThreshold === null ? { [names.shift]: "true" } : {},
    price: () => (pool.shiftThreshold === null ? message("a second copy of the weights") : message("no memory")),
  });
  return { ...swept, findings: [...winners(site, pool), ...swept.findings] };
}

/** Which way of running a step of prompts, and one of answers, is quicker up to how many tokens. */
function winners({ settled, workload, seed }: SweepSite, pool: SettledPool): readonly Message[] {
  const lengths = meanLengths(workload, seed);
  const context = lengths ? lengths.promptTokens + lengths.outputTokens / 2 : 0;
  const { maxNumBatchedTokens, maxNumSeqs } = pool.settings;
  const [tensor, sequence] = [modeWords(pool.layout, "tensor"), modeWords(pool.layout, "sequence")];
  const prompts = shiftCrossover(settled.model, pool, maxNumBatchedTokens, promptBatch);
  const most = Math.min(maxNumSeqs, maxNumBatchedTokens);
  const answers = shiftCrossover(settled.model, pool, most, (tokens) => decodeBatch(tokens, context));
  return [
    ...(prompts === undefined
      ? []
      : [message("Steps of prompts are quicker as {0} up to {1} tokens, as {2} beyond", tensor, whole(prompts), sequence)]),
    ...(answers === undefined
      ? []
      : [message("Steps of answers are quicker as {0} up to {1} at once, as {2} beyond", tensor, whole(answers), sequence)]),
  ];
}
