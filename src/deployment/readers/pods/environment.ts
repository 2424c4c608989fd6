import { isReadable, type Mapped, slice } from "../../mapped.ts";
import { expandCompose, expandKubernetes, readable, type Variables } from "../../variables.ts";
import type { YamlValue } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
import { configMapEntry } from "./config-maps.ts";

export interface Environment {
  readonly variables: Variables;
  readonly complete: boolean;
}

/** A container's `env`, over the ConfigMaps that it is filled from, over what its platform sets. */
export function containerEnvironment(container: YamlValue, platform: Variables, context?: ReaderContext): Environment {
  const variables = new Map(platform);
  let complete = true;
  for (const source of container.at("envFrom").items()) {
    const data = context?.object(["ConfigMap"], source.at("configMapRef", "name").string)?.at("data");
    if (!data?.isMap) complete = false;
    const prefix = source.at("prefix").string;
    for (const entry of data?.entries() ?? []) if (entry.key) variables.set(prefix + entry.key.value, readable(entry.text()));
  }
  return { variables: listedVariables(container.at("env"), variables, context), complete };
}

/** A list of names and values as Kubernetes has it; later entries may refer to earlier ones, values from elsewhere are set but rarely readable. */
export function listedVariables(list: YamlValue, platform: Variables, context?: ReaderContext): Variables {
  const variables = new Map(platform);
  for (const entry of list.items()) {
    const name = entry.at("name").string;
    if (!isReadable(name) || name === "") continue;
    const value = entry.at("value");
    const text = value.text();
    const expanded = text ? expandKubernetes(text, variables) : referredText(entry.at("valueFrom", "configMapKeyRef"), context);
    const empty = value.isNull || (!value.exists && !entry.at("valueFrom").exists);
    variables.set(name, readable(expanded) ?? (empty ? emptyAt(entry) : undefined));
  }
  return variables;
}

/** What a ConfigMap that can be seen holds under the key that a variable names. */
function referredText(reference: YamlValue, context: ReaderContext | undefined): Mapped | undefined {
  return context && configMapEntry(reference.at("name").string, reference.at("key").string, context)?.text();
}

/** compose's `environment`, with what it substitutes itself. */
export function composeEnvironment(environment: YamlValue, envFile: boolean): Environment {
  return { variables: writtenEnvironment(environment, expandCompose), complete: !envFile };
}

/** A mapping or a list of `KEY=value`, read as its platform reads values; a bare key comes from the caller's shell. */
export function writtenEnvironment(environment: YamlValue, expand = (text: Mapped): Mapped => text): Variables {
  const variables = new Map<string, Mapped | undefined>();
  const set = (name: string, text: Mapped | undefined): void => {
    const expanded = text && expand(text);
    variables.set(name, expanded && isReadable(expanded.value) ? expanded : undefined);
  };
  for (const entry of environment.allEntries()) if (entry.key) set(entry.key.value, entry.text());
  for (const item of environment.items()) {
    const text = item.text();
    if (!text) continue;
    const equals = text.value.indexOf("=");
    if (equals < 0) variables.set(text.value, undefined);
    else set(text.value.slice(0, equals), slice(text, equals + 1));
  }
  return variables;
}

function emptyAt(entry: YamlValue): Mapped | undefined {
  const { span } = entry;
  return span && { value: "", starts: [], ends: [], span: { start: span.end, end: span.end } };
}
