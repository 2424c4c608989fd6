import { concat, isReadable, type Mapped, slice, spanOf } from "../mapped.ts";
import type { CompanionUnit, Unit } from "../units.ts";
import type { YamlValue } from "../yaml-document.ts";
import type { ReaderContext } from "./context.ts";
import { copies } from "./copies.ts";
import { llmdRoleUnits } from "./llmd-role.ts";
import type { Reader } from "./reader.ts";
import { withValues } from "./values-references.ts";

const roles: Readonly<Record<string, Unit["role"]>> = { decode: "decode", prefill: "prefill", encode: "mixed" };

/** Values of llm-d's model service: a model, and for each role the containers that serve it, whose command the chart may write itself. */
export const llmdModelserviceReader: Reader = (root, extent, context) => {
  const written = root.entries().filter(({ key, isMap }) => key !== undefined && isMap && Object.hasOwn(roles, key.value));
  const artifacts = root.at("modelArtifacts");
  if (!artifacts.isMap || written.length === 0) return undefined;
  const served = root.at("enabled").boolean === false ? [] : written.filter((role) => role.at("create").boolean !== false);
  const model = modelText(artifacts.at("uri"), root, context);
  const name = modelText(artifacts.at("name"), root, context)?.value ?? model?.value ?? "model";
  const units = served.flatMap((role) => {
    const { key } = role;
    if (!key) return [];
    const found = llmdRoleUnits({ values: root, role, model, chartCommands: true }, context);
    return found.map(
      ({ container, containerAnchor, ...unit }, i): Unit => ({
        ...unit,
        format: "helm-llmd-modelservice",
        name: found.length > 1 && container !== "" ? `${key.value}/${container}` : key.value,
        deployment: key.value === "encode" ? null : name,
        anchor: (i > 0 ? containerAnchor : undefined) ?? spanOf(key),
        extent: role.span ?? extent,
        role: roles[key.value] ?? "mixed",
        instances: copies(role.at("replicas"), context),
      }),
    );
  });
  return { format: "helm-llmd-modelservice", units, companions: routingProxy(root) };
};

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
