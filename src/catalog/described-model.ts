import { type Fields, fieldsOf, isFields, numberOf, textOf } from "./config-fields.ts";
import type { Model } from "./facts.ts";
import { modelFromConfig } from "./model-config.ts";
import { plainYaml } from "./plain-yaml.ts";

/** A model that a project describes: the name its files use and the architecture behind it. */
export type ModelDescription =
  | { readonly name: string; readonly model: Model; readonly problem?: undefined }
  | { readonly name?: undefined; readonly model?: undefined; readonly problem: string };

/**
 * Reads a described model, YAML or JSON: `{ name, config }` with a Hugging Face config, `{ name, sameAs }` with the id of a known model, or a
 * bare config.json, which is called `fallbackName`. Never throws: `problem` is a sentence.
 */
export function readModelDescription(text: string, fallbackName: string, known: (name: string) => Model | undefined): ModelDescription {
  const read = plainYaml(text);
  if (read.problem !== undefined) return { problem: read.problem };
  const { value } = read;
  if (!isFields(value)) return { problem: "A described model holds a name and a config, or a name and sameAs." };
  const name = textOf(value, "name")?.trim() || fallbackName;
  const sameAs = textOf(value, "sameAs")?.trim();
  if (sameAs) {
    const model = known(sameAs);
    return model ? { name, model } : { problem: `The model ${sameAs}, which ${name} is said to equal, is not known.` };
  }
  const config = fieldsOf(value.config) ?? (isConfig(value) ? value : undefined);
  if (!config) return { problem: `${name} has neither a config nor sameAs.` };
  const described = modelFromConfig(config, name);
  return described.model ? { name, model: described.model } : { problem: described.problem };
}

function isConfig(value: Fields): boolean {
  return numberOf(value, "hidden_size", "n_embd", "d_model") !== undefined || fieldsOf(value.text_config) !== undefined;
}
