import type { Catalog } from "../catalog/catalog.ts";
import type { Gpu, Model } from "../catalog/facts.ts";
import { shortGpuName } from "../catalog/gpu-names.ts";
import { figure, gib, kib, shortTokens } from "../catalog/quantity.ts";
import { newestVersion } from "../deployment/defaults.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type Message, message, plain } from "../deployment/message.ts";
import { kvElementBytes, weightsOf } from "../deployment/settle-formats.ts";
import type { Settled } from "../deployment/settled.ts";
import { type FittingGpus, fittingGpus } from "../memory/fitting-gpus.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import { weightBytes } from "../memory/weights.ts";
import { knownModel } from "../rules/known.ts";
import { ranksOf } from "../rules/layout.ts";
import { type TimingState, timingState } from "../timing/timing-state.ts";
import type { DeploymentAnalysis } from "./results.ts";
import { planOn } from "./variants.ts";

/** After a lens icon a plain blank is swallowed. */
export const iconBlank = "\u2002";
const longest = 60;

/** What a deployment's lens says at once, in closed form: never a percentile, and no check mark for latency. */
export interface Verdict {
  readonly kind: "fits" | "does-not-fit" | "will-not-start" | "gpu-unknown" | "model-unknown" | "not-judged";
  readonly text: Message;
}

export function verdict(analysis: DeploymentAnalysis, catalog: Catalog): Verdict {
  const { deployment, settlement, settled, memory, findings } = analysis;
  const errors = findings.filter((one) => one.severity === "error");
  const others = errors.filter((one) => one.code !== "memory-overflow" && one.code !== "kv-cache-too-small");
  const refused = settled ? memory.find((plan) => !plan.fits) : undefined;
  if (refused) return doesNotFit(refused, analysis, errors.length > others.length);
  if (errors.length > 0) return { kind: "will-not-start", text: startsNot(errors.length) };
  if (settled) return { kind: "fits", text: fits(analysis) };
  const missing = settlement.missing ?? [];
  const engine = missing.find(({ what }) => what === "engine");
  if (engine) return { kind: "not-judged", text: engine.message };
  const facts = knownModel(deployment);
  if (!facts) {
    const text = deployment.model
      ? message("Model not known: {0}", clip(deployment.model.value.name, 40))
      : message("The file does not name its model");
    return { kind: "model-unknown", text };
  }
  if (missing.some(({ what }) => what === "gpu")) return { kind: "gpu-unknown", text: gpuUnknown(facts, deployment, catalog) };
  const first = missing[0];
  return { kind: "not-judged", text: first ? first.message : message("Not judged") };
}

function startsNot(errors: number): Message {
  return errors === 1
    ? message(`$(error)${iconBlank}Will not start: 1 error`)
    : message(`$(error)${iconBlank}Will not start: {0} errors`, errors);
}

function doesNotFit(refused: MemoryPlan, { settled, memory }: DeploymentAnalysis, sure: boolean): Verdict {
  const { refusal } = refused;
  const kind = "does-not-fit";
  if (refusal?.kind === "model-len") {
    const tokens = shortTokens(settled?.pools[memory.indexOf(refused)]?.settings.maxModelLen ?? 0);
    return sure
      ? { kind, text: message(`$(error)${iconBlank}Does not fit one request of {0} tokens`, tokens) }
      : { kind, text: message(`$(warning)${iconBlank}May not fit one request of {0} tokens`, tokens) };
  }
  const over = gib(refusal?.kind === "no-kv-memory" ? refusal.overBytes : 0);
  return sure
    ? { kind, text: message(`$(error)${iconBlank}Does not fit, {0} over per GPU`, over) }
    : { kind, text: message(`$(warning)${iconBlank}May not fit, about {0} over per GPU`, over) };
}

/** What a run of a deployment of one pool measured of its steps. */
export function measuredSteps(settled: Settled | undefined): TimingState | undefined {
  const [pool, ...others] = settled?.pools ?? [];
  return settled && pool && others.length === 0 ? timingState(settled.model, pool) : undefined;
}

/** The longest sentence of ≤ 60 characters. */
function fits({ settled, memory, estimate }: DeploymentAnalysis): Message {
  const tokens = shortTokens(memory.length > 0 ? Math.min(...memory.map((plan) => plan.kvCacheTokens)) : 0);
  const pools = settled?.pools ?? [];
  const count = (role: string): number => pools.filter((pool) => pool.role === role).reduce((sum, pool) => sum + pool.instances, 0);
  const [prefills, decodes] = [count("prefill"), count("decode")];
  if (prefills > 0 && decodes > 0) {
    const alone = message("{0} prefill + {1} decode fit, {2} KV tokens", prefills, decodes, tokens);
    if (!estimate) return alone;
    const rate = figure(estimate.mostRequestsPerSecond);
    return shortest([message("{0} prefill + {1} decode fit, {2} KV tokens · ≤ {3} req/s", prefills, decodes, tokens, rate), alone]);
  }
  if (!estimate) return message("Fits, {0} KV tokens", tokens);
  const each = figure(estimate.userTokensPerSecond);
  const measured = measuredSteps(settled);
  if (measured) {
    return measured.refused
      ? message("Fits, {0} KV tokens · ≈ {1} tok/s per user, calibration is stale", tokens, each)
      : message("Fits, {0} KV tokens · {1} tok/s per user, as calibrated", tokens, each);
  }
  const most = figure(estimate.mostRequestsPerSecond);
  return shortest([
    message("Fits, {0} KV tokens · ≈ {1} tok/s per user at 1 request, ≤ {2} req/s", tokens, each, most),
    message("Fits, {0} KV tokens · ≈ {1} tok/s per user, ≤ {2} req/s", tokens, each, most),
    message("Fits, {0} KV tokens · ≈ {1} tok/s per user", tokens, each),
  ]);
}

/** The common case: what does not depend on the GPU, and which would do. */
function gpuUnknown(model: Model, deployment: Deployment, catalog: Catalog): Message {
  const pool = deployment.pools[0];
  const text = (name: string): string | undefined => pool?.engine.flags.get(name)?.value?.value ?? undefined;
  const format = weightsOf(model, text("quantization"));
  const elementBytes = kvElementBytes(text("kv-cache-dtype"), model, 2) ?? 2;
  const token = kib(model.kvElementsPerLayer * (model.fullAttentionLayers + model.slidingLayers) * elementBytes);
  if (!format) return message("Weights of unknown size, {0} a token", token);
  const weights = gib(weightBytes(model, format));
  const gpus = catalog.commonGpus();
  const version = pool?.engine.version?.value ?? newestVersion(catalog.flags("vllm").versions);
  const asWritten = pool?.engine.parallel.tensor.range ? fittingAsWritten(deployment, gpus, catalog) : [];
  const tried = deployment.engine === "vllm" ? fittingGpus(model, format, gpus, { version, kvElementBytes: elementBytes }) : [];
  const choices = asWritten.length > 0 ? asWritten : tried;
  const [first, second] = telling(choices);
  if (first === undefined) return message("{0} of weights, {1} a token", weights, token);
  if (second === undefined) return message("{0} of weights, {1} a token · fits {2}", weights, token, first);
  return message("{0} of weights, {1} a token · fits {2} or {3}", weights, token, first, second);
}

/** The most common choice, and one that differs from it: another number of GPUs, else the smallest that does. Choices come most common first. */
function telling(choices: readonly FittingGpus[]): readonly string[] {
  const [first, ...others] = choices;
  const smallest = others.reduce<FittingGpus | undefined>(
    (least, one) => (least === undefined || one.gpu.driverBytes < least.gpu.driverBytes ? one : least),
    undefined,
  );
  const second = others.find((one) => one.gpus !== first?.gpus) ?? smallest;
  return [first, second].flatMap((one) => one?.label ?? []);
}

/** GPUs on which the layout fits as the file has it. */
function fittingAsWritten(deployment: Deployment, gpus: readonly Gpu[], catalog: Catalog): readonly FittingGpus[] {
  const ranks = deployment.pools[0] && ranksOf(deployment.pools[0].engine.parallel);
  if (!ranks) return [];
  return gpus
    .filter(({ id }) => planOn(deployment, id, catalog)?.fits)
    .map((gpu) => ({ gpu, gpus: ranks.product, label: `${ranks.product} × ${shortGpuName(gpu.id)}` }));
}

function shortest(options: readonly Message[]): Message {
  const fallback = options.at(-1) ?? message("");
  return options.find((option) => plain(option).length <= longest) ?? fallback;
}

function clip(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(text.length - most + 1)}`;
}
