import type {
  FlagEngine,
  FlagTable,
  Gpu,
  GpuId,
  GpuPrice,
  InstanceType,
  Link,
  ModelMatch,
  OptionEngine,
  OptionTable,
  WorkloadRows,
} from "./facts.ts";
import { GpuNames } from "./gpu-names.ts";
import { type GpuKernels, linkSpokesman, spokesmen } from "./kernels.ts";
import { type MeasuredRun, measuredRuns } from "./measured-runs.ts";
import { ModelNames } from "./model-match.ts";
import { offeredPrice } from "./prices.ts";
import { type CatalogSource, flagTable } from "./stored.ts";
import { optionTable } from "./stored-options.ts";

/** What is known, looked up by the names people write. Loading is lazy: each part is read at its first use. */
export interface Catalog {
  /** By id or any alias, case-insensitive, `_`, `-` and blanks alike. MIG slices and shared GPUs come back as what they are, else undefined. */
  gpu(name: string): Gpu | undefined;
  gpus(): readonly Gpu[];
  /** GPUs that suggestions name when the file names none, most common first. */
  commonGpus(): readonly Gpu[];
  /** The GPU that all known machines of an instance family (`g5`, `p5`) have; undefined where they differ. */
  family(name: string): GpuId | undefined;
  /** The GPU a node label or instance type stands for. */
  instance(name: string): InstanceType | undefined;
  /** By Hugging Face id, re-upload or quantised variant. Never a guess: see ModelMatch.how. */
  model(name: string): ModelMatch | undefined;
  /** By its name alone, for places where no folder is meant. */
  namedModel(name: string): ModelMatch | undefined;
  models(): readonly string[];
  /** Known ids whose last part equals that of `path` (`/models/Qwen3-32B`): to be proposed, never assumed. */
  modelProposals(path: string): readonly string[];
  /** The flags of an engine by its id; an empty table where none is known. */
  flags(engine: string): FlagTable;
  /** The keys inside an engine's JSON flags and config files; an empty table where none is known. */
  options(engine: string): OptionTable;
  /** Measured kernels that speak for a GPU, nearest first; none where none of its generation were. */
  kernels(gpu: Gpu): readonly GpuKernels[];
  /** Measured exchanges between GPUs that speak for this link of a GPU; undefined where none over its kind were. */
  linkKernels(gpu: Gpu, link: Link): GpuKernels | undefined;
  /** Serving runs that others measured, of known models on known GPUs. */
  runs(): readonly MeasuredRun[];
  /** Rows behind a built-in workload (`chat`, `long-chat`, `code`, `agent`, `summarise`, `batch`). */
  workload(name: string): WorkloadRows | undefined;
  workloads(): readonly string[];
  /** What an hour of a GPU costs; undefined where the table does not say. */
  price(gpu: GpuId): GpuPrice | undefined;
}

const commonGpus: readonly GpuId[] = ["H100-SXM5-80GB", "H200-SXM", "A100-SXM4-80GB", "B200-SXM", "L40S", "L4"];

const flagEngines: readonly FlagEngine[] = ["vllm", "sglang", "tensorrt-llm"];
const noFlags: FlagTable = { versions: [], flags: [] };
const optionEngines: readonly OptionEngine[] = ["vllm", "tensorrt-llm"];
const noOptions: OptionTable = { versions: [], options: new Map(), closed: new Set() };

/** A catalogue over its files; each is read and indexed at its first use. */
export function createCatalog(source: CatalogSource): Catalog {
  const gpus = once(source.gpus);
  const gpuNames = once(() => new GpuNames(gpus()));
  const machines = once(source.instances);
  const instances = once(() => new Map(machines().map((type) => [type.name.toLowerCase(), type])));
  const families = once(() => familyGpus(machines()));
  const models = once(() => new ModelNames(source.models()));
  const flags = new Map(flagEngines.map((engine) => [engine as string, once(() => flagTable(source.flags(engine)))]));
  const options = new Map(optionEngines.map((engine) => [engine as string, once(() => optionTable(source.options(engine)))]));
  const workloads = once(() => new Map(source.workloads().map((rows) => [rows.name, rows])));
  const prices = once(source.prices);
  const runs = once(() =>
    measuredRuns(source.runs(), {
      gpu: (name) => gpuNames().find(name),
      model: (name) => (models().find(name) ?? models().named(name))?.model,
    }),
  );
  const measured = once(() => gpus().filter(({ id }) => source.measuredGpus.includes(id)));
  const read = new Map<GpuId, GpuKernels>();
  const kernels = (measuredOn: Gpu): GpuKernels => {
    const found = read.get(measuredOn.id) ?? { measuredOn, groups: source.kernels(measuredOn.id) };
    read.set(measuredOn.id, found);
    return found;
  };
  return {
    gpu: (name) => gpuNames().find(name),
    gpus,
    commonGpus: () => commonGpus.flatMap((id) => gpuNames().find(id) ?? []),
    family: (name) => families().get(name.trim().toLowerCase()),
    // SageMaker and HyperPod write `ml.` in front of EC2's names.
    instance: (name) => instances().get(name.trim().toLowerCase().replace(/^ml\./, "")),
    model: (name) => models().find(name),
    namedModel: (name) => models().named(name),
    price: (gpu) => offeredPrice(prices(), gpu),
    models: () => models().ids(),
    modelProposals: (path) => models().proposals(path),
    flags: (engine) => flags.get(engine)?.() ?? noFlags,
    options: (engine) => options.get(engine)?.() ?? noOptions,
    kernels: (gpu) => spokesmen(gpu, measured()).map(kernels),
    linkKernels: (gpu, link) => {
      const measuredOn = linkSpokesman(gpu, link, measured());
      return measuredOn && kernels(measuredOn);
    },
    runs,
    workload: (name) => workloads().get(name.trim().toLowerCase()),
    workloads: () => [...workloads().keys()],
  };
}

function familyGpus(instances: readonly InstanceType[]): ReadonlyMap<string, GpuId> {
  const found = new Map<string, GpuId | undefined>();
  for (const { name, gpu } of instances) {
    const dot = name.indexOf(".");
    if (dot <= 0) continue;
    const family = name.slice(0, dot).toLowerCase();
    found.set(family, !found.has(family) || found.get(family) === gpu ? gpu : undefined);
  }
  return new Map([...found].flatMap(([family, gpu]) => (gpu === undefined ? [] : [[family, gpu]])));
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
