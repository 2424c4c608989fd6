import type { Model } from "./facts.ts";
import { modelFromConfig } from "./model-config.ts";
import type { StoredConfig } from "./stored.ts";

/** A model by its published config, read as a user's own is; the published size tells what the config leaves out. */
export function modelOfConfig({ config, parameters, source }: StoredConfig, id: string): Model {
  const { model, problem } = modelFromConfig(config, id);
  if (!model) throw new Error(`${id}: ${problem}`);
  if (parameters === undefined) return { ...model, source };
  const further = parameters - model.parameters;
  // Beside the language model, a multimodal checkpoint holds its towers.
  if (model.multimodal && model.towerElements === undefined && further > 0) return { ...model, source, parameters, towerElements: further };
  return { ...model, source, parameters, approximate: true };
}
