import type { Gpu } from "../../catalog/facts.ts";
import { figure } from "../../catalog/quantity.ts";
import { message } from "../message.ts";
import type { Assumption, PoolLinks } from "../settled.ts";
import type { KvTier, WrittenTier } from "./kv-tiers.ts";

/** Share of PCIe's rate that copies of blocks between pinned memory and a GPU reach (26 of 32 GB/s on PCIe 4, 52 of 64 on PCIe 5). */
const copyShare = 0.8;
/** From the call of a copy to its first byte: a launch on a stream of its own. */
const copyLatencySeconds = 20e-6;
/** One NVMe disk on PCIe 4 x4, as data-centre drives are specified. */
const disk = { readBytesPerSecond: 7e9, writeBytesPerSecond: 5e9, latencySeconds: 100e-6 };
/** A request to a store behind a network: one round trip and its software. */
const storeLatencySeconds = 200e-6;
/** Share of a network's rate that reads of a store reach. */
const networkShare = 0.8;
/** A server of which nobody says how large it is. */
const assumedServerBytes = 2 ** 40;

/** Where a pool's GPUs stand. */
export interface TierPlace {
  readonly gpu: Gpu;
  readonly links: PoolLinks;
  /** GPUs that hold the cache of one sequence: attention replicas have caches of their own. */
  readonly ranks: number;
}

export interface CompletedTier {
  readonly tier: KvTier;
  readonly assumed: readonly Assumption[];
}

/** A store with what its file leaves out; what rests on no word of the file is listed. */
export function completedTier(written: WrittenTier, place: TierPlace): CompletedTier {
  const speeds = speedsOf(written.kind, place);
  const assumed: Assumption[] = [];
  if (written.readBytesPerSecond === undefined || written.writeBytesPerSecond === undefined)
    assumed.push({ what: "kvTiers", value: `${written.kind} ${figure(speeds.readBytesPerSecond / 1e9)} GB/s`, why: speeds.why });
  if (written.size === undefined)
    assumed.push({ what: "kvTiers", value: `${written.kind} 1 TiB`, why: message("nobody says how large this store of KV cache is") });
  return {
    assumed,
    tier: {
      kind: written.kind,
      size: written.size ?? { kind: "bytes", bytes: assumedServerBytes },
      readBytesPerSecond: written.readBytesPerSecond ?? speeds.readBytesPerSecond,
      writeBytesPerSecond: written.writeBytesPerSecond ?? speeds.writeBytesPerSecond,
      latencySeconds: written.latencySeconds ?? speeds.latencySeconds,
      blockTokens: written.blockTokens ?? 0,
      writePolicy: written.writePolicy ?? "write-through",
      shared: written.shared ?? (written.kind === "remote" ? "all" : "engine"),
      serverBytesPerSecond: written.serverBytesPerSecond ?? null,
    },
  };
}

function speedsOf(kind: KvTier["kind"], { gpu, links, ranks }: TierPlace) {
  switch (kind) {
    case "dram": {
      // Every GPU copies its share over its own link.
      const rate = gpu.pcie.bytesPerSecond * copyShare * ranks;
      return {
        readBytesPerSecond: rate,
        writeBytesPerSecond: rate,
        latencySeconds: copyLatencySeconds,
        why: message("copies between host and GPU over {0}", gpu.pcie.name),
      };
    }
    case "ssd":
      return {
        readBytesPerSecond: disk.readBytesPerSecond,
        writeBytesPerSecond: disk.writeBytesPerSecond,
        latencySeconds: disk.latencySeconds,
        why: message("one NVMe disk on PCIe 4"),
      };
    case "remote": {
      const rate = links.interNode.bytesPerSecond * networkShare * ranks;
      return {
        readBytesPerSecond: rate,
        writeBytesPerSecond: rate,
        latencySeconds: storeLatencySeconds + links.latencySeconds,
        why: message("the network between nodes, one port for each GPU"),
      };
    }
    default: {
      const never: never = kind;
      return never;
    }
  }
}
