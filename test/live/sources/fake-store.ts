import { type Asked, type FakeApi, fakeApi, type Told, vector } from "./fake-api.ts";

type Labels = Readonly<Record<string, string>>;

export interface FakeStore extends FakeApi {
  /** What the next answers hold. */
  state: StoreState;
}

export interface StoreState {
  /** Series of requests that run, with their values: the servers there are. */
  readonly running: readonly (readonly [Labels, number])[];
  readonly names: readonly string[];
  /** Series by the canonical word of a look's queries. */
  readonly words: Readonly<Record<string, readonly (readonly [Labels, number | string])[]>>;
  readonly targets?: readonly unknown[];
  /** Instead of any answer. */
  readonly instead?: (asked: Asked) => Told | undefined;
  readonly clockAhead?: number;
}

/** A store that answers what a source asks: names, series, targets, and each word of a look's queries. */
export function fakeStore(first: StoreState): FakeStore {
  const api = fakeApi((asked) => storeAnswer(asked, store.state, store.now));
  const store = Object.assign(api, { state: first });
  return store;
}

/** What a store of that state answers; `now` in unix seconds. */
export function storeAnswer(asked: Asked, state: StoreState, now: number): Told {
  const told = state.instead?.(asked);
  if (told) return told;
  const { path, parameters } = asked;
  const { query = "" } = parameters;
  if (path === "query" && query === "time()") {
    const at = now + (state.clockAhead ?? 0);
    return { data: { resultType: "scalar", result: [at, String(at)] } };
  }
  if (path === "query" && query.startsWith("label_replace(")) return { data: wordsOf(query, state, Number(parameters.time)) };
  if (path === "query_range") return { data: rangeOf(query, state, parameters) };
  if (path === "query") return { data: vector(now) };
  if (path === "series") return { data: state.running.map(([labels]) => ({ __name__: "vllm:num_requests_running", ...labels })) };
  if (path === "label/__name__/values") return { data: state.names };
  if (path === "targets") return state.targets ? { data: { activeTargets: state.targets } } : { status: 404 };
  return { status: 404 };
}

function askedWords(query: string): readonly string[] {
  return [...query.matchAll(/"word", "([^"]+)"/g)].map(([, word]) => word ?? "");
}

function wordsOf(query: string, { words }: StoreState, at: number) {
  return vector(
    at,
    ...askedWords(query).flatMap((word) => (words[word] ?? []).map(([labels, value]) => [{ ...labels, word }, value] as const)),
  );
}

/** All servers as one, as a history is asked for. */
function rangeOf(query: string, { words }: StoreState, { start, end, step }: Asked["parameters"]) {
  const times: number[] = [];
  for (let at = Number(start); at <= Number(end); at += Number(step)) times.push(at);
  const result = askedWords(query).flatMap((word) => {
    const byBound = new Map<string | undefined, number[]>();
    for (const [{ le }, value] of words[word] ?? []) byBound.set(le, [...(byBound.get(le) ?? []), Number(value)]);
    return [...byBound].map(([le, values]) => {
      const sum = values.reduce((a, b) => a + b, 0);
      const value = String(word === "kv_cache_usage" ? sum / values.length : sum);
      return { metric: { word, ...(le === undefined ? {} : { le }) }, values: times.map((at) => [at, value]) };
    });
  });
  return { resultType: "matrix", result };
}

export const server = (pod: string) => ({ job: "vllm", instance: `${pod}:8000`, pod, model_name: "acme/chat" });
export const target = (pod: string, lastError = "", scrapeInterval = "5s") => ({
  labels: { job: "vllm", instance: `${pod}:8000`, pod },
  discoveredLabels: { __scrape_interval__: scrapeInterval },
  health: lastError === "" ? "up" : "down",
  lastError,
});
export const names = [
  "num_requests_running",
  "num_requests_waiting",
  "kv_cache_usage_perc",
  "generation_tokens_total",
  "time_to_first_token_seconds_bucket",
  "time_to_first_token_seconds_sum",
].map((name) => `vllm:${name}`);

/** Two servers: 3 and 5 requests, caches at 20 % and 60 %, 100 and 50 tokens a second, first tokens below and above 0.1 s. */
export const two: StoreState = {
  running: [
    [server("a"), 3],
    [server("b"), 5],
  ],
  names,
  targets: [target("a"), target("b")],
  words: {
    requests_running: [
      [{ pod: "a" }, 3],
      [{ pod: "b" }, 5],
    ],
    kv_cache_usage: [
      [{ pod: "a" }, 0.2],
      [{ pod: "b" }, 0.6],
    ],
    generation_tokens_total: [
      [{ pod: "a" }, 100],
      [{ pod: "b" }, 50],
    ],
    ttft_seconds: [
      [{ pod: "a", le: "0.1" }, 2],
      [{ pod: "a", le: "+Inf" }, 2],
      [{ pod: "b", le: "0.1" }, 0],
      [{ pod: "b", le: "+Inf" }, 1],
    ],
    "ttft_seconds/sum": [
      [{ pod: "a" }, 0.1],
      [{ pod: "b" }, 0.5],
    ],
    up: [
      [{ pod: "a" }, 1],
      [{ pod: "b" }, 1],
    ],
    started_at: [
      [{ pod: "a" }, 1000],
      [{ pod: "b" }, 2000],
    ],
  },
};
