import type { SettingKey } from "../../src/language/setting-places.ts";
import type { LifePart, RequestLife } from "../../src/simulation/timeline/request-life.ts";
import { duration, percent, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import { gigabytes } from "./part-words.ts";
import type { InstanceLane, RunIndex } from "./run-index.ts";
import { requestsIn } from "./selection.ts";

/** Why a request's first token took as long as it did, and what to try. */
export interface Why {
  readonly sentence: string;
  /** A change to try, and the setting that it is; null where nothing in the file would help. */
  readonly change: { readonly words: string; readonly pool: number; readonly key: SettingKey } | null;
}

/** A cache this full keeps prompts out. */
const full = 0.95;
/** An instance that was idle so much more of a wait could have taken the prompt. */
const idler = 0.2;

/** The longest part before the first token, with what stood in its way. */
export function whyFirstToken(index: RunIndex, life: RequestLife): Why {
  const part = longest(before(index, life));
  if (!part) return { sentence: words("It had its first token at once."), change: null };
  switch (part.kind) {
    case "reach":
      return {
        sentence: words("It took {0} to reach the engine: the server's own time, whatever the load.", duration(part.to - part.from)),
        change: null,
      };
    case "queue":
    case "again":
      return whyQueued(index, life, part);
    case "load":
      return {
        sentence: words("It waited {0} for the start of its prompt to come from a store.", duration(part.to - part.from)),
        change: null,
      };
    case "prefill":
    case "prefill-again":
      return whyPrefill(index, life, part);
    case "hand-over":
      return {
        sentence: words(
          "{0} went by until the decode instance knew of it: what a second server adds, whatever the load.",
          duration(part.to - part.from),
        ),
        change: null,
      };
    case "room":
      return whyNoRoom(index, part);
    case "link":
    case "transfer":
      return whyTransfer(index, life, part);
    case "step":
      return {
        sentence: words(
          "Its cache came while a step of {0} was under way, and waited {1} for the next.",
          nameAt(index, part),
          duration(part.to - part.from),
        ),
        change: null,
      };
    default:
      return { sentence: words("It had its first token at once."), change: null };
  }
}

/** Parts that begin before the first token is there. */
function before({ run }: RunIndex, { parts, request, arrived }: RequestLife): readonly LifePart[] {
  const first = run.requests.firstToken[request] ?? Number.NaN;
  const end = Number.isNaN(first) ? Number.POSITIVE_INFINITY : first;
  return parts.filter(({ kind, from }) => from < end && (kind !== "decode" || from === arrived));
}

function longest(parts: readonly LifePart[]): LifePart | undefined {
  return parts.reduce<LifePart | undefined>((most, part) => (!most || part.to - part.from > most.to - most.from ? part : most), undefined);
}

function whyQueued(index: RunIndex, { request }: RequestLife, part: LifePart): Why {
  const lane = index.instances[part.instance];
  const wait = duration(part.to - part.from);
  if (!lane) return { sentence: words("It waited {0} for its prompt to begin.", wait), change: null };
  const { name, pool, capacityTokens, maxNumSeqs } = lane.facts;
  // Just before it began: what it took itself is not what kept it out.
  const used = lane.level.highest(part.from, Math.max(part.from, part.to - 1e-9)) / Math.max(1, capacityTokens);
  if (used >= full)
    return {
      sentence: words("It waited {0} for blocks of {1}: up to {2} of its KV cache was in use.", wait, name, percent(used)),
      change: { words: words("More room for KV cache"), pool, key: "share" },
    };
  if (mostDecoding(index, lane, part) >= maxNumSeqs)
    return {
      sentence: words("It waited {0} for a place among the {1} sequences that {2} runs at once.", wait, whole(maxNumSeqs), name),
      change: { words: words("More sequences at once"), pool, key: "sequences" },
    };
  const ahead = promptsIn(index, part, request);
  const other = idlest(index, lane, part);
  const idle = other && other.idle - idleShare(lane, part) >= idler ? other : undefined;
  const most = ahead[0];
  if (!most) return { sentence: words("It waited {0} for the step that was under way on {1}.", wait, name), change: null };
  const blocked =
    ahead.length === 1
      ? words("It waited {0} behind one prompt of {1} tokens (request {2}) on {3}", wait, whole(most.tokens), most.request, name)
      : words(
          "It waited {0} behind {1} prompts of {2} tokens together on {3}, the longest of request {4}",
          wait,
          ahead.length,
          whole(ahead.reduce((sum, { tokens }) => sum + tokens, 0)),
          name,
          most.request,
        );
  if (idle)
    return {
      sentence: words("{0}, while {1} was idle for {2} of that time.", blocked, idle.lane.facts.name, percent(idle.idle)),
      change: { words: words("Route by load instead of in turn"), pool, key: "pool" },
    };
  return { sentence: `${blocked}.`, change: { words: words("More instances"), pool, key: "instances" } };
}

/** Most requests that decoded at once in the steps of a wait. */
function mostDecoding({ run }: RunIndex, { tracks }: InstanceLane, { from, to }: LifePart): number {
  let most = 0;
  for (const track of tracks) {
    const last = track.startingAfter(to);
    for (let i = track.endingAfter(from); i < last; i++)
      most = Math.max(most, run.timeline.steps.decodeSequences[track.rows[i] as number] as number);
  }
  return most;
}

/** Prompts that an instance computed during a wait, those with the most tokens first. */
function promptsIn(
  index: RunIndex,
  { instance, from, to }: LifePart,
  own: number,
): readonly { readonly request: number; readonly tokens: number }[] {
  const lane = index.instances[instance];
  const tokens = new Map<number, number>();
  for (const track of lane?.tracks ?? []) {
    for (let i = track.endingAfter(from); i < track.startingAfter(to); i++) {
      if ((track.start[i] as number) >= to) break;
      for (const chunk of requestsIn(index, track.rows[i] as number)) {
        if (chunk.request !== own) tokens.set(chunk.request, (tokens.get(chunk.request) ?? 0) + chunk.tokens);
      }
    }
  }
  return [...tokens].map(([request, count]) => ({ request, tokens: count })).sort((a, b) => b.tokens - a.tokens);
}

/** Share of a time in which an instance ran no step. */
function idleShare({ tracks }: Pick<InstanceLane, "tracks">, { from, to }: { readonly from: number; readonly to: number }): number {
  const busy = tracks.reduce((sum, track) => sum + track.secondsIn(from, to), 0);
  return to > from ? Math.max(0, 1 - busy / (to - from)) : 0;
}

/** Share of a time in which instances ran steps, on average; 0 of none. */
export function busyShare(lanes: readonly Pick<InstanceLane, "tracks">[], view: { readonly from: number; readonly to: number }): number {
  return lanes.length > 0 && view.to > view.from ? lanes.reduce((sum, lane) => sum + 1 - idleShare(lane, view), 0) / lanes.length : 0;
}

function idlest(
  index: RunIndex,
  { instance, facts }: InstanceLane,
  part: LifePart,
): { readonly lane: InstanceLane; readonly idle: number } | undefined {
  return index.instances
    .filter((one) => one.instance !== instance && one.facts.role === facts.role)
    .map((lane) => ({ lane, idle: idleShare(lane, part) }))
    .sort((a, b) => b.idle - a.idle)[0];
}

function whyPrefill(index: RunIndex, { request }: RequestLife, part: LifePart): Why {
  const { run } = index;
  const lane = index.instances[part.instance];
  const computed = (run.requests.promptTokens[request] ?? 0) - (run.requests.cachedTokens[request] ?? 0);
  const rows = [...index.chunksOf.of(request)].map((chunk) => run.timeline.chunks.step[chunk] as number);
  const decoding = Math.max(0, ...rows.map((row) => run.timeline.steps.decodeSequences[row] as number));
  const shared = rows.reduce((sum, row) => sum + (run.timeline.steps.promptTokens[row] as number), 0) - computed;
  const took = duration(part.to - part.from);
  const name = lane?.facts.name ?? "";
  const alone =
    rows.length <= 1
      ? words("Its own prompt took {0}: {1} tokens in one step of {2}", took, whole(computed), name)
      : words("Its own prompt took {0}: {1} tokens in {2} steps of {3}", took, whole(computed), rows.length, name);
  const beside = shared > 0 ? words("{0}, beside {1} prompt tokens of others", alone, whole(shared)) : alone;
  const sentence = decoding > 0 ? words("{0}, with up to {1} others decoding in the same steps.", beside, decoding) : `${beside}.`;
  if (!lane) return { sentence, change: null };
  const { pool } = lane.facts;
  if (shared > computed) return { sentence, change: { words: words("More instances"), pool, key: "instances" } };
  return { sentence, change: rows.length > 1 ? { words: words("Larger steps"), pool, key: "batchedTokens" } : null };
}

function whyNoRoom(index: RunIndex, part: LifePart): Why {
  const lane = index.instances[part.instance];
  const wait = duration(part.to - part.from);
  if (!lane) return { sentence: words("It waited {0} for room on a decode instance.", wait), change: null };
  const { name, capacityTokens, pool } = lane.facts;
  const used = lane.level.highest(part.from, part.to) / Math.max(1, capacityTokens);
  return used >= full
    ? {
        sentence: words("It waited {0} for room on {1}, whose KV cache was up to {2} full.", wait, name, percent(used)),
        change: { words: words("More room for KV cache"), pool, key: "share" },
      }
    : {
        sentence: words("It waited {0} for a place among the sequences that {1} decodes at once.", wait, name),
        change: { words: words("More sequences at once"), pool, key: "sequences" },
      };
}

function whyTransfer(index: RunIndex, { request }: RequestLife, part: LifePart): Why {
  const { transfers } = index.run.timeline;
  const [row] = index.transfersOf.of(request);
  if (row === undefined) return { sentence: words("Its cache was {0} on the way.", duration(part.to - part.from)), change: null };
  let beside = 0;
  for (let i = 0; i < transfers.start.length; i++) {
    if (
      i === row ||
      (transfers.start[i] as number) >= (transfers.end[row] as number) ||
      (transfers.end[i] as number) <= (transfers.start[row] as number)
    )
      continue;
    if (transfers.from[i] === transfers.from[row] || transfers.to[i] === transfers.to[row]) beside++;
  }
  const bytes = gigabytes(transfers.bytes[row] as number);
  const took = duration(part.to - part.from);
  const pool = index.instances[transfers.from[row] as number]?.facts.pool ?? 0;
  return {
    sentence:
      beside === 0
        ? words("Its cache of {0} was {1} on the link, which it had to itself.", bytes, took)
        : words("Its cache of {0} was {1} on a link that it shared with {2} others.", bytes, took, beside),
    change: { words: words("A faster way between the pools"), pool, key: "transfer" },
  };
}

function nameAt(index: RunIndex, { instance }: LifePart): string {
  return index.instances[instance]?.facts.name ?? "";
}
