import type {
  ChoiceEra,
  FlagEngine,
  FlagFacts,
  FlagTable,
  Gpu,
  GpuId,
  GpuOffer,
  InstanceType,
  LinearPart,
  OptionEngine,
  WorkloadRows,
} from "./facts.ts";
import type { KernelGroup } from "./kernels.ts";
import type { StoredRunTable } from "./measured-runs.ts";
import type { StoredOptionTable } from "./stored-options.ts";

/** Rows as `npm run catalog` writes them: usual values are left out, so that the files stay small. */
export interface StoredModel {
  readonly id: string;
  readonly arch: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueDim?: number;
  readonly inter?: number;
  readonly vocab: number;
  readonly positions?: number;
  readonly rope?: { readonly type?: string; readonly factor?: number; readonly original?: number };
  readonly tied?: boolean;
  readonly window?: number;
  readonly sliding?: number;
  readonly kvLayers?: number;
  /** KV heads, head dimension and whether values are keys, of full layers that differ from the sliding ones. */
  readonly full?: readonly [number, number, boolean];
  /** KV heads of the sliding layers where they differ. */
  readonly slidingHeads?: number;
  /** Layers that see chunks, and tokens of a chunk. */
  readonly chunked?: readonly [number, number];
  /** Tokens of the window, elements of the indexer's entry, and how many layers share an entry among how many tokens. */
  readonly compress?: {
    readonly window: number;
    readonly index: number;
    readonly layers: readonly (readonly [number, number])[];
    readonly latents?: readonly [number, number, number, number];
  };
  readonly moe?: {
    readonly experts: number;
    readonly perToken: number;
    readonly inter: number;
    readonly shared?: number;
    readonly sharedInter?: number;
    readonly firstDense?: number;
    readonly step?: number;
    readonly latent?: number;
    readonly groups?: number;
  };
  /** Query rank, KV rank, nope, rope and value dimension of a head. */
  readonly mla?: readonly (number | null)[];
  readonly hybrid?: StoredHybrid;
  readonly next?: number;
  readonly multimodal?: boolean;
  /** Sizes of the vision tower, as the published config names them. */
  readonly vision?: Readonly<Record<string, unknown>>;
  readonly quantization?: {
    readonly quant_method?: string;
    readonly quant_algo?: string;
    readonly kv_cache_quant_algo?: string;
    readonly weight_block_size?: readonly number[];
    readonly group_size?: number;
    readonly bits?: number;
    readonly expert_dtype?: string;
    readonly weightType?: "int" | "float";
    readonly plain?: Readonly<Partial<Record<LinearPart, number>>>;
  };
  readonly dtype?: string;
  readonly kvElements: number;
  readonly indexer?: number;
  readonly indexerElements?: number;
  readonly parameters?: number;
  readonly active?: number;
  readonly approximate?: boolean;
  readonly source: string;
}

/** A published `config.json`, cut to the members that sizes depend on. */
export interface StoredConfig {
  readonly id: string;
  /** Further ids that are published with the same one. */
  readonly also?: readonly string[];
  readonly config: Readonly<Record<string, unknown>>;
  /** Elements that the checkpoint holds, where its config does not say all of them. */
  readonly parameters?: number;
  readonly source: string;
}

export interface StoredHybrid {
  readonly kind: string;
  readonly layers?: number;
  readonly keyHeads?: number;
  readonly valueHeads?: number;
  readonly keyDim?: number;
  readonly valueDim?: number;
  readonly ssmHeads?: number;
  readonly ssmHeadDim?: number;
  readonly ssmState?: number;
  readonly groups?: number;
  readonly conv?: number;
  /** Mamba 1: channels for each of the hidden size, and the rank of the step's projection. */
  readonly expand?: number;
  readonly dtRank?: number;
  /** Format of the recurrent matrix where the model names one. */
  readonly stateDtype?: string;
  /** Queries with a gate as wide as they are. */
  readonly gate?: boolean;
  readonly moeLayers?: number;
  readonly mlpLayers?: number;
}

export interface StoredFlag {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly type: FlagFacts["type"];
  readonly choices?: readonly string[];
  /** `[since, choices or any word]`, or `[since, added, removed]` behind an era with choices. */
  readonly eras?: readonly (readonly [string, readonly string[] | null, (readonly string[])?])[];
  readonly open?: boolean;
  readonly default?: unknown;
  readonly no?: boolean;
  readonly human?: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly seen?: string;
  readonly gone?: string;
  readonly absent?: string;
  readonly instead?: string;
  readonly plugin?: "arctic";
}

export interface StoredFlagTable {
  readonly versions: readonly string[];
  readonly flags: readonly StoredFlag[];
}

/** The catalogue's files, each read when it is first needed. */
export interface CatalogSource {
  readonly gpus: () => readonly Gpu[];
  readonly instances: () => readonly InstanceType[];
  readonly models: () => readonly (StoredModel | StoredConfig)[];
  readonly flags: (engine: FlagEngine) => StoredFlagTable;
  readonly options: (engine: OptionEngine) => StoredOptionTable;
  readonly workloads: () => readonly WorkloadRows[];
  /** GPUs that `kernels` can be asked for. */
  readonly measuredGpus: readonly GpuId[];
  readonly kernels: (gpu: GpuId) => readonly KernelGroup[];
  readonly runs: () => StoredRunTable;
  readonly prices: () => readonly GpuOffer[];
}

export function flagTable({ versions, flags }: StoredFlagTable): FlagTable {
  return { versions, flags: flags.map(flagFacts) };
}

function flagFacts(row: StoredFlag): FlagFacts {
  return {
    name: row.name,
    aliases: row.aliases ?? [],
    type: row.type,
    choices: row.choices ?? null,
    choiceEras: choiceEras(row),
    choicesOpen: row.open ?? false,
    default: row.default ?? (row.type === "bool" ? false : null),
    negatable: row.no ?? false,
    humanReadable: row.human ?? false,
    atLeast: row.min ?? null,
    atMost: row.max ?? null,
    firstSeen: row.seen ?? null,
    removedBy: row.gone ?? null,
    absentIn: row.absent ?? null,
    replacement: row.instead ?? null,
    plugin: row.plugin ?? null,
  };
}

function choiceEras({ seen, choices, open, eras }: StoredFlag): readonly ChoiceEra[] {
  if (!eras) return seen === undefined ? [] : [{ since: seen, choices: open ? null : (choices ?? null) }];
  let before: readonly string[] = [];
  return eras.map(([since, added, removed]) => {
    const now = removed ? [...before.filter((one) => !removed.includes(one)), ...(added ?? [])] : added;
    before = now ?? [];
    return { since, choices: now };
  });
}
