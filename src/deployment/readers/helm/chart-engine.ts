import type { EngineId } from "../../deployment.ts";
import { isReadable } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";

export interface ChartEngine {
  readonly engine: EngineId;
  readonly launcher: string | null;
}

/** Charts that are named after the engine they start, by the name of their helpers. */
const charts: readonly (readonly [RegExp, ChartEngine])[] = (
  [
    ["vllm", "vllm", null],
    ["sglang", "sglang", null],
    ["tgi|text-generation-inference", "tgi", null],
    ["ollama", "ollama", null],
    ["llama-?cpp", "llama.cpp", null],
    ["tei|teirerank|text-embeddings-inference", "other", "text-embeddings-inference"],
  ] as const
).map(([names, engine, launcher]) => [new RegExp(`include\\s+"(?:${names})\\.(?:full)?name"`), { engine, launcher }]);

/** The engine of a chart's own template, whose image and command are values: the chart's name tells it, or where the server listens. */
export function chartEngine(container: YamlValue): ChartEngine | undefined {
  const image = container.at("image").text();
  if (!image || isReadable(image.value)) return undefined;
  if (listensAsOllama(container)) return { engine: "ollama", launcher: null };
  // Other containers of a chart have names of their own.
  const name = container.at("name").string;
  if (isReadable(name) && name !== "main") return undefined;
  return charts.find(([helper]) => container.document.mentions(helper))?.[1];
}

/** Ollama's clients are told the server's address by the same variable. */
function listensAsOllama(container: YamlValue): boolean {
  const host = container
    .at("env")
    .items()
    .find((entry) => entry.at("name").string === "OLLAMA_HOST");
  return host !== undefined && /^(0\.0\.0\.0|\[::\])?:/.test(host.at("value").string);
}
