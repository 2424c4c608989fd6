import { stringify } from "yaml";

/** Folder of described models in a project's own; `readModelDescription` reads what is written here. */
export const modelsFolder = "models";

export function sameAsText(name: string, sameAs: string): string {
  return stringify({ name, sameAs }, { lineWidth: 0 });
}

export function configText(name: string, config: unknown): string {
  return stringify({ name, config }, { lineWidth: 0 });
}

/** A model's name as the name of its file. */
export function fileNameOf(name: string): string {
  const plain = name
    .replace(/[^\w.-]+/g, "--")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 100);
  return `${plain || "model"}.yaml`;
}
