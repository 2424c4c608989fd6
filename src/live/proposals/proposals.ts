import type { Deployment } from "../../deployment/deployment.ts";
import { JoinedText } from "../../deployment/joined-text.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { RelatedFile } from "../../deployment/neighbours.ts";
import { areInCluster, documentOf } from "../kubernetes/pool-documents.ts";
import { clusterProposals } from "./cluster.ts";
import { composeProposals } from "./compose.ts";
import { type EnginePort, enginePort } from "./engine-ports.ts";
import type { Proposal } from "./proposal.ts";

/** More than anybody reads in a list. */
const mostProposals = 24;

/** Where the servers of a deployment may be reached, by its file and those beside it, the surest first; each address once. */
export function proposals(text: string, beside: readonly RelatedFile[], deployment: Deployment): readonly Proposal[] {
  const found = placed(new JoinedText(text), beside, deployment);
  return found.filter(({ address }, i) => found.findIndex((one) => one.address === address) === i).slice(0, mostProposals);
}

function placed(joined: JoinedText, beside: readonly RelatedFile[], deployment: Deployment): readonly Proposal[] {
  // A container's own port is none of its host's.
  if (deployment.format === "docker-compose") return composeProposals(joined, deployment);
  const roots = deployment.pools.flatMap((pool) => documentOf(joined, pool)?.root ?? []);
  const isInCluster = areInCluster(roots, deployment);
  const outside = isInCluster
    ? clusterProposals(
        joined,
        beside.flatMap((file) => joined.documentsOf(file)),
        deployment,
      )
    : [];
  const own = deployment.pools.flatMap((pool) => enginePort(pool, deployment) ?? []);
  if (!isInCluster) return own.map(here);
  // Where a Service stands before the pods, a port that nobody wrote adds nothing.
  return [...outside, ...own.filter(({ at }) => at !== undefined || outside.length === 0).map(forwarded)];
}

function here({ host, port, page, at }: EnginePort): Proposal {
  return { address: `${host}:${port}${page}`, why: hereWords(host, at !== undefined), ...(at ? { at } : {}) };
}

function hereWords(host: string, isWritten: boolean): Message {
  if (host !== "localhost") return message("where the file has it listen");
  return isWritten ? message("the engine's port in the file, on this machine") : message("the engine's own port, on this machine");
}

function forwarded({ port, page, at }: EnginePort): Proposal {
  const why = at
    ? message("the engine's port in the file, where it is forwarded to this machine")
    : message("the engine's own port, where it is forwarded to this machine");
  return { address: `localhost:${port}${page}`, why, ...(at ? { at } : {}) };
}
