import type { YamlValue } from "../../deployment/yaml-document.ts";
import { readableText } from "../kubernetes/manifest-pods.ts";
import { namedPods } from "../kubernetes/workload-labels.ts";

/** What a workload's pods are called and declare, as far as its file says it. */
export interface PodTemplate {
  readonly labels: ReadonlyMap<string, string>;
  /** Container ports by name. */
  readonly ports: ReadonlyMap<string, number>;
}

/** Deeper than any kind keeps its pods. */
const deepest = 12;
/** Aliases may stand for more than a file can hold. */
const mostValues = 20_000;

/** The pods that an object makes, wherever its kind keeps them, and the labels that its controller gives them. */
export function podTemplates(root: YamlValue): readonly PodTemplate[] {
  const found: PodTemplate[] = [];
  let seen = 0;
  const walk = (value: YamlValue, depth: number): void => {
    if (++seen > mostValues) return;
    const containers = value.at("spec", "containers");
    if (containers.isList) found.push({ labels: labelsOf(value.at("metadata", "labels")), ports: portsOf(containers) });
    else if (depth < deepest) for (const below of [...value.entries(), ...value.items()]) walk(below, depth + 1);
  };
  walk(root, 0);
  const given = controllerLabels(root);
  return given.size > 0 ? [...found, { labels: given, ports: new Map(found.flatMap(({ ports }) => [...ports])) }] : found;
}

/** Labels and the words they have; those that cannot be read are left out. */
export function labelsOf(labels: YamlValue): ReadonlyMap<string, string> {
  return new Map(
    labels.allEntries().flatMap((entry) => {
      const value = readableText(entry);
      return value === null || !entry.key ? [] : [[entry.key.value, value] as const];
    }),
  );
}

function controllerLabels(root: YamlValue): ReadonlyMap<string, string> {
  const name = readableText(root.at("metadata", "name"));
  const selectors = name === null ? [] : (namedPods(root.at("kind").string, root.at("apiVersion").string)?.selectors ?? []);
  return new Map(
    selectors
      .flatMap((selector) => selector.split(","))
      .flatMap((part) => {
        const [, label, value] = /^([\w./-]+)=(.+)$/.exec(part) ?? [];
        return label === undefined || value === undefined ? [] : [[label, value.replaceAll("NAME", name ?? "")] as const];
      }),
  );
}

function portsOf(containers: YamlValue): ReadonlyMap<string, number> {
  return new Map(
    containers.items().flatMap((container) =>
      container
        .at("ports")
        .items()
        .flatMap((port) => {
          const name = readableText(port.at("name"));
          const number = Number(readableText(port.at("containerPort")) ?? Number.NaN);
          return name === null || Number.isNaN(number) ? [] : [[name, number] as const];
        }),
    ),
  );
}
