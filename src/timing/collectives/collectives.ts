import type { SettledPool } from "../../deployment/settled.ts";
import {
  allToAllFloor,
  allToAllShare,
  type ByRanks,
  gatherFloor,
  gatherShare,
  linkReduce,
  networkHops,
  networkShare,
  pcieReduce,
  sendFloor,
  sendShare,
} from "../constants.ts";
import type { CollectiveKind } from "../measured/measured-collective.ts";
import { measuredCollective } from "../measured/pool-collectives.ts";
import type { Basis } from "../step-model.ts";

/** Exchanges between `ranks` neighbours of one instance. */
export interface Group {
  readonly ranks: number;
  /** Those of them on one node. */
  readonly inside: number;
  /** Nodes that the group reaches over; 1 = all in one. */
  readonly nodes: number;
}

/** The group of `ranks` whose members lie `apart` GPUs from each other: 1 = neighbours, rank 0 first. */
export function groupOf(ranks: number, { gpusPerNode, links: { interNode } }: SettledPool, apart = 1): Group {
  // Where the GPUs of several nodes share one switched fabric, the nodes make no difference.
  if (interNode.kind !== "network") return { ranks, inside: ranks, nodes: 1 };
  const inside = Math.max(1, Math.min(ranks, Math.floor(gpusPerNode / apart)));
  return { ranks, inside, nodes: Math.ceil(ranks / inside) };
}

/** Ulysses ranks: tensor ranks lie next to each other, sequence ranks a tensor group apart. */
export function sequenceGroup(sequence: number, tensor: number, pool: SettledPool): Group {
  return groupOf(sequence, pool, tensor);
}

/** What exchanges of a group rest on: measured between these very GPUs, taken over from others, or the data sheets of links alone. */
export function exchangeBasis({ linkKernels, gpu }: SettledPool, { nodes }: Group): Basis {
  if (nodes > 1 || !linkKernels) return "analytical";
  return linkKernels.measuredOn.id === gpu.id ? "measured" : "interpolated";
}

/** Between 2, 4 and 8 ranks by the logarithm; beyond 8 as at 8. */
function byRanks([two, four, eight]: ByRanks, ranks: number): number {
  const step = Math.min(2, Math.max(0, Math.log2(ranks) - 1));
  return step <= 1 ? two + (four - two) * step : four + (eight - four) * (step - 1);
}

/** Sum over the group, everywhere: inside a node as measured, else floor + 2 (n − 1) / n · bytes over the link; between nodes the slower network is on the way. */
export function allReduceSeconds(pool: SettledPool, { ranks, inside, nodes }: Group, bytes: number): number {
  if (ranks <= 1) return 0;
  const { intraNode, interNode, latencySeconds } = pool.links;
  const shares = (): number => {
    const { floor, share } = intraNode.kind === "pcie" ? pcieReduce : linkReduce;
    return byRanks(floor, inside) + ((2 * (inside - 1)) / inside) * (bytes / (intraNode.bytesPerSecond * byRanks(share, inside)));
  };
  const local = inside > 1 ? (measuredCollective(pool, "all_reduce")?.seconds(inside, bytes) ?? shares()) : 0;
  if (nodes <= 1) return local;
  // Each GPU's share goes over its own port; the messages make several hops.
  const across = ((2 * (nodes - 1)) / nodes) * (bytes / inside / (interNode.bytesPerSecond * networkShare));
  return local + 2 * networkHops * latencySeconds + across;
}

/** An exchange in which each byte moves once: what was measured of it, and the shares where nothing was. */
interface Move {
  readonly kind: CollectiveKind;
  readonly floor: number;
  readonly share: number;
}

const gather: Move = { kind: "all_gather", floor: gatherFloor, share: gatherShare };
const scatter: Move = { kind: "reduce_scatter", floor: gatherFloor, share: gatherShare };
const allToAll: Move = { kind: "alltoall", floor: allToAllFloor, share: allToAllShare };

/** Each rank holds `bytes` in the end, of which it had its share. */
export function gatherSeconds(pool: SettledPool, group: Group, bytes: number): number {
  return moved(gather, pool, group, bytes);
}

/** Each rank has `bytes`, and in the end the sum of its share of them. */
export function scatterSeconds(pool: SettledPool, group: Group, bytes: number): number {
  return moved(scatter, pool, group, bytes);
}

/** Each rank sends `bytes` in all, all but its own share to others. */
export function allToAllSeconds(pool: SettledPool, group: Group, bytes: number): number {
  return moved(allToAll, pool, group, bytes);
}

function moved({ kind, floor, share }: Move, pool: SettledPool, { ranks, inside, nodes }: Group, bytes: number): number {
  if (ranks <= 1) return 0;
  const { intraNode, interNode, latencySeconds } = pool.links;
  const shares = (): number => {
    const pcie = intraNode.kind === "pcie" ? byRanks([1, 0.25, 0.1], inside) : 1;
    return floor + (bytes * (inside - 1)) / ranks / (intraNode.bytesPerSecond * share * pcie);
  };
  // Of a larger group the node's part is exchanged inside it.
  const local = measuredCollective(pool, kind)?.seconds(inside, (bytes * inside) / ranks) ?? shares();
  if (nodes <= 1) return local;
  const remote = (bytes * (ranks - inside)) / ranks / (interNode.bytesPerSecond * networkShare);
  return networkHops * latencySeconds + Math.max(local, floor + remote);
}

/** Each rank sends `toNodes` bytes to other nodes, every token to a node once, where they are handed on: `toRanks` bytes in all. */
export function forwardedSeconds(pool: SettledPool, { inside }: Group, toNodes: number, toRanks: number): number {
  const { interNode, latencySeconds } = pool.links;
  const handedOn = allToAllSeconds(pool, { ranks: inside, inside, nodes: 1 }, toRanks);
  return networkHops * latencySeconds + Math.max(handedOn, allToAllFloor + toNodes / (interNode.bytesPerSecond * networkShare));
}

/** Point to point to the next pipeline stage. */
export function sendSeconds({ links }: SettledPool, bytes: number, betweenNodes: boolean): number {
  const link = betweenNodes ? links.interNode : links.intraNode;
  const share = betweenNodes ? networkShare : sendShare;
  return sendFloor + (betweenNodes ? links.latencySeconds : 0) + bytes / (link.bytesPerSecond * share);
}
