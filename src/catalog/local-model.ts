import { checkpointWeights } from "./checkpoint.ts";
import { type Fields, fieldsOf, isFields } from "./config-fields.ts";
import type { Model } from "./facts.ts";
import { parsedJson } from "./json-text.ts";
import { type DescribedModel, modelFromConfig } from "./model-config.ts";
import type { Tensor } from "./safetensors-header.ts";

/** What a host found in a model's folder. */
export interface ModelFolder {
  /** Text of config.json. */
  readonly config: string;
  /** Text of hf_quant_config.json, where ModelOpt keeps what others put into config.json. */
  readonly quantization: string | undefined;
  /** Of all weight files together; undefined where not all of them are there. */
  readonly tensors: readonly Tensor[] | undefined;
}

/** A model from its folder: the architecture of its config.json, with the sizes of its own files where they are there. Never throws: `problem` is a sentence. */
export function localModel({ config, quantization, tensors }: ModelFolder, id: string): DescribedModel {
  const json = parsedJson(config);
  if (!isFields(json)) return { problem: "Its config.json is not a JSON object." };
  const described = modelFromConfig(withQuantization(json, quantization), id);
  if (!described.model || !tensors) return described;
  const { weights, problem } = checkpointWeights(tensors, described.model);
  if (!weights) return { problem: `Its files contradict each other: ${problem}.` };
  return { model: withSizes({ ...described.model, checkpoint: weights, source: "config.json and the headers of its weight files" }) };
}

function withQuantization(config: Fields, quantization: string | undefined): Fields {
  const beside = quantization === undefined ? undefined : fieldsOf(parsedJson(quantization));
  return beside && config.quantization_config === undefined
    ? { ...config, quantization_config: { quant_method: "modelopt", ...beside } }
    : config;
}

/** Elements can be told from files of plain floats alone. */
function withSizes(model: Model): Model {
  const { checkpoint, weights } = model;
  if (!checkpoint || weights.method !== "none") return model;
  const { layers, embedding, head, towers, norms } = checkpoint;
  const outside = [embedding, head, towers, norms];
  const parameters = [...layers.flat(), ...outside].reduce((sum, { elements }) => sum + elements, 0);
  return { ...model, parameters };
}
