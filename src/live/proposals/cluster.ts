import type { Deployment } from "../../deployment/deployment.ts";
import type { JoinedText } from "../../deployment/joined-text.ts";
import { message } from "../../deployment/message.ts";
import type { YamlDocument, YamlValue } from "../../deployment/yaml-document.ts";
import { namespaceOf } from "../kubernetes/manifest-pods.ts";
import { documentOf } from "../kubernetes/pool-documents.ts";
import { chartPorts } from "./chart-ports.ts";
import { type EnginePort, enginePort } from "./engine-ports.ts";
import { madeService } from "./made-services.ts";
import { podTemplates } from "./pod-templates.ts";
import type { Proposal } from "./proposal.ts";
import { type RoutedHost, routesTo } from "./routes.ts";
import { type PodService, type ServicePort, servicesOf } from "./services.ts";

/** The Services before a deployment's pods, among the objects of its own file and of those beside it. */
export function deploymentServices(joined: JoinedText, objects: readonly YamlValue[], { pools }: Deployment): readonly PodService[] {
  const own = new Set(pools.flatMap((pool) => documentOf(joined, pool) ?? []));
  return [...own].flatMap(({ root }) => [...servicesOf(objects, podTemplates(root), namespaceOf(root)), ...madeService(root)]);
}

/** Where a cluster's pods are reached from outside: hosts that lead to their Services, and ports that are forwarded to this machine. */
export function clusterProposals(joined: JoinedText, beside: readonly YamlDocument[], deployment: Deployment): readonly Proposal[] {
  const { pools } = deployment;
  const objects = [...joined.documents, ...beside].map(({ root }) => root);
  const services = deploymentServices(joined, objects, deployment);
  const listens = pools.flatMap((pool) => enginePort(pool, deployment) ?? []);
  const page = listens[0]?.page ?? "";
  const isOnePod = pools.every(({ instances }) => instances?.value === 1);
  const at = (span: ServicePort["span"]): Pick<Proposal, "at"> => ({ at: joined.lines.range(span) });
  const charted = deployment.format.startsWith("helm-")
    ? pools.flatMap((pool) => {
        const root = documentOf(joined, pool)?.root;
        return root ? chartPorts(root, joined.lines.span(pool.extent)) : [];
      })
    : [];
  return [
    ...routesTo(services, objects).map((route) => ({ ...routed(route, page, isOnePod), ...at(route.span) })),
    ...services.flatMap((service) =>
      metricsPorts(service.ports, listens).flatMap((port) =>
        [...outside(service, port, page), forwarded(service, port, page)].map((one) => ({ ...one, ...at(port.span) })),
      ),
    ),
    ...charted.map(({ port, span }) => ({
      address: `localhost:${localPort(port, undefined)}${page}`,
      why: message("the chart's service port {0}, where it is forwarded to this machine", port),
      ...at(span),
    })),
  ];
}

function routed({ kind, name, scheme, host, prefix }: RoutedHost, page: string, isOnePod: boolean): Proposal {
  const path = prefix === "" ? page : `${prefix}${page === "" ? "/metrics" : page}`;
  const why = isOnePod
    ? message("host of the {0} {1}", kind, name)
    : message("host of the {0} {1}; of several pods behind it, each look may meet another", kind, name);
  return { address: `${scheme}://${host}${path}`, why };
}

/** Those of the engine itself, else those that are there for metrics, else all. */
function metricsPorts(ports: readonly ServicePort[], listens: readonly EnginePort[]): readonly ServicePort[] {
  const own = ports.filter(({ target }) => listens.some(({ port }) => port === target));
  const named = ports.filter(({ name }) => /metrics|prom/i.test(name));
  return own.length > 0 ? own : named.length > 0 ? named : ports;
}

function outside({ name, outside: addresses }: PodService, { port }: ServicePort, page: string): readonly Proposal[] {
  return addresses.map((address) => ({
    address: `http://${address}:${port}${page}`,
    why: message("outer address of the Service {0}", name),
  }));
}

function forwarded({ name, namespace }: PodService, { port, target }: ServicePort, page: string): Proposal {
  const local = localPort(port, target);
  const place = namespace === null ? "" : `-n ${namespace} `;
  const command = `kubectl ${place}port-forward svc/${name} ${local}:${port}`;
  return { address: `localhost:${local}${page}`, why: message("Service {0}, while this runs: {1}", name, command) };
}

/** Ports below 1024 are the system's: nobody forwards to one. */
function localPort(port: number, target: number | undefined): number {
  return [port, target ?? 0].find((one) => one >= 1024) ?? 8000 + (port % 1000);
}
