import type { GpuKernels, KernelGroup } from "../../catalog/kernels.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { type CollectiveKind, collectiveLaws, MeasuredCollective } from "./measured-collective.ts";

/** An exchange is built once for all deployments that ask for it over the same link. */
const built = new WeakMap<GpuKernels, Map<string, MeasuredCollective | null>>();

/** An exchange between GPUs of one node as this engine runs it; null where none was measured over a link of this kind. */
export function measuredCollective(
  { linkKernels, links: { intraNode }, budget: { engine } }: SettledPool,
  kind: CollectiveKind,
): MeasuredCollective | null {
  if (!linkKernels) return null;
  const known = built.get(linkKernels) ?? new Map<string, MeasuredCollective | null>();
  built.set(linkKernels, known);
  const key = `${engine} ${kind} ${intraNode.bytesPerSecond}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const groups = linkKernels.groups.filter((group) => group.table === "collectives" && group.kind === kind);
  const group = spoken(groups, engine);
  const { scaleUp, pcie } = linkKernels.measuredOn;
  const measuredRate = (scaleUp ?? pcie).bytesPerSecond;
  const made = group ? new MeasuredCollective(collectiveLaws[kind], group.rows, measuredRate, intraNode.bytesPerSecond) : null;
  known.set(key, made);
  return made;
}

/** The engine's own kernel, else NCCL's, which engines call for what they have no kernel of. */
function spoken(groups: readonly KernelGroup[], engine: string): KernelGroup | undefined {
  return groups.find((group) => group.engine === engine) ?? groups.find((group) => group.engine === "nccl");
}
