import type { Model } from "../catalog/facts.ts";
import { isExpertLayer } from "../catalog/parameters.ts";

/** The layers of one pipeline stage, counted by what they hold. */
export interface Stage {
  readonly index: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly layers: number;
  readonly expertLayers: number;
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
export function stagesOf(model: Model, pipeline: number): readonly Stage[] {
  let start = 0;
  return stageLayers(model.layers, pipeline).map((layers, index) => {
    const end = start + layers;
    const share = (count: number) => Math.floor((end * count) / model.layers) - Math.floor((start * count) / model.layers);
    let expertLayers = 0;
    for (let layer = start; layer < end; layer++) if (isExpertLayer(model, layer)) expertLayers++;
    const stage: Stage = {
      index,
      first: index === 0,
      last: index === pipeline - 1,
      layers,
      expertLayers,
      full: share(model.fullAttentionLayers),
      sliding: share(model.slidingLayers),
      recurrent: share(model.recurrent?.layers ?? 0),
    };
    start = end;
    return stage;
  });
}
