import type { ClusterPlan } from "./cluster.ts";
import type { Core } from "./fleet.ts";
import type { Path } from "./transfers.ts";

/** Ports of a core: each way within its node, and between nodes. */
const portsPerCore = 4;

/** Where cores stand, and the links between them: ports of each core, and each node's own network where that is narrower than its ports. */
export class Topology {
  /** Bytes in a nanosecond, by link. */
  readonly capacity: Float64Array;
  private readonly nodes: Int32Array;
  private readonly firstNodeLink: number;
  private readonly hasNodeLinks: boolean;
  private readonly found = { from: -1, to: -1, fromNode: -1, toNode: -1 };

  constructor({ pools, nodes, nodeBytesPerSecond }: ClusterPlan, cores: readonly Core[]) {
    this.nodes = Int32Array.from(cores, ({ replica }) => nodes[replica] as number);
    this.firstNodeLink = portsPerCore * cores.length;
    this.hasNodeLinks = nodeBytesPerSecond !== null;
    const nodeLinks = nodeBytesPerSecond === null ? 0 : 2 * (1 + this.nodes.reduce((most, node) => Math.max(most, node), 0));
    this.capacity = new Float64Array(this.firstNodeLink + nodeLinks).fill((nodeBytesPerSecond ?? 0) / 1e9);
    for (const [c, { pool }] of cores.entries()) {
      const { near, far } = (pools[pool] as ClusterPlan["pools"][number]).ports;
      this.capacity.fill(near / 1e9, portsPerCore * c, portsPerCore * c + 2);
      this.capacity.fill(far / 1e9, portsPerCore * c + 2, portsPerCore * (c + 1));
    }
  }

  areNear(from: number, to: number): boolean {
    return this.nodes[from] === this.nodes[to];
  }

  /** Links from core to core; the answer holds until the next question. */
  path(from: number, to: number): Path {
    const { found } = this;
    const near = this.areNear(from, to);
    found.from = portsPerCore * from + (near ? 0 : 2);
    found.to = portsPerCore * to + (near ? 1 : 3);
    found.fromNode = near || !this.hasNodeLinks ? -1 : this.firstNodeLink + 2 * (this.nodes[from] as number);
    found.toNode = near || !this.hasNodeLinks ? -1 : this.firstNodeLink + 2 * (this.nodes[to] as number) + 1;
    return found;
  }
}
