import { spanOf } from "../../deployment/mapped.ts";
import type { Span } from "../../deployment/text.ts";
import type { YamlValue } from "../../deployment/yaml-document.ts";
import { namespaceOf, readableText } from "../kubernetes/manifest-pods.ts";
import type { PodService } from "./services.ts";

/** A host outside the cluster under which a Service is reached. */
export interface RoutedHost {
  readonly kind: string;
  readonly name: string;
  readonly scheme: "http" | "https";
  readonly host: string;
  /** In front of the server's own paths; "" = they stay as they are. */
  readonly prefix: string;
  readonly span: Span;
}

interface Rule {
  readonly service: string;
  /** What the outer path begins with, and what it becomes; undefined where the server's metrics page is not behind it. */
  readonly prefix: string | undefined;
}

/** The hosts that an Ingress, a Gateway's HTTPRoute or a Route of OpenShift leads to these Services, where their metrics page is among what it leads on. */
export function routesTo(services: readonly PodService[], objects: readonly YamlValue[]): readonly RoutedHost[] {
  return objects.flatMap((root) => {
    switch (`${root.at("apiVersion").string.replace(/\/.*$/, "")} ${root.at("kind").string}`) {
      case "networking.k8s.io Ingress":
        return ingressHosts(root, services);
      case "gateway.networking.k8s.io HTTPRoute":
        return routeHosts(root, services, objects);
      case "route.openshift.io Route":
        return openshiftHosts(root, services);
      default:
        return [];
    }
  });
}

function ingressHosts(root: YamlValue, services: readonly PodService[]): readonly RoutedHost[] {
  const spec = root.at("spec");
  const encrypted = new Set(
    spec
      .at("tls")
      .items()
      .flatMap((tls) => tls.at("hosts").items().map(readableText)),
  );
  return spec
    .at("rules")
    .items()
    .flatMap((rule) => {
      const paths = rule.at("http", "paths").items();
      const rules = paths.map((path): Rule => {
        const written = path.at("path").exists ? readableText(path.at("path")) : "/";
        const type = path.at("pathType").string;
        const leadsOn = written === "/" ? type !== "Exact" : written === "/metrics";
        return { service: path.at("backend", "service", "name").string, prefix: leadsOn ? "" : undefined };
      });
      return hosts(root, [rule.at("host")], rules, services, (host) => (encrypted.has(host) ? "https" : "http"));
    });
}

function routeHosts(root: YamlValue, services: readonly PodService[], objects: readonly YamlValue[]): readonly RoutedHost[] {
  const spec = root.at("spec");
  const rules = spec
    .at("rules")
    .items()
    .flatMap((rule): readonly Rule[] => {
      const prefix = routePrefix(rule);
      const backends = rule.at("backendRefs").items();
      return backends.filter(isService).map((backend) => ({ service: backend.at("name").string, prefix }));
    });
  const isEncrypted = spec
    .at("parentRefs")
    .items()
    .some((parent) => objects.some((gateway) => encrypts(gateway, parent)));
  return hosts(root, spec.at("hostnames").items(), rules, services, () => (isEncrypted ? "https" : "http"));
}

function isService(backend: YamlValue): boolean {
  return /^(?:Service)?$/.test(backend.at("kind").string);
}

/** What stands in front of the server's own paths under one rule of a route. */
function routePrefix(rule: YamlValue): string | undefined {
  const matches = rule.at("matches").items();
  const paths = matches.map((match) => (match.at("path").exists ? readableText(match.at("path", "value")) : "/"));
  if (paths.length === 0 || paths.includes("/") || paths.includes("/metrics")) return "";
  const [prefix] = paths;
  const filters = rule.at("filters").items();
  const rewritten = filters.some((filter) => filter.at("urlRewrite", "path", "replacePrefixMatch").string === "/");
  return rewritten && prefix ? prefix.replace(/\/$/, "") : undefined;
}

/** A Gateway's listener that a route names, or any of it. */
function encrypts(gateway: YamlValue, parent: YamlValue): boolean {
  if (gateway.at("kind").string !== "Gateway" || gateway.at("metadata", "name").string !== parent.at("name").string) return false;
  const listeners = gateway.at("spec", "listeners").items();
  const section = parent.at("sectionName").string;
  return listeners.some((one) => one.at("protocol").string === "HTTPS" && (section === "" || one.at("name").string === section));
}

function openshiftHosts(root: YamlValue, services: readonly PodService[]): readonly RoutedHost[] {
  const spec = root.at("spec");
  const path = spec.at("path").string;
  const rule: Rule = { service: spec.at("to", "name").string, prefix: path === "" || path === "/" ? "" : undefined };
  return hosts(root, [spec.at("host")], [rule], services, () => (spec.at("tls").exists ? "https" : "http"));
}

function hosts(
  root: YamlValue,
  names: readonly YamlValue[],
  rules: readonly Rule[],
  services: readonly PodService[],
  schemeOf: (host: string) => RoutedHost["scheme"],
): readonly RoutedHost[] {
  const own = namespaceOf(root);
  const isMeant = ({ service }: Rule): boolean =>
    services.some(({ name, namespace }) => name === service && (own === null || namespace === null || own === namespace));
  const rule = rules.find((one) => one.prefix !== undefined && isMeant(one));
  if (rule?.prefix === undefined) return [];
  const { prefix } = rule;
  return names.flatMap((name): RoutedHost[] => {
    const text = name.text();
    const host = readableText(name);
    if (!text || host === null || !/^[\w-]+(?:\.[\w-]+)*$/.test(host)) return [];
    return [
      { kind: root.at("kind").string, name: root.at("metadata", "name").string, scheme: schemeOf(host), host, prefix, span: spanOf(text) },
    ];
  });
}
