import { type RequestLife, requestLife } from "../../src/simulation/timeline/request-life.ts";
import type { RunIndex } from "./run-index.ts";

/** A step, by its row in the log. */
export interface StepAt {
  readonly row: number;
  readonly instance: number;
  readonly from: number;
  readonly to: number;
}

/** A request with all that is drawn of it. */
export interface Selection {
  readonly request: number;
  /** undefined where the log does not hold all of it. */
  readonly life: RequestLife | undefined;
  /** Those that computed its prompt. */
  readonly steps: readonly StepAt[];
  readonly transfers: readonly {
    readonly row: number;
    readonly from: number;
    readonly sender: number;
    readonly to: number;
    readonly receiver: number;
  }[];
  /** Where and when it was in the steps of decoding. */
  readonly decodes: readonly { readonly instance: number; readonly from: number; readonly to: number }[];
}

export function selectionOf(index: RunIndex, request: number): Selection {
  const { steps, chunks, transfers } = index.run.timeline;
  const life = requestLife(index.run.timeline, index.momentsOf.of(request));
  return {
    request,
    life,
    steps: [...index.chunksOf.of(request)].map((chunk) => {
      const row = chunks.step[chunk] as number;
      return { row, instance: steps.instance[row] as number, from: steps.start[row] as number, to: steps.end[row] as number };
    }),
    transfers: [...index.transfersOf.of(request)].map((row) => ({
      row,
      from: transfers.start[row] as number,
      sender: transfers.from[row] as number,
      to: transfers.end[row] as number,
      receiver: transfers.to[row] as number,
    })),
    decodes: (life?.parts ?? []).filter(({ kind }) => kind === "decode").map(({ instance, from, to }) => ({ instance, from, to })),
  };
}

/** From a request's arrival to its first token and a little of what follows; undefined where it had none. */
export function wayToFirstToken(
  { run: { requests } }: RunIndex,
  { request, decodes }: Pick<Selection, "request" | "decodes">,
): { readonly from: number; readonly to: number } | undefined {
  const arrived = requests.arrival[request] ?? Number.NaN;
  const first = requests.firstToken[request] ?? Number.NaN;
  if (Number.isNaN(arrived) || Number.isNaN(first)) return undefined;
  const [decode] = decodes;
  const little = decode ? Math.min(decode.to, decode.from + 0.25 * (first - arrived)) : first;
  return { from: arrived, to: Math.max(first, little) };
}

/** Requests whose prompts a step computed, those with the most tokens first. */
export function requestsIn(index: RunIndex, row: number): readonly { readonly request: number; readonly tokens: number }[] {
  const { chunks } = index.run.timeline;
  return [...index.chunksIn.of(row)]
    .map((chunk) => ({ request: chunks.request[chunk] as number, tokens: chunks.tokens[chunk] as number }))
    .sort((a, b) => b.tokens - a.tokens);
}
