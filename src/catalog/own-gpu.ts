import type { DType, Gpu, Link } from "./facts.ts";

/** A GPU as a project describes it; what is not written may come from one that it is like. */
export interface WrittenGpu {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly vendor?: Gpu["vendor"] | undefined;
  readonly architecture?: string | undefined;
  readonly computeCapability?: number | undefined;
  readonly memoryBytes?: number | undefined;
  /** What its driver reports. */
  readonly usableBytes?: number | undefined;
  readonly memoryBytesPerSecond?: number | undefined;
  readonly flops: Readonly<Partial<Record<DType, number>>>;
  readonly intraNode?: WrittenLink | undefined;
  readonly interNodeBytesPerSecond?: number | undefined;
  readonly watts?: number | undefined;
}

export interface WrittenLink {
  readonly kind?: Link["kind"] | undefined;
  readonly bytesPerSecond: number;
  /** GPUs that it joins. */
  readonly gpus?: number | undefined;
  readonly switched?: boolean | undefined;
}

/** A project's own GPU. */
export interface OwnGpu {
  readonly gpu: Gpu;
  /** Its kernels are those of this one, scaled; null = those of its generation. */
  readonly like: Gpu | null;
}

/** Share of the nominal capacity that drivers of cards with their own memory report, where nobody says. */
const driverShare = 0.985;
/** A board of data-centre GPUs. */
const boardGpus = 8;
const assumedPcie: Link = { kind: "pcie", name: "PCIe 4 x16, assumed", bytesPerSecond: 32e9, switched: false };

/** Undefined where the figures that nothing can do without are not there: memory, its bandwidth and a 16-bit rate. */
export function ownGpu(written: WrittenGpu, like: Gpu | undefined, source: string): Gpu | undefined {
  const memoryBytes = written.memoryBytes ?? like?.memoryBytes;
  const memoryBytesPerSecond = written.memoryBytesPerSecond ?? like?.memoryBytesPerSecond;
  const flops = flopsOf(written.flops, like?.flops ?? {});
  if (memoryBytes === undefined || memoryBytesPerSecond === undefined || plainFlops(flops) === undefined) return undefined;
  const vendor = written.vendor ?? like?.vendor ?? (written.computeCapability === undefined ? "other" : "nvidia");
  const reported = like ? like.driverBytes / like.memoryBytes : driverShare;
  return {
    id: written.name.replace(/\s+/g, "-"),
    vendor,
    architecture: written.architecture ?? like?.architecture ?? vendor,
    computeCapability: vendor === "nvidia" ? (written.computeCapability ?? like?.computeCapability ?? null) : null,
    memoryBytes,
    driverBytes: written.usableBytes ?? Math.round(memoryBytes * reported),
    driverBytesAssumed: written.usableBytes === undefined,
    memoryBytesPerSecond,
    flops,
    ...linksOf(written, like),
    watts: written.watts ?? like?.watts ?? null,
    aliases: written.aliases,
    sources: [source, ...(like ? [`as the ${like.id}`] : [])],
  };
}

/** Formats that are not written keep their ratio to 16 bit. */
function flopsOf(written: WrittenGpu["flops"], like: Gpu["flops"]): Gpu["flops"] {
  const own = plainFlops(written);
  const theirs = plainFlops(like);
  const ratio = own === undefined || theirs === undefined ? 1 : own / theirs;
  return { ...Object.fromEntries(Object.entries(like).map(([format, peak]) => [format, peak * ratio])), ...written };
}

function plainFlops({ bf16, fp16 }: Gpu["flops"]): number | undefined {
  return bf16 ?? fp16;
}

function linksOf(
  { intraNode, interNodeBytesPerSecond }: WrittenGpu,
  like: Gpu | undefined,
): Pick<Gpu, "scaleUp" | "scaleUpGpus" | "pcie" | "pcieAssumed" | "network"> {
  const network: Link | undefined =
    interNodeBytesPerSecond === undefined
      ? like?.network
      : { kind: "network", name: "network between nodes", bytesPerSecond: interNodeBytesPerSecond, switched: true };
  const between = network ? { network } : {};
  const pcie = like?.pcie ?? assumedPcie;
  if (!intraNode) {
    const { scaleUp = null, scaleUpGpus = 1 } = like ?? {};
    return { scaleUp, scaleUpGpus, pcie, ...(like ? {} : { pcieAssumed: true }), ...between };
  }
  const before = like?.scaleUp;
  const kind = intraNode.kind ?? before?.kind ?? (like ? "pcie" : "other");
  const link: Link = {
    kind,
    name: before?.kind === kind ? before.name : linkNames[kind],
    bytesPerSecond: intraNode.bytesPerSecond,
    switched: intraNode.switched ?? (before?.kind === kind && before.switched),
    ...(before?.kind === kind && before.mesh && !intraNode.switched ? { mesh: true } : {}),
  };
  if (kind === "pcie") return { scaleUp: null, scaleUpGpus: 1, pcie: link, ...between };
  return { scaleUp: link, scaleUpGpus: intraNode.gpus ?? (before ? like.scaleUpGpus : boardGpus), pcie, ...between };
}

const linkNames: Readonly<Record<Link["kind"], string>> = {
  nvlink: "NVLink",
  xgmi: "Infinity Fabric (xGMI)",
  pcie: "PCIe",
  network: "network",
  other: "link between GPUs",
};
