import type { Gpu } from "./facts.ts";

/** GPUs that can be split, and the compute slices of a whole one (NVIDIA MIG user guide, "Supported MIG profiles"). */
const computeSlices: readonly (readonly [RegExp, number])[] = [
  [/^(A100|A800|H100|H800|H200|H20|GH200|B200|B300|GB200|GB300)\b/, 7],
  [/^(A30|RTX-PRO-6000)\b/, 4],
];

/** Reserved in every slice beside what the profile's name says. */
const sliceReserve = 0.97;

/**
 * The slice `2g.20gb` of a GPU: so many compute slices, so many eighths (quarters on GPUs of four slices) of memory and its bandwidth.
 * undefined where the GPU cannot be split or the profile's memory is no such part of it.
 */
export function migSlice(gpu: Gpu, profile: string): Gpu | undefined {
  const match = /^(\d+)g\.(\d+)gb$/.exec(profile);
  const slices = computeSlices.find(([name]) => name.test(gpu.id))?.[1];
  if (!match || slices === undefined) return undefined;
  const compute = Number(match[1]);
  const parts = slices === 7 ? 8 : 4;
  const partGb = gpu.memoryBytes / 2 ** 30 / parts;
  const memory = Math.round(Number(match[2]) / partGb);
  const off = Math.abs(Number(match[2]) / (memory * partGb) - 1);
  if (compute < 1 || compute > slices || memory < 1 || memory > parts || off > 0.12) return undefined;
  const share = compute / slices;
  return {
    ...gpu,
    id: `${gpu.id}-MIG-${profile}`,
    memoryBytes: Math.round((gpu.memoryBytes * memory) / parts),
    driverBytes: Math.round(((gpu.driverBytes * memory) / parts) * sliceReserve),
    driverBytesAssumed: true,
    memoryBytesPerSecond: (gpu.memoryBytesPerSecond * memory) / parts,
    flops: Object.fromEntries(Object.entries(gpu.flops).map(([type, peak]) => [type, peak * share])),
    scaleUp: null,
    scaleUpGpus: 1,
    watts: null,
    aliases: [],
    sources: [...gpu.sources, "NVIDIA MIG user guide: a profile's share of compute and memory slices"],
  };
}
