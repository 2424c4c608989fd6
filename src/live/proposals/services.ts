import { spanOf } from "../../deployment/mapped.ts";
import type { Span } from "../../deployment/text.ts";
import type { YamlValue } from "../../deployment/yaml-document.ts";
import { namespaceOf, readableText } from "../kubernetes/manifest-pods.ts";
import { portNumber } from "./engine-ports.ts";
import { labelsOf, type PodTemplate } from "./pod-templates.ts";

/** A Service that stands before a deployment's pods. */
export interface PodService {
  readonly name: string;
  readonly namespace: string | null;
  /** The label selector of its pods. */
  readonly selector: string;
  readonly ports: readonly ServicePort[];
  /** Addresses outside the cluster that the file gives it. */
  readonly outside: readonly string[];
}

export interface ServicePort {
  readonly port: number;
  readonly name: string;
  /** Of the pods; undefined where it cannot be told. */
  readonly target: number | undefined;
  readonly span: Span;
}

/** The Services among the objects that choose pods of these templates. */
export function servicesOf(
  objects: readonly YamlValue[],
  templates: readonly PodTemplate[],
  namespace: string | null,
): readonly PodService[] {
  return objects.flatMap((root): PodService[] => {
    if (root.at("kind").string !== "Service" || root.at("apiVersion").string !== "v1") return [];
    const name = readableText(root.at("metadata", "name"));
    const own = namespaceOf(root);
    const template = templates.find((one) => chooses(root.at("spec", "selector"), one));
    if (name === null || !template || (own !== null && namespace !== null && own !== namespace)) return [];
    const selector = [...labelsOf(root.at("spec", "selector"))].map(([label, value]) => `${label}=${value}`).join(",");
    const ports = root.at("spec", "ports").items();
    return [
      {
        name,
        namespace: own ?? namespace,
        selector,
        ports: ports.flatMap((port) => servicePort(port, template)),
        outside: outsideOf(root),
      },
    ];
  });
}

/** All that it selects by stands on the pods. */
function chooses(selector: YamlValue, { labels }: PodTemplate): boolean {
  const wanted = selector.allEntries();
  return wanted.length > 0 && wanted.every((entry) => labels.get(entry.key?.value ?? "") === readableText(entry));
}

function servicePort(written: YamlValue, { ports }: PodTemplate): readonly ServicePort[] {
  const text = written.at("port").text();
  const port = portNumber(text?.value);
  if (!text || port === undefined || !/^(?:TCP)?$/.test(written.at("protocol").string)) return [];
  const target = written.at("targetPort");
  const targetText = readableText(target);
  const told = target.exists ? (portNumber(targetText) ?? ports.get(targetText ?? "")) : port;
  return [{ port, name: written.at("name").string, target: told, span: spanOf(text) }];
}

const externalName = "external-dns.alpha.kubernetes.io/hostname";

function outsideOf(root: YamlValue): readonly string[] {
  const spec = root.at("spec");
  const names = (readableText(root.at("metadata", "annotations", externalName)) ?? "").split(",").map((name) => name.trim());
  const addresses = [...spec.at("externalIPs").items().map(readableText), readableText(spec.at("loadBalancerIP"))];
  return [...names, ...addresses].filter((one): one is string => one !== null && /^[\w.-]+$/.test(one));
}
