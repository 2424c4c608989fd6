import { desktopGpus } from "./desktop-gpus.mjs";
import { driverTotals } from "./driver-totals.mjs";
import { furtherGpus, furtherLinks, furtherPeaks, pcieGenerations } from "./gpu-additions.mjs";
import { aliases } from "./gpu-aliases.mjs";
import { furtherInstances } from "./instance-additions.mjs";

/** Accelerators as the catalogue's `Gpu`: dense peaks in FLOP/s, links in bytes per second of one direction. */
export function gpuRows(facts) {
  const rows = Object.entries(facts).map(([id, gpu]) => row(id, gpu));
  for (const { id, like, ...changes } of [...furtherGpus, ...desktopGpus]) {
    const base = like ? rows.find((gpu) => gpu.id === like) : {};
    rows.push({ ...base, ...changes, id, aliases: aliases[id] ?? [] });
  }
  return rows.map((gpu) => ({ ...withTotal(gpu), scaleUp: meshed(gpu.scaleUp) }));
}

function withTotal(gpu) {
  const [gib, source] = driverTotals[gpu.id] ?? [];
  if (gib === undefined) return gpu;
  const driverBytes = Math.round(gib * 2 ** 30);
  // Some data sheets say GB and mean GiB.
  const memoryBytes = Math.max(gpu.memoryBytes, Math.ceil(gib) * 2 ** 30 * Number(driverBytes > gpu.memoryBytes));
  return { ...gpu, memoryBytes, driverBytes, driverBytesAssumed: false, sources: [...gpu.sources, source] };
}

/** Machine types with their GPUs, as the catalogue's `InstanceType`. */
export function instanceRows(facts) {
  const known = facts.map(({ cloud, type, gpu, count }) => ({ cloud, name: type, gpu, gpus: count }));
  const further = furtherInstances.flatMap(({ cloud, types }) =>
    Object.entries(types).map(([name, [gpu, gpus]]) => ({ cloud, name, gpu, gpus })),
  );
  return [...known, ...further];
}

function row(id, gpu) {
  const peaks = furtherPeaks[id];
  const links = furtherLinks[id];
  return {
    id,
    vendor: gpu.vendor,
    architecture: gpu.architecture,
    computeCapability: gpu.computeCapability,
    memoryBytes: gpu.memoryBytes,
    ...driver(gpu),
    memoryBytesPerSecond: gpu.memoryBandwidthBytesPerSec,
    flops: { ...flops(gpu.tflopsDense), ...peaks?.flops },
    scaleUp: links?.scaleUp ?? scaleUp(gpu),
    pcie: pcie(gpu),
    scaleUpGpus: links?.scaleUpGpus ?? scaleUpGpus(id, gpu),
    watts: gpu.tdpWatts,
    aliases: [...new Set([...labels(gpu), ...(aliases[id] ?? [])])],
    sources: [
      ...gpu.sources.map((source) => source.split(/[:(]/)[0].trim()).slice(0, 3),
      ...[peaks, links].flatMap((one) => one?.source ?? []),
    ],
  };
}

/** Engines multiply what the driver reports; where nobody published it, the nvidia-smi total less 0.5 %, else 1.5 % below nominal. */
function driver({ driverReportedBytes, driverReported, memoryBytes }) {
  if (driverReportedBytes) return { driverBytes: driverReportedBytes, driverBytesAssumed: false };
  const smi = driverReported?.smiTotalMiB;
  return { driverBytes: Math.round(smi ? smi * 2 ** 20 * 0.995 : memoryBytes * 0.985), driverBytesAssumed: true };
}

function flops(tera) {
  return Object.fromEntries(
    Object.entries(tera)
      .filter(([, value]) => value)
      .map(([type, value]) => [type, value * 1e12]),
  );
}

/** The C2C link of GH200 joins a GPU to its CPU, not to another GPU. */
function scaleUp({ scaleUp: link }) {
  if (!link || /C2C/.test(link.link)) return null;
  const kind = /NVLink/.test(link.link) ? "nvlink" : /xGMI|Infinity/.test(link.link) ? "xgmi" : "other";
  return meshed({ kind, name: link.link, bytesPerSecond: link.unidirectionalBytesPerSec, switched: link.switched });
}

/** The facts say it in the link's name. */
function meshed(link) {
  return link && /\bmesh\b/.test(link.name) ? { ...link, mesh: true } : link;
}

function scaleUpGpus(id, gpu) {
  const link = scaleUp(gpu);
  if (!link) return 1;
  if (/^GB[23]00/.test(id)) return 72;
  if (/pairs/.test(link.name)) return 2;
  return gpu.vendor === "google" ? 256 : id === "MI210" ? 4 : 8;
}

function pcie(gpu) {
  const generation = gpu.pcie?.generation ?? pcieGenerations[gpu.architecture.split(" ")[0]] ?? 4;
  const lanes = gpu.pcie?.lanes ?? 16;
  const bytesPerSecond = gpu.pcie?.unidirectionalBytesPerSec ?? lanes * 2e9 * 2 ** (generation - 4);
  return { kind: "pcie", name: `PCIe ${generation} x${lanes}`, bytesPerSecond, switched: false };
}

/** `NVIDIA_H20-3e` stands beside the H20's labels, but is the 141 GB board: another GPU. */
function labels(gpu) {
  return [...gpu.k8sProductLabels, gpu.gke, ...[gpu.gkeAlso ?? []].flat()].filter((label) => label && !/H20-3e/.test(label));
}
