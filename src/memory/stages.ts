import type { Model } from "../catalog/facts.ts";
import { isExpertLayer } from "../catalog/parameters.ts";
import type { Layout } from "../deployment/settled.ts";

/** The layers of one pipeline stage, counted by what they hold. */
export interface Stage {
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
  /** Index of its first layer. */
  readonly start: number;
  readonly layers: number;
  readonly expertLayers: number;
  /** With a dense MLP. */
  readonly mlpLayers: number;
  readonly full: number;
  readonly sliding: number;
  readonly recurrent: number;
}

/** VP07: layers of each stage; the remainder goes one each to stages from the second-last backwards. */
export function stageLayers(layers: number, stages: number): readonly number[] {
  const even = Math.floor(layers / stages);
  const remainder = layers % stages;
  return Array.from({ length: stages }, (_, stage) => even + (stage < stages - 1 && stage >= stages - 1 - remainder ? 1 : 0));
}

/** Kinds of attention alternate over the layers, so each stage has its even share of each. */
export function stagesOf(model: Model, { pipeline, stageLayers: fixed }: Pick<Layout, "pipeline" | "stageLayers">): readonly Stage[] {
  const kinds = kindsUpTo(model);
  let start = 0;
  let before = kinds(0);
  return (fixed ?? stageLayers(model.layers, pipeline)).map((layers, index) => {
    const end = start + layers;
    const upTo = kinds(end);
    let expertLayers = 0;
    for (let layer = start; layer < end; layer++) if (isExpertLayer(model, layer)) expertLayers++;
    const mlpLayers =
      model.mlpLayers === undefined
        ? layers - expertLayers
        : part(end, model.mlpLayers, model.layers) - part(start, model.mlpLayers, model.layers);
    const stage: Stage = {
      index,
      first: index === 0,
      last: index === pipeline - 1,
      start,
      layers,
      expertLayers,
      mlpLayers,
      full: upTo.full - before.full,
      sliding: upTo.sliding - before.sliding,
      recurrent: upTo.recurrent - before.recurrent,
    };
    start = end;
    before = upTo;
    return stage;
  });
}

/** How many of the first `end` layers are of each kind. The full ones are spread over all layers, then each kind over those still left. */
function kindsUpTo({ layers, fullAttentionLayers: full, slidingLayers: sliding, recurrent }: Model) {
  const states = recurrent?.layers ?? 0;
  // Some hybrids keep keys and a state in one layer: then the kinds overlap.
  const apart = full + sliding + states <= layers;
  return (end: number): Pick<Stage, "full" | "sliding" | "recurrent"> => {
    const fullUpTo = part(end, full, layers);
    const slidingUpTo = part(end - fullUpTo, sliding, layers - full);
    if (!apart) return { full: fullUpTo, sliding: slidingUpTo, recurrent: part(end, states, layers) };
    const left = end - fullUpTo - slidingUpTo;
    return { full: fullUpTo, sliding: slidingUpTo, recurrent: part(left, states, layers - full - sliding) };
  };
}

function part(end: number, count: number, of: number): number {
  return of > 0 ? Math.floor((end * count) / of) : 0;
}
