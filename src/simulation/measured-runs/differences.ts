import type { Model } from "../../catalog/facts.ts";
import { countParameters } from "../../catalog/parameters.ts";
import { figure, whole } from "../../catalog/quantity.ts";
import { elementBytes } from "../../catalog/weight-format.ts";
import { engineNames } from "../../deployment/engine-names.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { PointPool, ServingPoint } from "./serving-point.ts";

/** One way in which a measured run is not the deployment, in words, and how far that takes it away. */
export interface Difference {
  /** null = too little to speak of. */
  readonly text: Message | null;
  /** Natural logarithm of a ratio times its weight: 0.7 ≈ twice as large in something that counts fully. */
  readonly distance: number;
}

/** Ratios below this are not worth a word, though they count. */
const worthAWord = Math.log(1.25);

const apart = (a: number, b: number): number => Math.abs(Math.log(a / b));
const instead = (theirs: string, ours: string): Message => message("{0} instead of {1}", theirs, ours);

/** In what the servers differ, model first. */
export function setupDifferences(ours: ServingPoint, theirs: ServingPoint): readonly Difference[] {
  return [
    modelDifference(ours.model, theirs.model),
    gpuDifference(ours, theirs),
    ...engineDifferences(ours, theirs),
    weightsDifference(ours, theirs),
    layoutDifference(ours.pools, theirs.pools),
  ].filter((one) => one !== undefined);
}

/** Sizes that steps depend on; checkpoints of one family that differ in training alone are the same. */
export function isSameModel(a: Model, b: Model): boolean {
  const sizes = ({ layers, hidden, heads, kvHeads, headDim, intermediate, vocab, moe }: Model): string =>
    JSON.stringify([layers, hidden, heads, kvHeads, headDim, intermediate, vocab, moe?.experts, moe?.expertsPerToken]);
  return a.id === b.id || sizes(a) === sizes(b);
}

function modelDifference(ours: Model, theirs: Model): Difference | undefined {
  if (isSameModel(ours, theirs)) return undefined;
  const [own, other] = [countParameters(ours), countParameters(theirs)];
  const isOtherKind = (ours.moe === null) !== (theirs.moe === null);
  return {
    text: instead(modelWords(theirs), modelWords(ours)),
    distance: 0.2 + (isOtherKind ? 1 : 0) + apart(other.active, own.active) + 0.5 * apart(other.total, own.total),
  };
}

/** `Qwen3-32B (32.8 B)`, `gpt-oss-120b (5.1 of 117 B active)`. */
function modelWords(model: Model): string {
  const { total, active } = countParameters(model);
  const name = model.id.split("/").at(-1) ?? model.id;
  const billions = (count: number): string => figure(count / 1e9);
  return model.moe ? `${name} (${billions(active)} of ${billions(total)} B active)` : `${name} (${billions(total)} B)`;
}

/** Decode follows bandwidth, prefill half as often follows compute. */
function gpuDifference({ gpu: ours }: ServingPoint, { gpu: theirs }: ServingPoint): Difference | undefined {
  if (ours.id === theirs.id) return undefined;
  const flops = (gpu: typeof ours): number => gpu.flops.bf16 ?? gpu.flops.fp16 ?? 1;
  return {
    text: instead(theirs.id, ours.id),
    distance:
      0.1 +
      (ours.vendor === theirs.vendor ? 0 : 0.5) +
      apart(theirs.memoryBytesPerSecond, ours.memoryBytesPerSecond) +
      0.5 * apart(flops(theirs), flops(ours)),
  };
}

/** Releases apart from which a version says no more than another engine would. */
const mostReleases = 10;

function engineDifferences(ours: ServingPoint, theirs: ServingPoint): readonly Difference[] {
  const ourName = engineNames[ours.engine];
  if (ours.engine !== theirs.engine) return [{ text: instead(engineNames[theirs.engine], ourName), distance: 0.5 }];
  if (!theirs.version || !ours.version) return [{ text: message("{0} of a version that is not published", ourName), distance: 0.1 }];
  const { version: own } = ours;
  const { version: other } = theirs;
  if (own.major === other.major && own.minor === other.minor && own.patch === other.patch) return [];
  const releases = own.major === other.major ? Math.abs(own.minor - other.minor) : mostReleases;
  return [{ text: instead(`${ourName} ${other.text}`, own.text), distance: 0.02 + 0.03 * Math.min(mostReleases, releases) }];
}

function weightsDifference({ weights: ours }: ServingPoint, { weights: theirs }: ServingPoint): Difference | undefined {
  if (!ours || !theirs) return undefined;
  const format = ({ method, linear }: typeof ours): string => (method === "none" ? "bf16" : linear);
  const bytes = (weights: typeof ours): number => (weights.method === "none" ? 2 : elementBytes[weights.linear]);
  if (format(ours) === format(theirs)) return undefined;
  return { text: instead(format(theirs), format(ours)), distance: 0.05 + 0.7 * apart(bytes(theirs), bytes(ours)) };
}

const sizes = ["tensor", "sequence", "pipeline", "attentionData", "expert"] as const;
const sizeNames: Readonly<Record<(typeof sizes)[number], string>> = {
  tensor: "TP",
  sequence: "SP",
  pipeline: "PP",
  attentionData: "DP",
  expert: "EP",
};

function layoutDifference(ours: readonly PointPool[], theirs: readonly PointPool[]): Difference | undefined {
  const roles = (pools: readonly PointPool[]): string =>
    pools
      .map(({ role }) => role)
      .sort()
      .join();
  if (roles(ours) !== roles(theirs)) return { text: instead(poolsWords(theirs), poolsWords(ours)), distance: 1 };
  const pairs = ours.flatMap((own) => {
    const other = theirs.find(({ role }) => role === own.role);
    return other ? [{ own, other }] : [];
  });
  const distance = pairs.reduce((sum, { own, other }) => sum + poolDistance(own, other), 0) / Math.max(1, pairs.length);
  const balance = (pools: readonly PointPool[]): number => (pools[0] ? pools[0].engines / (pools[1]?.engines ?? pools[0].engines) : 1);
  const shift = 0.3 * apart(balance(theirs), balance(ours));
  if (distance + shift === 0) return undefined;
  const [pair, ...further] = pairs;
  const changed = pair && further.length === 0 ? sizes.filter((size) => (pair.other[size] ?? pair.own[size]) !== pair.own[size]) : [];
  const [only, ...others] = changed;
  if (pair && only && others.length === 0)
    return { text: message("{0} {1} instead of {2}", sizeNames[only], pair.other[only] ?? 1, pair.own[only] ?? 1), distance };
  return { text: instead(poolsWords(theirs), poolsWords(ours)), distance: distance + shift };
}

/** GPUs of an engine count most; how they are split counts less. */
function poolDistance(own: PointPool, other: PointPool): number {
  const gpus = ({ tensor, sequence, pipeline, attentionData }: PointPool): number => tensor * sequence * pipeline * attentionData;
  const splits = sizes.map((size) => {
    const [mine, theirs] = [own[size], other[size]];
    return mine === null || theirs === null ? 0 : apart(theirs, mine);
  });
  return 0.5 * apart(gpus(other), gpus(own)) + 0.15 * splits.reduce((sum, one) => sum + one, 0);
}

/** `TP 4 × DP 2`, of several pools with their roles and how many there are of each. */
export function poolsWords(pools: readonly PointPool[]): string {
  return pools
    .map((pool) => {
      const parts = sizes.flatMap((size) => ((pool[size] ?? 1) > 1 || size === "tensor" ? [`${sizeNames[size]} ${pool[size]}`] : []));
      const words = parts.join(" × ");
      return pools.length === 1 ? words : `${pool.engines} ${pool.role} of ${words}`;
    })
    .join(" + ");
}

/** In what they were asked to do. */
export function loadDifferences(ours: ServingPoint, theirs: ServingPoint): readonly Difference[] {
  const count = (mine: number | null, other: number | null, words: (theirs: string, ours: string) => Message): readonly Difference[] => {
    if (mine === null || other === null) return [];
    const ratio = apart(other, mine);
    return [{ text: ratio > worthAWord ? words(whole(other), whole(mine)) : null, distance: 0.3 * ratio }];
  };
  return [
    ...count(ours.promptTokens, theirs.promptTokens, (a, b) => message("{0} prompt tokens on average instead of {1}", a, b)),
    ...count(ours.outputTokens, theirs.outputTokens, (a, b) => message("{0} output tokens on average instead of {1}", a, b)),
    ...(theirs.offline
      ? [{ text: message("all requests queued at once"), distance: 0.5 }]
      : count(eachEngine(ours), eachEngine(theirs), (a, b) => message("{0} requests at once for each engine instead of {1}", a, b))),
  ];
}

/** Requests at once of one engine; in pools of roles those of a decoding one. */
function eachEngine({ concurrency, pools }: ServingPoint): number | null {
  const engines = pools.find(({ role }) => role === "decode")?.engines ?? pools.reduce((sum, one) => sum + one.engines, 0);
  return concurrency === null ? null : Math.max(1, concurrency / Math.max(1, engines));
}
