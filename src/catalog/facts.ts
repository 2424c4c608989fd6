/** The facts of the catalogue, as the rest of the product reads them. Written by `npm run catalog` into data/, looked up by catalog.ts. */

export type GpuId = string;

/** Element formats of weights, activations and KV entries, as the engines name them. */
export type DType = "fp32" | "bf16" | "fp16" | "fp8" | "int8" | "int4" | "fp4";

/** A link between GPUs: bytes per second in one direction, per GPU. */
export interface Link {
  readonly kind: "nvlink" | "xgmi" | "pcie" | "network" | "other";
  readonly name: string;
  readonly bytesPerSecond: number;
  /** All pairs at full speed (NVSwitch), not only neighbours. */
  readonly switched: boolean;
  /** Every pair has a link of its own, and the rate is that of all links of a GPU: with fewer GPUs, those to the others are idle. */
  readonly mesh?: true;
}

export interface Gpu {
  readonly id: GpuId;
  readonly vendor: "nvidia" | "amd" | "intel" | "google" | "huawei" | "other";
  readonly architecture: string;
  /** CUDA compute capability, 9.0 for Hopper; null where the notion does not exist. */
  readonly computeCapability: number | null;
  /** Nominal capacity. */
  readonly memoryBytes: number;
  /** What the driver reports and engines multiply with their utilisation; assumed from nominal where `driverBytesAssumed`. */
  readonly driverBytes: number;
  readonly driverBytesAssumed: boolean;
  readonly memoryBytesPerSecond: number;
  /** Dense peak, FLOP/s by operand type; a missing type is not in hardware or not known. */
  readonly flops: Readonly<Partial<Record<DType, number>>>;
  readonly scaleUp: Link | null;
  readonly pcie: Link;
  /** Nobody said how cards of a node are joined where `scaleUp` does not. */
  readonly pcieAssumed?: true;
  /** Between nodes, where the card's owner says. */
  readonly network?: Link;
  /** Largest number of GPUs joined by `scaleUp` that the catalogue knows of (8 on HGX boards, 2 with a bridge, 72 on NVL72). */
  readonly scaleUpGpus: number;
  readonly watts: number | null;
  /** What people and platforms write for this GPU, besides `id`. */
  readonly aliases: readonly string[];
  readonly sources: readonly string[];
}

/** For what somebody rents a GPU out on demand, US dollars an hour. */
export interface GpuOffer {
  readonly gpu: GpuId;
  readonly provider: string;
  readonly low: number;
  readonly high: number;
  /** Month in which it was published. */
  readonly asOf: string;
  readonly source: string;
}

/** What an hour of a GPU costs to rent, US dollars: over all offers that are known. */
export interface GpuPrice {
  readonly gpu: GpuId;
  readonly low: number;
  readonly high: number;
  /** The middle offer: what one figure stands for. */
  readonly typical: number;
  /** Whose prices, and of when. */
  readonly source: string;
  /** In which its offers were published, ascending; none of one's own price. */
  readonly months: readonly string[];
}

export interface InstanceType {
  readonly cloud: string;
  readonly name: string;
  readonly gpu: GpuId;
  readonly gpus: number;
}

export interface MoeFacts {
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly intermediate: number;
  readonly sharedExperts: number;
  readonly sharedIntermediate: number;
  /** Layers 0 … firstDense-1 are dense. */
  readonly firstDense: number;
  /** Every `step`-th layer has experts (1 = all after firstDense). */
  readonly step: number;
  /** How many layers have experts where they follow no step; they are taken as spread evenly. */
  readonly layers?: number;
  /** Width at which the experts work where tokens are projected down before them and up behind (Nemotron 3 Super). */
  readonly latent?: number;
  /** Groups of which a token's router chooses some first (DeepSeek's n_group); absent = one. */
  readonly groups?: number;
}

export interface MlaFacts {
  readonly queryRank: number | null;
  readonly kvRank: number;
  readonly nopeHeadDim: number;
  readonly ropeHeadDim: number;
  readonly valueHeadDim: number;
}

/** Layers that hold a state of fixed size instead of (or beside) keys and values: mamba, gated delta net, conv. */
export interface RecurrentFacts {
  readonly layers: number;
  readonly stateBytesPerSequence: number | null;
  /** What one such layer remembers of a sequence, before any split; null where the sizes are not known. */
  readonly state: StateFacts | null;
  /** Weight elements of one such layer by what tensor parallelism does with them; null where the sizes are not known. */
  readonly elements: { readonly split: number; readonly copied: number } | null;
}

/** The last inputs of a convolution and the matrix that is updated with every token. */
export interface StateFacts {
  /** Inputs that the convolution keeps: its kernel less one. */
  readonly convolved: number;
  /** Channels of the convolution that are split by head. */
  readonly channels: number;
  /** Groups whose channels several heads share (mamba 2). */
  readonly groups: number;
  readonly groupChannels: number;
  /** Elements of the matrix over all heads. */
  readonly matrix: number;
  /** The model asks for its matrix in 32 bit; else it is kept like the other activations. */
  readonly isWide: boolean;
}

/** Layers whose tokens share an entry of the cache, beside a window that each of them keeps token by token (DeepSeek-V4). */
export interface CompressionFacts {
  /** Elements of an entry. */
  readonly entry: number;
  /** Elements of the indexer's entry, for layers that share it among 4 tokens. */
  readonly indexEntry: number;
  readonly window: number;
  /** How many layers share an entry among how many tokens; 0 = a window alone. */
  readonly layers: readonly { readonly ratio: number; readonly count: number }[];
  /** Ranks through which queries and outputs go, groups of the outputs, and heads of the indexer; absent where they are not known. */
  readonly latents?: {
    readonly queryRank: number;
    readonly outputRank: number;
    readonly outputGroups: number;
    readonly indexHeads: number;
  };
}

/** Parts of a model whose matrices a quantised checkpoint narrows; embedding, head, norms and routers are none of them. */
export type LinearPart = "attention" | "recurrent" | "mlp" | "shared-experts" | "experts";

/** Weight format of a checkpoint. `none` = 16 bit as trained. */
export interface WeightFormat {
  /** The engine's word for it: none, fp8, compressed-tensors, awq, gptq, bitsandbytes, mxfp4, modelopt, modelopt_fp4 … */
  readonly method: string;
  /** Format of the linear layers; embedding, head and norms stay in 16 bit. */
  readonly linear: DType;
  /** Extra bytes of scales per weight element (4-bit group 128 with fp16 scale and zero: 0.0195…). */
  readonly scaleBytesPerElement: number;
  /** Linear layers that stay in 16 bit too: the share of each part, 1 = all of it (mxfp4 of gpt-oss: all but the experts). */
  readonly plain?: Readonly<Partial<Record<LinearPart, number>>>;
  /** Experts in a narrower format than the other layers (DeepSeek-V4: FP4 beside FP8). */
  readonly experts?: { readonly linear: DType; readonly scaleBytesPerElement: number };
  /** Elements to whose multiples the kernels round the hidden size and a rank's width of each expert. */
  readonly tile?: { readonly hidden: number; readonly width: number };
  /** Elements along each side that share a scale, where the checkpoint's config says so: what a tensor-parallel shard must hold whole. */
  readonly block?: number;
}

/** A checkpoint that is quantised in a way whose bytes are not known. */
export interface UnsizedFormat {
  readonly method: string;
  readonly linear: null;
  readonly block?: undefined;
}

/** Bytes of one part of a layer in a checkpoint that was read, and its elements where they are stored as floats of 16 bit or more. */
export interface CheckpointPart {
  readonly part: LinearPart | "norms" | "routers" | "embedding" | "towers";
  /** As parameters.ts has it. */
  readonly split: "even" | "experts" | "copied" | { readonly heads: number };
  readonly bytes: number;
  readonly elements: number;
}

/** Bytes and elements of some of a checkpoint's tensors together. */
export type TensorSum = Pick<CheckpointPart, "bytes" | "elements">;

/** The files behind a model, where their headers were read: exact sizes by layer and part. */
export interface CheckpointWeights {
  readonly layers: readonly (readonly CheckpointPart[])[];
  readonly embedding: TensorSum;
  /** Nothing where the head is the embedding. */
  readonly head: TensorSum;
  readonly towers: TensorSum;
  /** Layers for speculation. */
  readonly drafting: TensorSum;
  /** All else outside the layers. */
  readonly norms: TensorSum;
}

export interface Model {
  readonly id: string;
  readonly architecture: string;
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly valueHeadDim: number;
  readonly intermediate: number;
  readonly vocab: number;
  readonly maxPositions: number;
  readonly ropeScaling: { readonly type: string; readonly factor: number; readonly originalMaxPositions: number | null } | null;
  /** Of the rotary embedding, where it is not one table as wide as a head: elements for each position, and how many tables. */
  readonly rotary?: { readonly dimension: number; readonly tables: number };
  readonly tiedEmbeddings: boolean;
  /** Layers that keep keys and values of the whole context. */
  readonly fullAttentionLayers: number;
  /** Layers that keep only `slidingWindow` tokens. */
  readonly slidingLayers: number;
  readonly slidingWindow: number | null;
  /** Full-attention layers whose heads differ from those of the sliding ones (Gemma 4). */
  readonly fullHeads?: { readonly kvHeads: number; readonly headDim: number; readonly valueIsKey: boolean };
  /** KV heads of the sliding layers where they are not those of the others (MiMo V2). */
  readonly slidingKvHeads?: number;
  /** Layers that read the cache of others and keep none of their own, by kind (Gemma 3n). */
  readonly sharedKv?: { readonly full: number; readonly sliding: number };
  readonly compression?: CompressionFacts;
  /** Of the full-attention layers, those that see only the chunk of so many tokens which they are in (Llama 4). */
  readonly chunked?: { readonly layers: number; readonly tokens: number };
  /** Queries come with a gate as wide as they are (Qwen3-Next). */
  readonly gatedQueries?: true;
  readonly moe: MoeFacts | null;
  readonly mla: MlaFacts | null;
  readonly recurrent: RecurrentFacts | null;
  /** Layers with a dense MLP in models whose layers hold either attention, a state or an MLP (Nemotron-H); absent where each layer has both. */
  readonly mlpLayers?: number;
  /** Layers beyond `layers` that draft further tokens; loaded for speculation alone. */
  readonly nextLayers?: number;
  readonly multimodal: boolean;
  /** Weight elements of vision and audio towers with their projectors; absent where they are not known. */
  readonly towerElements?: number;
  /** Of the towers, what every rank has whole: weight elements, and tables beside them counted as elements of 16 bit. */
  readonly towerCopies?: { readonly elements: number; readonly tables: number };
  /** Sizes by which SGLang judges a vision tower; null where its config leaves one to a default. Absent without a tower, or where they are not known. */
  readonly visionTower?: { readonly layers: number | null; readonly hidden: number | null };
  /** Format of the checkpoint behind this id. */
  readonly weights: WeightFormat | UnsizedFormat;
  /** The checkpoint asks for a cache in 8 bit (kv_cache_quant_algo of modelopt). */
  readonly narrowCache?: true;
  /** Sizes in the model's own files, where a folder was read. */
  readonly checkpoint?: CheckpointWeights;
  readonly dtype: "bf16" | "fp16" | "fp32";
  /** Elements that one token keeps per full-attention layer, before any split: 2 · kvHeads · headDim, or the MLA latent. */
  readonly kvElementsPerLayer: number;
  /** Bytes that a sparse-attention indexer keeps beside each token, per layer; absent without one. */
  readonly indexerBytesPerLayer?: number;
  /** Weight elements of that indexer, on every rank, per layer. */
  readonly indexerElementsPerLayer?: number;
  readonly parameters: number;
  readonly activeParameters: number;
  /** True where the architecture has features that our formulas do not cover; then memory and timing are `estimated`. */
  readonly approximate: boolean;
  readonly source: string;
}

/** Engines whose flags the catalogue has; for any other the table is empty. */
export type FlagEngine = "vllm" | "sglang" | "tensorrt-llm";

/** A flag of an engine's server over the sampled versions. Versions are strings as released; compare with `compareVersions`. */
export interface FlagFacts {
  /** Without the leading dashes, as the engine spells it: `tensor-parallel-size`, `max_batch_size`. */
  readonly name: string;
  /** Other spellings, dashes included: `-tp`. */
  readonly aliases: readonly string[];
  readonly type: "bool" | "int" | "float" | "str" | "enum" | "json" | "list";
  readonly choices: readonly string[] | null;
  /** What the sampled versions took, oldest first; empty without a history. */
  readonly choiceEras: readonly ChoiceEra[];
  readonly choicesOpen: boolean;
  readonly default: unknown;
  /** `--no-name` exists. */
  readonly negatable: boolean;
  readonly humanReadable: boolean;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** Null where only one state of the engine is known: then nothing is said of other versions. */
  readonly firstSeen: string | null;
  readonly removedBy: string | null;
  readonly absentIn: string | null;
  readonly replacement: string | null;
  readonly plugin: "arctic" | null;
}

/** From the sampled version `since` on, a flag took these words; any word where null. */
export interface ChoiceEra {
  readonly since: string;
  readonly choices: readonly string[] | null;
}

export interface FlagTable {
  /** The sampled releases, oldest first; empty where the flags have no history. */
  readonly versions: readonly string[];
  readonly flags: readonly FlagFacts[];
}

/** Engines whose JSON flags or config files have known keys. */
export type OptionEngine = "vllm" | "tensorrt-llm";

/** A key inside a JSON flag (`compilation-config.pass_config.fuse_norm_quant`) or an engine's config file (`kv_cache_config.dtype`). */
export interface OptionFacts {
  readonly key: string;
  readonly type: FlagFacts["type"];
  /** What a list holds. */
  readonly items: string | null;
  /** Of a `bool`: the words it takes beside true and false. */
  readonly choices: readonly string[] | null;
  readonly choicesOpen: boolean;
  readonly default: unknown;
  readonly nullable: boolean;
  readonly humanReadable: boolean;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  /** As of a flag; null without a history. */
  readonly firstSeen: string | null;
  readonly removedBy: string | null;
  readonly absentIn: string | null;
  readonly plugin: "arctic" | null;
}

export interface OptionTable {
  /** The sampled releases, oldest first; empty where the keys have no history. */
  readonly versions: readonly string[];
  /** By dotted path. */
  readonly options: ReadonlyMap<string, OptionFacts>;
  /** Paths below which every key of the sampled releases is listed; elsewhere a missing key is no unknown key. */
  readonly closed: ReadonlySet<string>;
}

/** How a name was matched to a model: exactly, or through a rule that the answer names. */
export interface ModelMatch {
  readonly model: Model;
  readonly how: "exact" | "alias" | "quantised-variant" | "re-upload";
}

/** A built-in workload reduced to rows: real requests drawn evenly from a trace, or a named distribution drawn once with a fixed seed. */
export interface WorkloadRows {
  readonly name: string;
  /** `Chat`, for menus. */
  readonly title: string;
  readonly source: string;
  /** Coefficient of variation of the gaps between arrivals; 1 = Poisson; null = all at once. */
  readonly cv: number | null;
  /** Requests per second, where the workload was measured or written with a rate of its own. */
  readonly ratePerSecond?: number;
  readonly blockTokens: number;
  /** [prompt tokens, output tokens, row whose prompt this one begins with or -1, shared full blocks]. */
  readonly rows: readonly (readonly [number, number, number, number])[];
}
