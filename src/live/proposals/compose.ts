import type { Deployment, Pool } from "../../deployment/deployment.ts";
import type { JoinedText } from "../../deployment/joined-text.ts";
import { message } from "../../deployment/message.ts";
import { Service } from "../../deployment/readers/files/compose-service.ts";
import { type PublishedPort, publishedPorts } from "./compose-ports.ts";
import { type EnginePort, enginePort, hostOf } from "./engine-ports.ts";
import type { Proposal } from "./proposal.ts";

/** What compose publishes of the engines of a deployment on its host; one on the host's own network needs nothing published. */
export function composeProposals(joined: JoinedText, deployment: Deployment): readonly Proposal[] {
  return deployment.pools.flatMap((pool) => {
    const service = serviceOf(joined, pool);
    if (!service) return [];
    const listens = enginePort(pool, deployment);
    const page = listens?.page ?? "";
    if (service.get("network_mode").string === "host") return listens ? [hostNetwork(pool, listens)] : [];
    const published = publishedPorts(service.get("ports"));
    const wanted = listens ? published.filter(({ container }) => container === listens.port) : published;
    return wanted.flatMap((one) => proposalsOf(one, pool, page).map((words) => ({ ...words, at: joined.lines.range(one.span) })));
  });
}

function serviceOf({ documents, lines }: JoinedText, { extent }: Pool): Service | undefined {
  const at = lines.offset(extent.start);
  for (const { root } of documents) {
    const entries = root.at("services").entries();
    const own = entries.find(({ key }) => key?.span.start === at);
    if (own) return new Service(own, new Map(entries.flatMap((entry) => (entry.key ? [[entry.key.value, entry] as const] : []))));
  }
  return undefined;
}

function hostNetwork({ name }: Pool, { host, port, page, at }: EnginePort): Proposal {
  return { address: `${host}:${port}${page}`, why: message("{0} on the host's own network", name), ...(at ? { at } : {}) };
}

/** A fleet where each replica has its port, else each port that it may be. */
function proposalsOf({ container, host, boundTo }: PublishedPort, { name, instances }: Pool, page: string): readonly Proposal[] {
  const reached = hostOf(boundTo);
  const addresses = host.map((port) => `http://${reached === "localhost" ? "127.0.0.1" : reached}:${port}${page}`);
  const [only] = addresses;
  if (only !== undefined && addresses.length === 1) {
    return [{ address: only, why: message("compose publishes port {0} of {1} here", container, name) }];
  }
  if (instances?.value === addresses.length) {
    return [
      {
        address: addresses.join(" "),
        why: message("compose publishes port {0} of the {1} replicas of {2} here", container, addresses.length, name),
      },
    ];
  }
  return addresses.map((address) => ({ address, why: message("one of the ports that compose may publish {0} at", name) }));
}
