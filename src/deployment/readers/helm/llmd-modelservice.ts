import { wordTable } from "../../../catalog/word-table.ts";
import { concat, isReadable, type Mapped, slice, spanOf } from "../../mapped.ts";
import type { CompanionUnit, Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { withValues } from "../fields/values-references.ts";
import { copies } from "../pods/copies.ts";
import { workloadName } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { type LlmdRole, llmdRoleUnits } from "./llmd-role.ts";

const roles: Readonly<Record<string, Unit["role"]>> = wordTable({ decode: "decode", prefill: "prefill", encode: "mixed" });

/** Values of llm-d's model service: a model, and for each role the containers that serve it, whose command the chart may write itself. */
export const llmdModelserviceReader: Reader = (root, _extent, context) => {
  const written = root.entries().filter(({ key, isMap }) => key !== undefined && isMap && Object.hasOwn(roles, key.value));
  const artifacts = root.at("modelArtifacts");
  if (!artifacts.isMap || written.length === 0) return undefined;
  const served = root.at("enabled").boolean === false ? [] : written.filter((role) => role.at("create").boolean !== false);
  const model = modelText(artifacts.at("uri"), root, context);
  const name = modelText(artifacts.at("name"), root, context)?.value ?? model?.value ?? "model";
  const units = served.flatMap((role) =>
    roleUnits({ values: root, role, model, by: "chart" }, name, context).map(
      (unit): Unit => ({ ...unit, format: "helm-llmd-modelservice" }),
    ),
  );
  return { format: "helm-llmd-modelservice", units, companions: routingProxy(root) };
};

/** The custom resource that came before the chart: the same roles over a preset of arguments that stands in a ConfigMap. */
export const llmdModelserviceResourceReader: Reader = (root, _extent, context) => {
  if (root.at("kind").string !== "ModelService" || !root.at("apiVersion").string.startsWith("llm-d.ai/")) return undefined;
  const spec = root.at("spec");
  const written = spec.entries().filter(({ key, isMap }) => key !== undefined && isMap && Object.hasOwn(roles, key.value));
  const model = modelText(spec.at("modelArtifacts", "uri"), root, context);
  const units = written.flatMap((role) =>
    roleUnits({ values: spec, role, model, by: "preset" }, workloadName(root), context).map(
      (unit): Unit => ({ ...unit, format: "llmd-modelservice-cr" }),
    ),
  );
  return { format: "llmd-modelservice-cr", units };
};

/** The engines of one role; an encoder serves beside the pools of the deployment. */
function roleUnits(llmd: LlmdRole, deployment: string, context: ReaderContext): Omit<Unit, "format">[] {
  const { role } = llmd;
  const { key } = role;
  if (!key) return [];
  const found = llmdRoleUnits(llmd, context);
  return found.map(({ container, containerAnchor, ...unit }, i) => ({
    ...unit,
    name: found.length > 1 && container !== "" ? `${key.value}/${container}` : key.value,
    deployment: key.value === "encode" ? null : deployment,
    anchor: (i > 0 ? containerAnchor : undefined) ?? spanOf(key),
    extent: role.span ?? spanOf(key),
    role: roles[key.value] ?? "mixed",
    instances: copies(role.at("replicas"), context),
  }));
}

/** A name or URI with the values that it refers to; quotes around these are taken off by whoever reads the rendered text. */
function modelText(written: YamlValue, values: YamlValue, { source }: ReaderContext): Mapped | undefined {
  const text = written.text();
  const found = text && unquoted(withValues(text, values, source));
  return found && isReadable(found.value) && found.value !== "" ? found : undefined;
}

function unquoted(text: Mapped): Mapped {
  const parts = [...text.value.matchAll(/[^"']+/g)].map((match) => slice(text, match.index, match.index + match[0].length));
  return concat(parts, text.span);
}

function routingProxy(root: YamlValue): CompanionUnit[] {
  const proxy = root.at("routing", "proxy");
  return proxy.key && proxy.at("enabled").boolean !== false ? [{ kind: "router", name: "routing-proxy", span: spanOf(proxy.key) }] : [];
}
