import type { FlagReader } from "./flag-reader.ts";
import type { EngineContext } from "./settle-engine.ts";
import type { Layout } from "./settled.ts";
import { atLeast } from "./version.ts";

/** Layers of each pipeline stage where they do not come out even, as engines other than vLLM split them; what the environment fixes stands. */

/** The last stages have one more each; up to 0.5.5 the last has all that is over (distributed/utils.py, get_pp_indices). */
export function sglangStages(context: EngineContext): Pick<Layout, "stageLayers"> {
  const { layout, model, version } = context;
  const { base, over, stages } = evenly(model.layers, layout.pipeline);
  if (layout.stageLayers || over === 0) return {};
  const isSpread = atLeast(version, "0.5.6");
  return {
    stageLayers: stages.map(
      (stage) => base + (isSpread ? Number(stage >= layout.pipeline - over) : stage === layout.pipeline - 1 ? over : 0),
    ),
  };
}

/** The first stages have one more each, unless pp_partition says otherwise (mapping.py, pp_layers). */
export function tensorrtStages(flags: FlagReader, { layout, model }: EngineContext): Pick<Layout, "stageLayers"> {
  const { base, over, stages } = evenly(model.layers, layout.pipeline);
  const written = flags.has("pp_partition") ? flags.text("pp_partition")?.match(/\d+/g)?.map(Number) : undefined;
  const isWhole = written?.length === layout.pipeline && written.reduce((sum, count) => sum + count, 0) === model.layers;
  if (isWhole && written.every((count) => count > 0)) return { stageLayers: written };
  return over === 0 ? {} : { stageLayers: stages.map((stage) => base + Number(stage < over)) };
}

function evenly(layers: number, pipeline: number): { readonly base: number; readonly over: number; readonly stages: readonly number[] } {
  return { base: Math.floor(layers / pipeline), over: layers % pipeline, stages: Array.from({ length: pipeline }, (_, stage) => stage) };
}
