import { type Asked, type FakeApi, fakeApi, type Told, vector } from "./fake-api.ts";

type Labels = Readonly<Record<string, string>>;

export interface FakeStore extends FakeApi {
  /** What the next answers hold; members may be changed between looks. */
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
  const api = fakeApi((asked) => answered(asked, store)) as FakeStore;
  const store = Object.assign(api, { state: first });
  return store;
}

function answered(asked: Asked, { state, now }: FakeStore): Told {
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
