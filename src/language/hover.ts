import type { Catalog } from "../catalog/catalog.ts";
import { figure, gib, kib, whole } from "../catalog/quantity.ts";
import { isSized } from "../catalog/weight-format.ts";
import { engineNames } from "../deployment/engine-names.ts";
import type { Position } from "../deployment/text.ts";
import { weightBytes } from "../memory/weights.ts";
import { gpusAsked, layoutWords, ranksOf } from "../rules/layout.ts";
import { type Card, commandLink, escaped, markdown } from "./hover-card.ts";
import { flagCard } from "./hover-flag.ts";
import type { Note } from "./hover-notes.ts";
import { stepCard } from "./hover-step.ts";
import { type Place, placeAt } from "./position.ts";
import type { Analysis, Hover } from "./results.ts";

export interface HoverOptions {
  readonly catalog: Catalog;
  /** Goes into command links as their first argument. */
  readonly uri: string;
}

export function hover(analysis: Analysis, position: Position, options: HoverOptions): Hover | undefined {
  const place = placeAt(analysis, position);
  if (!place) return undefined;
  const card = cardOf(place, options);
  return card && { range: place.range, markdown: markdown(card) };
}

function cardOf(place: Place, options: HoverOptions): Card | undefined {
  switch (place.kind) {
    case "flag":
      return flagCard(place, place.flag, options);
    case "model":
      return modelCard(place, options);
    case "gpu":
      return gpuCard(place, options);
    case "gpus":
      return gpusCard(place);
    case "replicas":
      return replicasCard(place);
    case "version":
      return versionCard(place, options);
    case "anchor":
      return stepCard(place.analysis, options);
    default: {
      const never: never = place;
      return never;
    }
  }
}

function modelCard({ analysis }: Place, { catalog, uri }: HoverOptions): Card | undefined {
  const { model, id } = analysis.deployment;
  if (!model) return undefined;
  const facts = model.value.facts?.value;
  if (!facts) {
    const proposals = catalog.modelProposals(model.value.name);
    return {
      headline: `Model not known: ${model.value.name}`,
      beside: [commandLink("Describe model", "inferenceLens.describeModel", [uri, id])],
      ...(proposals.length > 0 ? { whatIf: `Known models that end alike: ${proposals.slice(0, 3).join(", ")}.` } : {}),
    };
  }
  const token =
    facts.kvElementsPerLayer * (facts.fullAttentionLayers + facts.slidingLayers) * (analysis.settled?.pools[0]?.kvElementBytes ?? 2);
  const format = analysis.settled?.pools[0]?.weights ?? (isSized(facts.weights) ? facts.weights : undefined);
  const billions = (count: number): string => `${(count / 1e9).toPrecision(3)} B`;
  const active = facts.moe ? `${billions(facts.parameters)}, ${billions(facts.activeParameters)} active` : billions(facts.parameters);
  const heads = facts.mla
    ? `${facts.heads}, one latent of ${facts.mla.kvRank + facts.mla.ropeHeadDim}`
    : `${facts.heads}, ${facts.kvHeads} for keys and values`;
  return {
    headline: facts.id,
    beside: [escaped(facts.architecture)],
    rows: [
      ["Parameters", active],
      ["Layers", facts.moe ? `${facts.layers}, ${facts.moe.experts} experts, ${facts.moe.expertsPerToken} a token` : String(facts.layers)],
      ["Heads", heads],
      [
        `Weights (${facts.weights.method === "none" ? facts.dtype : facts.weights.method})`,
        format ? gib(weightBytes(facts, format)) : "size not known",
      ],
      ["KV cache a token", `${whole(token)} B = ${kib(token)}`],
    ],
    last: [`Longest context ${whole(facts.maxPositions)} tokens`, escaped(`from ${facts.source}`.slice(0, 80))],
  };
}

const sparsity: Note = {
  text: "Data sheets often give twice these figures, which hold with 2:4 sparsity only.",
  source: "footnotes of the data sheets",
};

function gpuCard({ analysis, pool }: Place, { catalog, uri }: HoverOptions): Card | undefined {
  const { gpu: known, gpuAsWritten } = pool.hardware;
  const gpu = known ? catalog.gpu(known.value) : undefined;
  const choose = commandLink("Choose GPU", "inferenceLens.selectGpu", [uri, analysis.deployment.id]);
  const describe = commandLink("Describe GPU", "inferenceLens.describeGpu", [uri, analysis.deployment.id]);
  if (!gpu) return gpuAsWritten ? { headline: `GPU not known: ${gpuAsWritten.value}`, beside: [choose, describe] } : undefined;
  const rows: (readonly [string, string])[] = [
    ["Memory, as the driver reports", `${gib(gpu.driverBytes)}${gpu.driverBytesAssumed ? " (assumed)" : ""}`],
    ["Bandwidth", `${figure(gpu.memoryBytesPerSecond / 1e9)} GB/s`],
  ];
  const dense = gpu.flops.bf16 ?? gpu.flops.fp16;
  if (dense !== undefined) rows.push(["Dense 16 bit", `${figure(dense / 1e12)} TFLOPS`]);
  if (gpu.flops.fp8 !== undefined) rows.push(["Dense FP8", `${figure(gpu.flops.fp8 / 1e12)} TFLOPS`]);
  const between = gpu.scaleUp ?? gpu.pcie;
  rows.push(["Between GPUs", `${between.name}, ${figure(between.bytesPerSecond / 1e9)} GB/s`]);
  return {
    headline: gpu.id,
    beside: [escaped(gpu.architecture), choose],
    rows,
    note: dense !== undefined && gpu.vendor === "nvidia" && (gpu.computeCapability ?? 0) >= 8 ? sparsity : undefined,
    last: [escaped(`from ${gpu.sources.slice(0, 2).join(", ")}`)],
  };
}

function gpusCard({ analysis, pool }: Place): Card | undefined {
  const ranks = ranksOf(pool.engine.parallel);
  const asked = gpusAsked(pool);
  if (asked === undefined) return { headline: "GPUs of one pod", whatIf: "How many pods one engine spans is not said here." };
  const instances = pool.instances?.value;
  const rows: (readonly [string, string])[] = [];
  if (ranks) rows.push(["Used by the layout", `${layoutWords(ranks)} = ${ranks.product}`]);
  const nodes = pool.hardware.nodes?.value ?? 1;
  if (nodes > 1) rows.push(["Nodes of one instance", String(nodes)]);
  if (instances !== undefined && instances !== 1) rows.push(["All replicas", `${instances} × ${asked} = ${instances * asked}`]);
  const mostly = analysis.deployment.gpuHourPrice;
  if (mostly && instances !== undefined) rows.push(["Price an hour", figure(mostly.value * instances * asked)]);
  return { headline: `${asked} GPUs an instance`, rows, ...(pool.hardware.resource ? { last: [escaped(pool.hardware.resource)] } : {}) };
}

function replicasCard({ analysis, pool }: Place): Card | undefined {
  const count = pool.instances?.value;
  const asked = gpusAsked(pool);
  if (count === undefined) return undefined;
  const most = analysis.estimate?.mostRequestsPerSecond;
  return {
    headline: asked === undefined ? `${count} instances` : `${count} instances, ${count * asked} GPUs`,
    ...(most === undefined ? {} : { whatIf: `Together they could hold at most ≈ ${figure(most)} req/s of the workload's lengths.` }),
  };
}

function versionCard({ analysis, pool }: Place, { catalog }: HoverOptions): Card | undefined {
  const version = pool.engine.version;
  if (!version) return undefined;
  const { engine } = analysis.deployment;
  const newest = catalog.flags(engine).versions.at(-1);
  return {
    headline: `${engineNames[engine]} ${version.value.text}`,
    whatIf: engine === "vllm" ? "Defaults, memory law and flags are those of this version." : undefined,
    last: newest === undefined ? [] : [`Newest version known here: ${newest}`],
  };
}
