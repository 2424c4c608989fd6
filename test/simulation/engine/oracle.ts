/**
 * The same engine written the slow and plain way: every step walks every request, blocks are objects, content is known by strings.
 * It shares no code with the simulator, so that equal records mean more than equal bugs.
 */
import type { Batch, StepModel } from "../../../src/timing/step-model.ts";
import { OracleStore, type OracleTier } from "../kv-tiers/oracle-store.ts";

export interface OracleInput {
  readonly requests: readonly {
    readonly arrivalSeconds: number;
    readonly promptTokens: number;
    readonly outputTokens: number;
    readonly prefixBlocks?: readonly number[];
  }[];
  readonly prefixBlockTokens: number;
  readonly blocks: number;
  readonly blockTokens: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly longPrefillTokenThreshold: number;
  readonly chunkedPrefill: boolean;
  readonly prefixCaching: boolean;
  readonly reserveFullPrompt: boolean;
  readonly model: StepModel;
  /** Drafts of a sequence, how likely each is accepted, how many sequences of a step draft, and the slots that each running one keeps. */
  readonly speculation?: {
    readonly drafts: number;
    readonly acceptance: number;
    readonly drafting: number;
    readonly lookahead: number;
  } | null;
  readonly tier?: OracleTier | null;
}

interface Block {
  references: number;
  content: string | undefined;
}

interface Req {
  readonly id: number;
  readonly arrival: number;
  readonly prompt: number;
  readonly output: number;
  readonly ids: readonly number[];
  generated: number;
  computed: number;
  blocks: Block[];
  inFlight: boolean;
  firstScheduled: number;
  firstToken: number;
  finished: number;
  lastToken: number;
  cached: number;
  preemptions: number;
  /** Blocks that the cache had when it started. */
  reused: number;
  /** Tokens that have gone to the store since. */
  gone: number;
}

interface Flight {
  readonly end: number;
  readonly entries: readonly { readonly r: Req; readonly chunk: number }[];
  readonly draftTokens: number;
  /** When cache is there that the step reads from the store. */
  readonly loadedAt: number;
  readonly tookOut: boolean;
}

export interface OracleResult {
  readonly requests: readonly Readonly<Req>[];
  readonly gaps: readonly number[];
  readonly batches: readonly Readonly<Batch>[];
  readonly mostRunning: number;
  readonly leastFree: number;
  readonly freeAtEnd: number;
  readonly loadedBlocks: number;
  readonly writtenBlocks: number;
}

export function oracle(input: OracleInput): OracleResult {
  const B = input.blockTokens;
  const free: Block[] = Array.from({ length: input.blocks }, () => ({ references: 0, content: undefined }));
  const known = new Map<string, Block[]>();
  const requests: Req[] = input.requests.map((row, id) => ({
    id,
    arrival: Math.round(row.arrivalSeconds * 1e9),
    prompt: row.promptTokens,
    output: row.outputTokens,
    ids: row.prefixBlocks ?? [],
    generated: 0,
    computed: 0,
    blocks: [],
    inFlight: false,
    firstScheduled: Number.NaN,
    firstToken: Number.NaN,
    finished: Number.NaN,
    lastToken: Number.NaN,
    cached: 0,
    preemptions: 0,
    reused: 0,
    gone: 0,
  }));
  const tier = input.tier ?? null;
  const store = tier && new OracleStore(tier);
  /** On their way from the store, and here: they hold their blocks. */
  const coming: { readonly r: Req; readonly at: number }[] = [];
  const here: Req[] = [];
  const waiting: Req[] = [];
  const running: Req[] = [];
  const flights: Flight[] = [];
  const gaps: number[] = [];
  const batches: Batch[] = [];
  const stageFree = Array.from({ length: input.model.stages }, () => 0);
  let arrived = 0;
  let finished = 0;
  let owed = 0;
  const spare = Math.ceil((input.speculation?.lookahead ?? 0) / B);
  let reserved = 0;
  const room = (): number => free.length - reserved;
  /** Drafts of a step in which so many decode, and what each of them gains on average. */
  const drafted = (count: number): number =>
    input.speculation ? Math.min(input.speculation.drafting, count) * input.speculation.drafts : 0;
  const meanGain = (count: number): number => {
    if (!input.speculation || count === 0) return 1;
    let accepted = 0;
    for (let k = 1; k <= input.speculation.drafts; k++) accepted += input.speculation.acceptance ** k;
    return 1 + (Math.min(input.speculation.drafting, count) / count) * accepted;
  };
  let mostRunning = 0;
  let leastFree = input.blocks;

  const content = (r: Req, index: number): string => {
    const end = (index + 1) * B;
    const at = Math.ceil(end / input.prefixBlockTokens) - 1;
    const id = r.ids[at];
    return id !== undefined && end <= r.prompt ? `shared ${id} ${index}` : `own ${r.id} ${index}`;
  };
  const takeBlock = (): Block => {
    const block = free.shift();
    if (!block) throw new Error("no block");
    if (block.content !== undefined) {
      const same = (known.get(block.content) ?? []).filter((other) => other !== block);
      if (same.length > 0) known.set(block.content, same);
      else known.delete(block.content);
      block.content = undefined;
    }
    block.references = 1;
    return block;
  };
  const grow = (r: Req, tokens: number): void => {
    while (r.blocks.length * B < tokens) r.blocks.push(takeBlock());
  };
  const remember = (r: Req, tokens: number): void => {
    if (!input.prefixCaching) return;
    for (let i = 0; (i + 1) * B <= tokens; i++) {
      const block = r.blocks[i];
      if (!block || block.content !== undefined) continue;
      block.content = content(r, i);
      known.set(block.content, [...(known.get(block.content) ?? []), block]);
    }
  };
  const release = (r: Req): void => {
    for (const block of [...r.blocks].reverse()) if (--block.references === 0) free.push(block);
    r.blocks = [];
  };
  const total = (r: Req): number => r.prompt + r.generated;
  const chunkContent = (r: Req, chunk: number): string => content(r, (chunk + 1) * (tier?.chunkBlocks ?? 1) - 1);
  const write = (r: Req, tokens: number, now: number): void => {
    if (!tier) return;
    const until = tier.isSelective ? Math.min(tokens, r.reused * B) : tokens;
    const first = Math.floor(r.gone / (tier.chunkBlocks * B));
    for (let chunk = first; (chunk + 1) * tier.chunkBlocks * B <= until; chunk++) store?.keep(chunkContent(r, chunk), now);
    r.gone = Math.max(r.gone, tokens);
  };
  /** Chunks behind the first `hits` blocks that the store has, and the blocks of them that are of use. */
  const find = (r: Req, hits: number, now: number): { readonly contents: string[]; readonly blocks: number } => {
    const contents: string[] = [];
    const limit = Math.floor((total(r) - 1) / B);
    let at = hits;
    while (tier && at < limit) {
      const chunk = Math.floor(at / tier.chunkBlocks);
      if ((chunk + 1) * tier.chunkBlocks * B > total(r) || !store?.isReady(chunkContent(r, chunk), now)) break;
      contents.push(chunkContent(r, chunk));
      at = Math.min(limit, (chunk + 1) * tier.chunkBlocks);
    }
    return { contents, blocks: at - hits };
  };

  const schedule = (now: number): Omit<Flight, "end"> => {
    let budget = input.maxNumBatchedTokens;
    let loadedAt = 0;
    let tookOut = false;
    const entries: { r: Req; chunk: number }[] = [];
    let short = false;
    const mean = meanGain(running.filter((r) => decoding.has(r) && !r.inFlight).length);
    const gain = Math.floor(owed + mean + 1e-9);
    let decodes = 0;
    for (let i = 0; i < running.length && budget > 0; i++) {
      const r = running[i];
      if (!r || r.inFlight) continue;
      const isDecoding = decoding.has(r);
      const tokens = 1 + drafted(decodes + 1) - drafted(decodes);
      if (isDecoding && tokens > budget) continue;
      let chunk = total(r) - r.computed;
      if (input.longPrefillTokenThreshold > 0) chunk = Math.min(chunk, input.longPrefillTokenThreshold);
      chunk = isDecoding ? Math.min(gain, r.output - r.generated) : Math.min(chunk, budget);
      let gone = false;
      while (Math.ceil((r.computed + chunk) / B) - r.blocks.length > room()) {
        const victim = [...running].reverse().find((other) => !other.inFlight && !entries.some((entry) => entry.r === other));
        if (!victim) throw new Error("nobody to preempt");
        short = true;
        if (victim === r && running.at(-1) !== r) {
          gone = true;
          break;
        }
        running.splice(running.indexOf(victim), 1);
        write(victim, victim.computed, now);
        release(victim);
        reserved -= spare;
        victim.computed = 0;
        victim.preemptions++;
        tookOut = true;
        waiting.unshift(victim);
        if (victim === r) {
          gone = true;
          break;
        }
      }
      if (gone) break;
      grow(r, r.computed + chunk);
      entries.push({ r, chunk });
      budget -= isDecoding ? tokens : chunk;
      if (isDecoding) decodes++;
      remember(r, r.computed + chunk);
    }
    if (decodes > 0) owed += mean - gain;
    let full = false;
    while (!short && !full && here.length > 0 && budget > 0 && running.length < input.maxNumSeqs) {
      const r = here[0] as Req;
      let chunk = total(r) - r.computed;
      if (input.longPrefillTokenThreshold > 0) chunk = Math.min(chunk, input.longPrefillTokenThreshold);
      const isTooLong = !input.chunkedPrefill && chunk > budget && (running.length > 0 || budget < input.maxNumBatchedTokens);
      if (input.chunkedPrefill) chunk = Math.min(chunk, budget);
      full = isTooLong || Math.ceil((r.computed + chunk) / B) - r.blocks.length > room();
      if (full) break;
      here.shift();
      if (Number.isNaN(r.firstScheduled)) r.firstScheduled = now;
      remember(r, r.computed);
      grow(r, r.computed + chunk);
      remember(r, r.computed + chunk);
      running.push(r);
      entries.push({ r, chunk });
      budget -= chunk;
    }
    while (!short && !full && here.length === 0 && waiting.length > 0 && budget > 0 && running.length < input.maxNumSeqs) {
      const r = waiting[0] as Req;
      const hits: Block[] = [];
      if (input.prefixCaching)
        for (let i = 0; (i + 1) * B <= total(r) - 1; i++) {
          const block = known.get(content(r, i))?.[0];
          if (!block) break;
          hits.push(block);
        }
      const stored = find(r, hits.length, now);
      const cached = (hits.length + stored.blocks) * B;
      const isAside = tier?.loading === "aside" && stored.blocks > 0;
      let chunk = total(r) - cached;
      if (input.longPrefillTokenThreshold > 0) chunk = Math.min(chunk, input.longPrefillTokenThreshold);
      if (!isAside && !input.chunkedPrefill && chunk > budget && (running.length > 0 || budget < input.maxNumBatchedTokens)) break;
      if (input.chunkedPrefill) chunk = Math.min(chunk, budget);
      const evictable = hits.filter((block) => block.references === 0).length;
      const wanted = Math.ceil((input.reserveFullPrompt || isAside ? total(r) : cached + chunk) / B) - hits.length;
      const others = [...coming.map((one) => one.r), ...here];
      const promised = isAside ? others.reduce((sum, one) => sum + Math.ceil(total(one) / B) - one.blocks.length, 0) : 0;
      if (wanted + promised + evictable + spare > room()) break;
      waiting.shift();
      r.reused = hits.length;
      r.gone = 0;
      const there = stored.blocks > 0 ? (store?.load(stored.contents, stored.blocks, now) ?? 0) : 0;
      reserved += spare;
      for (const block of hits) {
        if (block.references++ === 0) free.splice(free.indexOf(block), 1);
        r.blocks.push(block);
      }
      if (Number.isNaN(r.firstScheduled)) r.cached = cached;
      r.computed = cached;
      if (isAside) {
        grow(r, cached);
        coming.push({ r, at: there });
        continue;
      }
      loadedAt = Math.max(loadedAt, there);
      if (Number.isNaN(r.firstScheduled)) r.firstScheduled = now;
      grow(r, cached + chunk);
      remember(r, cached + chunk);
      running.push(r);
      entries.push({ r, chunk });
      budget -= chunk;
    }
    mostRunning = Math.max(mostRunning, running.length);
    leastFree = Math.min(leastFree, room());
    return { entries, draftTokens: drafted(decodes), loadedAt, tookOut };
  };

  const batchOf = ({ entries, draftTokens }: Omit<Flight, "end">): Batch => {
    const batch: Batch = {
      tokens: draftTokens,
      prefillTokens: 0,
      decodeSequences: 0,
      decodeContext: 0,
      prefillChunks: 0,
      prefillPairs: 0,
      prefillContext: 0,
      draftTokens,
      draftSequences: 0,
      meanTokens: 0,
    };
    for (const { r, chunk } of entries) {
      batch.tokens += decoding.has(r) ? 1 : chunk;
      if (decoding.has(r)) {
        batch.decodeSequences++;
        batch.decodeContext += r.computed + 1;
      } else {
        batch.prefillChunks++;
        batch.prefillTokens += chunk;
        batch.prefillPairs += chunk * (r.computed + chunk / 2);
        batch.prefillContext += r.computed;
      }
    }
    return batch;
  };
  /** Requests whose prompt (or recomputation) is complete; leaves with preemption. */
  const decoding = new Set<Req>();

  const start = (now: number): void => {
    while (flights.length < input.model.stages) {
      const scheduled = schedule(now);
      const { entries } = scheduled;
      for (const r of [...decoding]) if (!running.includes(r)) decoding.delete(r);
      // With nothing in flight an engine that took somebody out looks again.
      if (entries.length === 0 && flights.length === 0 && scheduled.tookOut) continue;
      if (entries.length === 0) return;
      const batch = batchOf(scheduled);
      batches.push(batch);
      let end = now;
      for (let stage = 0; stage < input.model.stages; stage++) {
        const transfer = stage > 0 ? Math.round(input.model.transferSeconds(batch) * 1e9) : 0;
        const begins = Math.max(end + transfer, stageFree[stage] ?? 0);
        end = behindLoad(begins, Math.max(1, Math.round(input.model.stageSeconds(batch, stage) * 1e9)), scheduled.loadedAt);
        stageFree[stage] = end;
      }
      for (const { r, chunk } of entries) {
        r.inFlight = true;
        r.computed += chunk;
      }
      flights.push({ end, ...scheduled });
    }
  };

  /** Layer by layer: each begins when it has come and the one before it is done. */
  const behindLoad = (begins: number, compute: number, loadedAt: number): number => {
    const load = loadedAt - begins;
    if (!tier || load <= 0) return begins + compute;
    if (tier.loading !== "layer-by-layer") return loadedAt + compute;
    const layers = Math.max(1, Math.floor(tier.layers / input.model.stages));
    let done = 0;
    for (let layer = 1; layer <= layers; layer++) done = Math.max(done, (layer * load) / layers) + compute / layers;
    return Math.ceil(begins + done - 1e-6);
  };

  const finish = (flight: Flight): void => {
    const over: Req[] = [];
    for (const { r, chunk } of flight.entries) {
      r.inFlight = false;
      if (r.computed < total(r)) continue;
      if (!decoding.has(r)) write(r, r.computed, flight.end);
      const gained = decoding.has(r) ? chunk : 1;
      r.generated += gained;
      decoding.add(r);
      if (r.generated === 1) r.firstToken = flight.end;
      else gaps.push(flight.end - r.lastToken, ...Array.from({ length: gained - 1 }, () => 0));
      r.lastToken = flight.end;
      if (r.generated === r.output) over.push(r);
    }
    over.sort((a, b) => running.indexOf(a) - running.indexOf(b));
    for (const r of over) {
      running.splice(running.indexOf(r), 1);
      write(r, r.computed, flight.end);
      release(r);
      reserved -= spare;
      r.finished = flight.end;
      finished++;
    }
  };

  while (finished < requests.length) {
    const nextArrival = requests[arrived]?.arrival ?? Number.POSITIVE_INFINITY;
    const now = Math.min(nextArrival, ...flights.map(({ end }) => end), ...coming.map(({ at }) => at));
    for (;;) {
      const flight = flights[0];
      if (flight?.end !== now) break;
      flights.shift();
      finish(flight);
    }
    const come = coming.filter(({ at }) => at === now).sort((a, b) => a.r.id - b.r.id);
    for (const one of come) {
      coming.splice(coming.indexOf(one), 1);
      here.push(one.r);
    }
    while (requests[arrived]?.arrival === now) waiting.push(requests[arrived++] as Req);
    start(now);
  }
  const { loadedBlocks, writtenBlocks } = store ?? { loadedBlocks: 0, writtenBlocks: 0 };
  return { requests, gaps, batches, mostRunning, leastFree, freeAtEnd: free.length, loadedBlocks, writtenBlocks };
}
