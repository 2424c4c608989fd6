import type { Gpu, Link } from "../catalog/facts.ts";
import type { Pool } from "./deployment.ts";
import type { Known } from "./located.ts";
import { message } from "./message.ts";
import { type Assumption, gpusPerInstance, type Layout, type PoolLinks } from "./settled.ts";

/** A board of eight is what servers of data-centre GPUs have when nothing else is said. */
const boardGpus = 8;
/** 400 Gbit/s a GPU: one InfiniBand NDR or 400 GbE port each, as on HGX H100 servers. */
const assumedNetwork = 50e9;
/** One message between nodes over RDMA (NCCL, InfiniBand): a few µs; assumed where nobody says. */
const networkLatencySeconds = 5e-6;

export interface PlacedPool {
  readonly gpusPerNode: number;
  readonly nodes: number;
  readonly links: PoolLinks;
  readonly assumed: readonly Assumption[];
}

/** GPUs of a node, nodes of an instance, and the links between them. */
export function placed({ hardware, overrides }: Pool, gpu: Gpu, layout: Layout): PlacedPool {
  const needed = gpusPerInstance(layout);
  const said = hardware.gpusPerNode?.value ?? perNode(hardware.gpusPerInstance, hardware.nodes);
  // One pod is inferred to be one node; sixteen GPUs that nobody counted are still two boards.
  const nodesSaid = hardware.nodes?.origin === "inferred" && said === undefined ? undefined : hardware.nodes?.value;
  const board = Math.min(needed, boardGpus);
  const gpusPerNode = Math.max(1, said ?? (nodesSaid ? Math.ceil(needed / nodesSaid) : board));
  const nodes = Math.max(nodesSaid ?? 1, Math.ceil(needed / gpusPerNode));
  const assumed: Assumption[] = [];
  if (said === undefined && needed > 1) {
    assumed.push({
      what: "gpusPerNode",
      value: String(gpusPerNode),
      why: message("the file asks for no number of GPUs; {0} are what its parallel sizes need", needed),
    });
  }
  const inNode = Math.min(gpusPerNode, needed);
  const domain = gpu.scaleUp && gpu.scaleUpGpus >= needed && gpu.scaleUpGpus > boardGpus ? gpu.scaleUp : undefined;
  const intraNode = gpu.scaleUp && inNode <= gpu.scaleUpGpus ? among(inNode, gpu.scaleUp, gpu.scaleUpGpus) : gpu.pcie;
  if (intraNode === gpu.pcie && gpu.pcieAssumed && inNode > 1 && overrides?.intraNodeBytesPerSecond === undefined) {
    assumed.push({ what: "links", value: intraNode.name, why: message("nobody says how the GPUs of a node are joined") });
  }
  const network = hardware.networkBytesPerSecond?.value ?? gpu.network?.bytesPerSecond;
  const networkAssumed = !domain && network === undefined && overrides?.interNodeBytesPerSecond === undefined;
  if (nodes > 1 && networkAssumed) {
    assumed.push({ what: "link", value: "400Gbps", why: message("nobody says how fast the network between the nodes is") });
  }
  const interNode: Link = domain ?? {
    kind: "network",
    name: network === undefined ? "network between nodes, assumed" : "network between nodes",
    bytesPerSecond: network ?? assumedNetwork,
    switched: true,
  };
  return {
    gpusPerNode,
    nodes,
    links: {
      intraNode: withSpeed(intraNode, overrides?.intraNodeBytesPerSecond),
      interNode: withSpeed(interNode, overrides?.interNodeBytesPerSecond),
      ...(networkAssumed ? { networkAssumed } : {}),
      latencySeconds: overrides?.latencySeconds ?? networkLatencySeconds,
    },
    assumed,
  };
}

/** Of a full mesh, the links to GPUs that take no part are idle. */
function among(gpus: number, link: Link, joined: number): Link {
  if (!link.mesh || gpus < 2 || gpus >= joined) return link;
  return { ...link, bytesPerSecond: (link.bytesPerSecond * (gpus - 1)) / (joined - 1) };
}

function perNode(instance: Known<number>, nodes: Known<number>): number | undefined {
  return instance && nodes ? Math.max(1, Math.floor(instance.value / nodes.value)) : undefined;
}

function withSpeed(link: Link, bytesPerSecond: number | undefined): Link {
  return bytesPerSecond === undefined ? link : { ...link, bytesPerSecond };
}
