/**
 * vLLM's V0 engine without chunks, written the slow and plain way beside its sources (core/scheduler.py of 0.8): three lists, walked each
 * step. It shares no code with the simulator.
 */
export interface V0Input {
  readonly requests: readonly { readonly arrivalSeconds: number; readonly promptTokens: number; readonly outputTokens: number }[];
  readonly blocks: number;
  readonly blockTokens: number;
  readonly maxNumSeqs: number;
  readonly maxNumBatchedTokens: number;
  readonly watermark: number;
  /** Blocks of host memory, and the nanoseconds that moving one takes; null = requests are computed again. */
  readonly swap: { readonly blocks: number; readonly nanoseconds: number } | null;
  readonly stepSeconds: (promptTokens: number, decodes: number) => number;
}

interface Req {
  readonly id: number;
  readonly arrival: number;
  readonly prompt: number;
  readonly output: number;
  generated: number;
  /** Tokens in the cache, or in its copy outside. */
  computed: number;
  blocks: number;
  firstToken: number;
  finished: number;
  preemptions: number;
}

export interface V0Result {
  readonly firstToken: readonly number[];
  readonly finished: readonly number[];
  readonly preemptions: readonly number[];
  /** Prompt tokens and decoding requests of each step. */
  readonly steps: readonly (readonly [prompt: number, decodes: number])[];
  readonly swaps: number;
}

export function vllmV0Oracle(input: V0Input): V0Result {
  const requests: Req[] = input.requests.map((row, id) => ({
    id,
    arrival: Math.round(row.arrivalSeconds * 1e9),
    prompt: row.promptTokens,
    output: row.outputTokens,
    generated: 0,
    computed: 0,
    blocks: 0,
    firstToken: Number.NaN,
    finished: Number.NaN,
    preemptions: 0,
  }));
  const watermark = Math.floor(input.watermark * input.blocks);
  const needs = (tokens: number): number => Math.ceil(tokens / input.blockTokens);
  let free = input.blocks;
  let outside = 0;
  let swaps = 0;
  /** Blocks that go over the bus before the next step. */
  let moved = 0;
  const waiting: Req[] = [];
  let running: Req[] = [];
  const swapped: Req[] = [];
  const steps: [number, number][] = [];
  let arrived = 0;
  let now = 0;

  while (requests.some(({ finished }) => Number.isNaN(finished))) {
    while (requests[arrived] && (requests[arrived] as Req).arrival <= now) waiting.push(requests[arrived++] as Req);
    const prompts: Req[] = [];
    let tokens = 0;
    while (swapped.length === 0 && waiting.length > 0 && running.length + prompts.length < input.maxNumSeqs) {
      const r = waiting[0] as Req;
      const length = r.prompt + r.generated;
      const isFirst = running.length + prompts.length === 0;
      if (needs(length) + (isFirst ? 0 : watermark) > free) break;
      if (tokens + length > input.maxNumBatchedTokens && prompts.length > 0) break;
      waiting.shift();
      r.blocks = needs(length);
      free -= r.blocks;
      r.computed = length;
      tokens += length;
      prompts.push(r);
    }
    if (prompts.length > 0) {
      now += Math.round(input.stepSeconds(tokens, 0) * 1e9);
      steps.push([tokens, 0]);
      for (const r of prompts) {
        r.generated++;
        if (Number.isNaN(r.firstToken)) r.firstToken = now;
      }
      running.push(...prompts);
    } else {
      const queue = running;
      const going: Req[] = [];
      let tookOut = false;
      while (queue.length > 0) {
        const r = queue.shift() as Req;
        let gone = false;
        while (free < 1) {
          const victim = queue.pop() ?? r;
          tookOut = true;
          free += victim.blocks;
          victim.preemptions++;
          if (input.swap && outside + victim.blocks <= input.swap.blocks) {
            outside += victim.blocks;
            moved += victim.blocks;
            swaps++;
            swapped.push(victim);
          } else {
            victim.computed = 0;
            waiting.unshift(victim);
          }
          if (victim === r) {
            gone = true;
            break;
          }
        }
        if (gone) break;
        const more = needs(r.computed + 1) - r.blocks;
        r.blocks += more;
        free -= more;
        going.push(r);
      }
      while (!tookOut && swapped.length > 0 && going.length < input.maxNumSeqs) {
        const r = swapped[0] as Req;
        const isAlone = going.length === 0;
        if (isAlone ? r.blocks > free : r.blocks + 1 + watermark > free) break;
        swapped.shift();
        outside -= r.blocks;
        moved += r.blocks;
        r.blocks = needs(r.computed + 1);
        free -= r.blocks;
        going.push(r);
      }
      running = going;
      if (going.length === 0) {
        // Those who were taken out go on at once; else the next arrival is waited for.
        if (!tookOut) now = (requests[arrived] as Req).arrival;
        continue;
      }
      const loaded = now + Math.round(moved * (input.swap?.nanoseconds ?? 0));
      moved = 0;
      now = loaded + Math.round(input.stepSeconds(0, going.length) * 1e9);
      steps.push([0, going.length]);
      for (const r of going) {
        r.computed++;
        r.generated++;
      }
    }
    running = running.filter((r) => {
      if (r.generated < r.output) return true;
      r.finished = now;
      free += r.blocks;
      return false;
    });
  }
  const seconds = (of: (r: Req) => number): number[] => requests.map((r) => of(r) / 1e9);
  return {
    firstToken: seconds((r) => r.firstToken),
    finished: seconds((r) => r.finished),
    preemptions: requests.map((r) => r.preemptions),
    steps,
    swaps,
  };
}
