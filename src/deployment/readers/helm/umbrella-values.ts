import { wordTable } from "../../../catalog/word-table.ts";
import { spanOf } from "../../mapped.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import type { Reader, Recognised } from "../reader.ts";
import { chartServer, type NamedEngine, serverContainer } from "./chart-server.ts";

/** Sub-charts that are called after the server they run. */
const namedEngines: Readonly<Record<string, NamedEngine>> = wordTable({
  vllm: { engine: "vllm", launcher: null },
  sglang: { engine: "sglang", launcher: null },
  tgi: { engine: "tgi", launcher: null },
  ollama: { engine: "ollama", launcher: null },
  tei: { engine: "other", launcher: "text-embeddings-inference" },
  teirerank: { engine: "other", launcher: "text-embeddings-inference" },
});
/** Signs that a section is a chart's and not just about a server. */
const chartKeys = ["enabled", "image", "resources", "autoscaling", "extraCmdArgs", "accelDevice", "LLM_MODEL_ID"];
/** Signs that its server runs. */
const serverKeys = ["image", "repository", "resources", "extraCmdArgs", "LLM_MODEL_ID", "accelDevice"];
const addressKeys = ["url", "baseUrl", "baseURL", "endpoint", "host", "apiUrl"];

/** A reader of values with sections for the charts below, of which a disabled one starts nothing; `charts` tell those that have no engine's name. */
export function umbrellaReader(charts: readonly Reader[]): Reader {
  return (root, _extent, context) => {
    const found = root.entries().flatMap((section) => (section.isMap ? (subChart(section, charts, context) ?? []) : []));
    if (found.length === 0) return undefined;
    const units = found.flatMap((one) => one.units).map((unit): Unit => ({ ...unit, format: "helm-values-umbrella" }));
    return { format: "helm-values-umbrella", units, companions: found.flatMap((one) => one.companions ?? []) };
  };
}

function subChart(section: YamlValue, charts: readonly Reader[], context: ReaderContext): Recognised | undefined {
  const { key, span } = section;
  if (!key || !span) return undefined;
  const named = namedEngine(key.value);
  const nothing: Recognised | undefined =
    named && chartKeys.some((name) => section.at(name).exists) ? { format: "helm-values-umbrella", units: [] } : undefined;
  const enabled = section.at("enabled").boolean;
  if (enabled === false) return nothing;
  for (const chart of charts) {
    const found = chart(section, span, context);
    if (found) return found;
  }
  const runs = enabled === true || serverKeys.some((name) => section.at(name).exists);
  if (addressKeys.some((name) => section.at(name).exists)) return nothing;
  // A bare word under `image` is what jobs of pipelines and rows of matrices have too.
  const server = named || serverContainer(section).at("image").isMap ? chartServer(section, runs ? named : undefined, context) : undefined;
  if (!server) return nothing;
  const unit: Unit = { ...server.unit, format: "helm-values-umbrella", name: key.value, anchor: spanOf(key), extent: span };
  return { format: "helm-values-umbrella", units: [unit] };
}

/** The engine that a sub-chart is named after, an alias behind a dash included. */
function namedEngine(key: string): NamedEngine | undefined {
  const [name = ""] = key.split("-");
  return Object.hasOwn(namedEngines, name) && !/(router|gateway|proxy|bench|ui)$/.test(key) ? namedEngines[name] : undefined;
}
