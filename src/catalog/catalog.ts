import type { FlagTable, Gpu, GpuId, InstanceType, ModelMatch, WorkloadRows } from "./facts.ts";

/** What is known, looked up by the names people write. Loading is lazy: each part is read at its first use. */
export interface Catalog {
  /** By id or any alias, case-insensitive, `_`, `-` and blanks alike. MIG slices and shared GPUs come back as what they are, else undefined. */
  gpu(name: string): Gpu | undefined;
  gpus(): readonly Gpu[];
  /** The GPU a node label or instance type stands for. */
  instance(name: string): InstanceType | undefined;
  /** By Hugging Face id, re-upload or quantised variant. Never a guess: see ModelMatch.how. */
  model(name: string): ModelMatch | undefined;
  models(): readonly string[];
  /** Known ids whose last part equals that of `path` (`/models/Qwen3-32B`): to be proposed, never assumed. */
  modelProposals(path: string): readonly string[];
  flags(): FlagTable;
  /** Rows behind a built-in workload (`chat`, `long-chat`, `code`, `agent`, `summarise`, `batch`). */
  workload(name: string): WorkloadRows | undefined;
  workloads(): readonly string[];
}

/** Ids of GPUs that suggestions name when the file names none, most common first. */
export const commonGpus: readonly GpuId[] = ["H100-SXM5-80GB", "H200-SXM", "A100-SXM4-80GB", "B200-SXM", "L40S", "L4"];
