import type { GpuKernels, KernelGroup } from "../../catalog/kernels.ts";
import type { SettledPool } from "../../deployment/settled.ts";
import { type CollectiveKind, collectiveLaws, MeasuredCollective } from "./measured-collective.ts";

/** An exchange is built once for all deployments that ask for it over the same link. */
const built = new WeakMap<GpuKernels, Map<string, MeasuredCollective | null>>();

/** And found at once by the pool that asks for it again and again. */
const asked = new WeakMap<SettledPool, Map<CollectiveKind, MeasuredCollective | null>>();

/** An exchange between GPUs of one node as this engine runs it; null where none was measured over a link of this kind. */
export function measuredCollective(pool: SettledPool, kind: CollectiveKind): MeasuredCollective | null {
  const known = asked.get(pool) ?? new Map<CollectiveKind, MeasuredCollective | null>();
  asked.set(pool, known);
  const found = known.get(kind);
  if (found !== undefined) return found;
  const made = pool.linkKernels ? overLink(pool.linkKernels, pool, kind) : null;
  known.set(kind, made);
  return made;
}

function overLink(kernels: GpuKernels, { links: { intraNode }, budget: { engine } }: SettledPool, kind: CollectiveKind) {
  const known = built.get(kernels) ?? new Map<string, MeasuredCollective | null>();
  built.set(kernels, known);
  const key = `${engine} ${kind} ${intraNode.bytesPerSecond}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const group = spoken(
    kernels.groups.filter((one) => one.table === "collectives" && one.kind === kind),
    engine,
  );
  const { scaleUp, pcie } = kernels.measuredOn;
  const measuredRate = (scaleUp ?? pcie).bytesPerSecond;
  const made = group ? new MeasuredCollective(collectiveLaws[kind], group.rows, measuredRate, intraNode.bytesPerSecond) : null;
  known.set(key, made);
  return made;
}

/** The engine's own kernel, else NCCL's, which engines call for what they have no kernel of. */
function spoken(groups: readonly KernelGroup[], engine: string): KernelGroup | undefined {
  return groups.find((group) => group.engine === engine) ?? groups.find((group) => group.engine === "nccl");
}
