/**
 * Deployments and workloads by chance, for what must hold in all of them. A mechanism has one arbitrary here that says how it may be set,
 * its default among the values, and one line in `pools` or `randomRuns`.
 */
import fc from "fast-check";
import type { Admission } from "../../src/deployment/admission.ts";
import type { KvTiers } from "../../src/deployment/kv-tiers/kv-tiers.ts";
import type { LocalPrompts } from "../../src/deployment/local-prompts.ts";
import { cacheAwareRouting, kvCostRouting, ownPrefixList, prefixRouting, type RoutingRule } from "../../src/deployment/routing.ts";
import type { EngineSettings, Layout, Scheduling, Settled, SglangOrder } from "../../src/deployment/settled.ts";
import { servedBySystem } from "../../src/deployment/systems/served.ts";
import { caseSystem, type System } from "../../src/deployment/systems/system.ts";
import type { MemoryPlan } from "../../src/memory/plan.ts";
import type { Routing } from "../../src/simulation/placement/router.ts";
import type { RequestRow, Workload } from "../../src/simulation/workload/workload.ts";
import type { Batch, StepModel } from "../../src/timing/step-model.ts";
import { drafting, planOf, type Setup, settledOf, settledPair, timing } from "./fixtures.ts";
import { blockBytes, tier, tiersOf } from "./kv-tiers/tiers.ts";
import { sglang, tensorrt } from "./play.ts";

export interface RandomRun {
  readonly settled: Settled;
  readonly plans: readonly MemoryPlan[];
  readonly models: readonly StepModel[];
  readonly workload: Workload;
  readonly routing: Routing;
  readonly seed: number;
}

/** Of what a step is made; all of it in whole microseconds now and then, so that many things happen at once. */
const steps = fc.record({
  base: fc.constantFrom(10_000, 10_000, 6123.456, 200),
  perToken: fc.constantFrom(0, 0, 31.7, 100),
  perContextToken: fc.constantFrom(0, 0.0321, 1.7, 5),
  perPair: fc.constantFrom(0, 0.01),
  /** Tokens that a quarter of the layers keep. */
  window: fc.constantFrom(Number.MAX_SAFE_INTEGER, 100, 400),
  /** Microseconds below which no step ends: the host is still launching. */
  launch: fc.constantFrom(0, 0, 11_000),
  /** Steps of more tokens run as sequence parallel. */
  threshold: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 4, 12),
  /** Seconds of the server before a core. */
  frontEnd: fc.constantFrom(
    null,
    null,
    { request: 0.003, promptToken: 0, token: 0, cores: 2 },
    { request: 0, promptToken: 10e-6, token: 0.0025, cores: 1 },
  ),
});

type Steps = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;

/** Seconds by what `steps` says. */
function modelOf({ base, perToken, perContextToken, perPair, window, launch, threshold, frontEnd }: Steps, stages: number): StepModel {
  const isSequence = (tokens: number): boolean => tokens > threshold;
  const device = (batch: Batch): number => {
    const read = 0.75 * batch.decodeContext + 0.25 * Math.min(batch.decodeContext, batch.decodeSequences * window);
    const matrix = base + perToken * Math.max(batch.tokens, batch.meanTokens) * (isSequence(batch.tokens) ? 0.6 : 1);
    return matrix + perContextToken * read + perPair * batch.prefillPairs;
  };
  const seconds = (batch: Batch): number => Math.max(launch, device(batch)) / 1e6;
  return timing(seconds, {
    stages,
    mode: (tokens) => (isSequence(tokens) ? "sequence" : "tensor"),
    transferSeconds: () => (stages > 1 ? 0.0003 : 0),
    requestSeconds: base === 200 ? 0.004 : 0,
    frontEnd,
  });
}

const schedulings: fc.Arbitrary<Scheduling> = fc.oneof(
  fc
    .record({ reserveFullPrompt: fc.boolean(), watermark: fc.constantFrom(0, 0, 0.05) })
    .chain((parts) =>
      fc.constantFrom({}, {}, { decodesFirst: true as const }).map((first) => ({ engine: "vllm" as const, ...parts, ...first })),
    ),
  fc
    .constantFrom({}, { swapBytes: 4e8 })
    .map((swap) => ({ engine: "vllm" as const, reserveFullPrompt: true, watermark: 0.01, promptsFirst: true as const, ...swap })),
  fc
    .record({
      mixedChunk: fc.boolean(),
      conservativeness: fc.constantFrom(0.3, 1),
      reservedDecodeTokens: fc.constantFrom(0, 32),
      receiveSteps: fc.constantFrom(1, 3),
    })
    .chain((parts) =>
      fc
        .constantFrom<SglangOrder | undefined>(undefined, undefined, "lpm", "dfs-weight", "lof", "shortest-prefill-first", "random")
        .map((order) => ({ ...sglang, ...parts, ...(order ? { order } : {}) })),
    ),
  fc
    .record({
      reservesAnswer: fc.boolean(),
      batchWait: fc.constantFrom(null, { steps: 3, share: 0.5 }),
      balance: fc.constantFrom(null, { timeoutSteps: 4, batchingSteps: 2 }),
    })
    .chain((parts) =>
      fc
        .constantFrom({}, {}, { reservesAnswer: true, staticBatch: true as const })
        .map((batches) => ({ ...tensorrt, ...parts, ...batches })),
    ),
  fc
    .record({ promptTokens: fc.constantFrom(24, 100, 512), mostPauses: fc.constantFrom(null, 0, 2) })
    .map((parts) => ({ engine: "phased" as const, system: "DistServe", ...parts })),
);

const settings: fc.Arbitrary<Partial<EngineSettings>> = fc.record({
  maxNumSeqs: fc.constantFrom(1, 4, 16, 64),
  maxNumBatchedTokens: fc.constantFrom(24, 100, 512),
  longPrefillTokenThreshold: fc.constantFrom(0, 0, 40),
  blockTokens: fc.constantFrom(4, 16),
  prefixCaching: fc.boolean(),
  asyncScheduling: fc.boolean(),
});

const layouts: fc.Arbitrary<Partial<Layout>> = fc.record({
  pipeline: fc.constantFrom(1, 1, 1, 2, 3),
  data: fc.constantFrom(1, 1, 2),
  attentionData: fc.constantFrom(1, 1, 3),
});

const speculations = fc.constantFrom(
  undefined,
  undefined,
  undefined,
  drafting(3, 0.7),
  drafting(5, 0.5, { found: 0.4, passes: 0, limit: { drafting: 8, running: 20 } }),
  drafting(7, 0.6, { depth: 5, verifiesAll: true, width: 4, lookahead: 14 }),
);

/** One pool of a deployment, and how long its steps take. */
const pools: fc.Arbitrary<{ readonly setup: Setup; readonly steps: Steps }> = fc.record({
  setup: fc
    .record({
      layout: layouts,
      instances: fc.constantFrom(1, 2, 3),
      blocks: fc.integer({ min: 60, max: 400 }),
      settings,
      speculation: speculations,
    })
    .map(({ speculation, ...setup }) => (speculation ? { ...setup, speculation } : setup)),
  steps,
});

/** Stores behind the cache that read a block of 16 tokens in 0.2 to 20 ms; what is set aside is vLLM's alone. */
const tiers = (engine: Scheduling["engine"]): fc.Arbitrary<KvTiers> =>
  fc
    .record({
      tiers: fc.array(
        fc
          .record({
            kind: fc.constantFrom("dram" as const, "ssd" as const, "remote" as const),
            blocks: fc.constantFrom(5, 40, 1000),
            millisecondsPerBlock: fc.constantFrom(0.2, 3, 20),
            blockTokens: fc.constantFrom(0, 16, 64),
            writePolicy: fc.constantFrom("write-through" as const, "write-through-selective" as const, "write-back" as const),
            shared: fc.constantFrom("engine" as const, "all" as const, "pooled" as const),
            serverBytesPerSecond: fc.constantFrom(null, 1e8),
          })
          .map(({ millisecondsPerBlock, shared, ...parts }) => {
            const rate = (blockBytes * 1000) / millisecondsPerBlock;
            const own = parts.writePolicy === "write-back" ? "engine" : shared;
            return tier({ ...parts, shared: own, readBytesPerSecond: rate, writeBytesPerSecond: rate, latencySeconds: 0.0001 });
          }),
        { minLength: 1, maxLength: 3 },
      ),
      loading: fc.constantFrom("before-step" as const, "layer-by-layer" as const, ...(engine === "vllm" ? ["aside" as const] : [])),
      leastTokens: fc.constantFrom(0, 40),
      takes: fc.constantFrom("always" as const, "always" as const, "sooner" as const),
      keepsAnswers: fc.boolean(),
      prefetch: fc.constantFrom(undefined, undefined, "wait" as const, "best-effort" as const),
    })
    .map(({ prefetch, ...parts }) => tiersOf({ ...parts, ...(prefetch ? { prefetch } : {}) }));

const lengths = fc.oneof(
  fc.integer({ min: 1, max: 200 }),
  fc.constant({ lognormal: [60, 50, 1, 200] as [number, number, number, number] }),
);

/** Requests on a grid of milliseconds, some of one family with a prompt in common; ids beyond the prompt tell blocks of the answer. */
const rows: fc.Arbitrary<readonly RequestRow[]> = fc.array(
  fc
    .record({
      arrival: fc.integer({ min: 0, max: 2000 }),
      promptTokens: fc.integer({ min: 1, max: 200 }),
      outputTokens: fc.integer({ min: 1, max: 200 }),
      family: fc.integer({ min: 0, max: 2 }),
      answers: fc.boolean(),
    })
    .map(({ arrival, promptTokens, outputTokens, family, answers }) => {
      const count = Math.floor((promptTokens + (answers ? outputTokens : 0)) / 16);
      const prefixBlocks = Array.from({ length: count }, (_, block) => 1000 * family + block);
      return { arrivalSeconds: arrival / 1000, promptTokens, outputTokens, ...(family > 0 ? { prefixBlocks } : {}) };
    }),
  { minLength: 1, maxLength: 40 },
);

/** Whose placement decides; nobody's is the router's. */
const systems: fc.Arbitrary<System | null> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(null) },
  fc
    .record({ batchTokens: fc.constantFrom(24, 512), affinity: fc.constantFrom("high", "low") })
    .map((settings) => caseSystem("distserve", settings)),
  fc
    .record({
      batchTokens: fc.constantFrom(24, 512),
      mostPauses: fc.constantFrom(1, 4),
      pendingTokens: fc.constantFrom(100, 8192),
      serialBelowTokens: fc.constantFrom(0, 100),
    })
    .map((settings) => caseSystem("splitwise", settings)),
  fc
    .record({
      promptOrder: fc.constantFrom("fcfs", "sjf", "ljf"),
      promptWindow: fc.constantFrom(2, 16),
      bucketTokens: fc.constantFrom(20, 200),
      admission: fc.constantFrom("greedy", "reserve-static", "reserve-dynamic"),
      chunkTokens: fc.constantFrom(24, 512),
      flipSeconds: fc.constantFrom(0.2, 60),
    })
    .map((settings) => caseSystem("tetriinfer", settings)),
  fc
    .record({
      prefillSelection: fc.constantFrom("kvcache-centric", "cache-aware", "load-balancing", "random"),
      balancingThreshold: fc.constantFrom(1, 2),
      rejection: fc.constantFrom("none", "early", "predictive"),
      tbtLimitSeconds: fc.constantFrom(0.02, 1),
      dramBytesPerNode: fc.constantFrom(1e9, 1e12),
      blockTokens: fc.constantFrom(16, 64),
      chunkedPipeline: fc.constantFrom("on", "off"),
    })
    .map((settings) => caseSystem("mooncake", settings)),
  fc
    .record({ lentShare: fc.constantFrom(0.2, 0.9), heartbeatSeconds: fc.constantFrom(0.01, 0.5), migrationShare: fc.constantFrom(0, 0.5) })
    .map((settings) => caseSystem("infinite-llm", settings)),
);

/** Prompts that decode instances compute themselves. */
const localPrompts: fc.Arbitrary<LocalPrompts | null> = fc.oneof(
  fc.constant(null),
  fc.record({
    belowTokens: fc.constantFrom(20, 100),
    belowShare: fc.constantFrom(0.5, Number.POSITIVE_INFINITY),
    onlyHits: fc.boolean(),
    mostCacheUse: fc.constantFrom(0.5, 1),
    keepsInstance: fc.boolean(),
  }),
);

const common = {
  promptTokens: lengths,
  outputTokens: lengths,
  requests: fc.integer({ min: 1, max: 60 }),
  warmup: fc.constantFrom(0, 0, 5),
};

const workloads: fc.Arbitrary<Workload> = fc.oneof(
  rows.map((requests) => ({ kind: "requests" as const, requests })),
  fc
    .record({ ...common, ratePerSecond: fc.constantFrom(1, 8, 40), cv: fc.constantFrom(0.3, 1, 4), maxInFlight: fc.constantFrom(5, 1000) })
    .map((open) => ({ kind: "open-loop" as const, ...open })),
  fc.record({ ...common, concurrency: fc.integer({ min: 1, max: 20 }) }).map((closed) => ({ kind: "closed-loop" as const, ...closed })),
  fc.record(common).map((offline) => ({ kind: "offline" as const, ...offline })),
  fc
    .record({
      ...common,
      concurrency: fc.constantFrom(null, 3),
      maxInFlight: fc.constantFrom(2, 1000),
      turns: fc.constantFrom(1, 2, 4),
      thinkSeconds: fc.constantFrom(0, 0.01, 1),
    })
    .map(({ concurrency, turns, thinkSeconds, promptTokens, outputTokens, ...parts }) => {
      const talk = {
        groups: 2,
        usersPerGroup: 2,
        systemPromptTokens: 32,
        questionTokens: 9,
        outputTokens: 20,
        multiTurn: true,
        turns,
        thinkSeconds,
      };
      const shared = { ...talk, outputTokens: typeof outputTokens === "number" ? Math.min(outputTokens, 25) : 20 };
      const classes = [
        { name: "alone", promptTokens, outputTokens },
        { name: "talks", promptTokens: 1, outputTokens: 1, sharedPrefix: shared },
      ];
      const whole = { ...parts, classes, promptTokens: 1, outputTokens: 1 };
      return concurrency === null
        ? { kind: "open-loop" as const, ratePerSecond: 8, ...whole }
        : { kind: "closed-loop" as const, concurrency, ...whole };
    }),
);

const rules: fc.Arbitrary<RoutingRule> = fc.oneof(
  fc.constantFrom(
    "random" as const,
    "round-robin" as const,
    "least-requests" as const,
    "join-shortest-queue" as const,
    "power-of-two" as const,
    "least-ttft" as const,
    "session" as const,
  ),
  fc
    .record({
      prefix: fc.constantFrom(0, 2),
      queue: fc.constantFrom(0, 1),
      active: fc.constantFrom(0, 1),
      freeCache: fc.constantFrom(0, 1),
    })
    .chain((weights) =>
      fc
        .record({
          from: fc.constantFrom("own-list" as const, "engines" as const),
          capacityBlocks: fc.constantFrom(4, 1000),
          running: fc.constantFrom(0, 1),
        })
        .map(({ from, capacityBlocks, running }) => ({
          ...prefixRouting,
          weights: { ...weights, running },
          index: from === "engines" ? { from } : { ...ownPrefixList, capacityBlocks },
        })),
    ),
  fc
    .record({ cacheThreshold: fc.constantFrom(0, 0.3), balanceAbsolute: fc.constantFrom(1, 64) })
    .map((parts) => ({ ...cacheAwareRouting, ...parts })),
  fc
    .record({ overlapWeight: fc.constantFrom(0, 1), temperature: fc.constantFrom(0, 0.5) })
    .map((parts) => ({ ...kvCostRouting, ...parts })),
);

const routings: fc.Arbitrary<Routing> = fc.record({
  replicas: rules,
  decode: rules,
  cores: fc.constantFrom("round-robin" as const, "least-requests" as const),
});

/** Requests that are turned away. */
const admissions: fc.Arbitrary<Admission> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record({ mostInFlight: fc.constantFrom(3, 30) }),
  fc.record({ mostQueued: fc.constantFrom(1, 5) }),
);

/** A cache is large enough for any one request. */
function enough(setup: Setup): Setup {
  const least = 1 + Math.ceil(400 / (setup.settings?.blockTokens ?? 16));
  return { ...setup, blocks: Math.max(least, setup.blocks ?? 0) };
}

export const randomRuns: fc.Arbitrary<RandomRun> = fc
  .record({
    first: pools,
    second: fc.option(pools),
    linkBytesPerSecond: fc.constantFrom(1e8, 1e10),
    scheduling: schedulings,
    system: systems,
    local: localPrompts,
    workload: workloads,
    routing: routings,
    admission: admissions,
    seed: fc.integer({ min: 1, max: 1000 }),
  })
  .chain((parts) => fc.option(tiers(parts.scheduling.engine)).map((kvTiers) => ({ ...parts, kvTiers })))
  .map(({ first, second, linkBytesPerSecond, scheduling, system, local, workload, routing, admission, seed, kvTiers }) => {
    const withEngine = ({ setup }: typeof first): Setup =>
      enough({ ...setup, ...(kvTiers ? { kvTiers } : {}), settings: { ...setup.settings, scheduling } });
    const both = second ? [first, second] : [first];
    const setups = both.map(withEngine);
    const [prefill = {}, decode] = setups;
    // Engines of papers hand over as vLLM's do where no system says otherwise.
    const engine = scheduling.engine === "phased" ? "vllm" : scheduling.engine;
    const plain = decode ? settledPair({ prefill, decode, linkBytesPerSecond, engine }) : { ...settledOf(prefill), engine };
    const models = both.map(({ setup, steps: parts }) => modelOf(parts, setup.layout?.pipeline ?? 1));
    const plans = setups.map(planOf);
    const routed = decode && local ? { ...plain, localPrompts: local } : plain;
    // A paper's engine is no other paper's.
    const isServed = system && !((system.kind === "tetriinfer" || system.kind === "infinite-llm") && scheduling.engine === "phased");
    const settled = { ...((isServed && servedBySystem({ ...plain, system }).settled) || routed), admission };
    // One pool that is taken apart.
    const isSplit = settled.pools.length > plans.length;
    return {
      settled,
      plans: isSplit ? [...plans, ...plans] : plans,
      models: isSplit ? [...models, ...models] : models,
      workload,
      routing,
      seed,
    };
  });
