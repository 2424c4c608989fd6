import { parse, stringify } from "yaml";
import type { Catalog } from "../catalog/catalog.ts";
import type { Model } from "../catalog/facts.ts";
import { modelFromConfig } from "../catalog/model-config.ts";

/** Folder of described models below a workspace's root. */
export const modelsFolder = ".inference-lens/models";

export type DescriptionRead = { readonly name: string; readonly model: Model; readonly problem?: undefined } | { readonly problem: string };

/** A description as kept in the project: `name` as deployments write it, and `sameAs` a known model or its `config`. Never throws. */
export function readDescription(text: string, catalog: Catalog): DescriptionRead {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || !("name" in value) || typeof value.name !== "string") {
    return { problem: "it needs a name, and sameAs or config" };
  }
  const { name } = value;
  if ("sameAs" in value && typeof value.sameAs === "string") {
    const match = catalog.model(value.sameAs);
    return match ? { name, model: match.model } : { problem: `${value.sameAs} is not in the catalogue` };
  }
  const { model, problem } = modelFromConfig("config" in value ? value.config : undefined, name);
  return model ? { name, model } : { problem };
}

function parsed(text: string): unknown {
  try {
    // Few aliases, so that a small file cannot expand without end.
    return parse(text, { maxAliasCount: 20, logLevel: "error" });
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

export function sameAsText(name: string, sameAs: string): string {
  return stringify({ name, sameAs }, { lineWidth: 0 });
}

export function configText(name: string, config: unknown): string {
  return stringify({ name, config }, { lineWidth: 0 });
}

/** A name as a file name. */
export function fileNameOf(name: string): string {
  return `${
    name
      .replace(/[^\w.-]+/g, "--")
      .replace(/^[-.]+|[-.]+$/g, "")
      .slice(0, 100) || "model"
  }.yaml`;
}
