import type { CanonicalCounter, CanonicalHistogram, Measures, Role, ServerKind } from "../snapshot.ts";

/** Told where the prompt is computed; the decode server counts a prompt again whose cache it takes over. */
const ofPrefill = {
  counters: ["prompt_tokens_total", "prefix_cache_queries_total", "prefix_cache_hits_total"],
  histograms: ["queue_seconds"],
} as const satisfies { readonly counters: readonly CanonicalCounter[]; readonly histograms: readonly CanonicalHistogram[] };

/** Told where the answer is made; the prefill server answers each request with one token. */
const ofDecode = {
  counters: ["generation_tokens_total", "request_success_total"],
  histograms: ["itl_seconds", "tpot_seconds", "decode_seconds", "request_prompt_tokens", "request_generation_tokens"],
} as const satisfies { readonly counters: readonly CanonicalCounter[]; readonly histograms: readonly CanonicalHistogram[] };

/** Begin with the client's request; each server of a pair begins its own when it hears of it. */
const ofClient = ["ttft_seconds", "e2e_seconds", "prefill_seconds"] as const satisfies readonly CanonicalHistogram[];

/**
 * Prefill and decode servers both count a request: each figure of all together is taken from those that see it whole. SGLang's decode server
 * hears of a request when it arrives; elsewhere what a client waits is known to nobody of a pair, only to a server in front of both.
 */
export function countedOnce(roles: ReadonlyMap<Role, Measures>, all: Measures, kind: ServerKind): Measures {
  const [prefill, decode, front] = [roles.get("prefill"), roles.get("decode"), roles.get("both")];
  if (!prefill || !decode) return all;
  const counters = { ...all.counters };
  const histograms = { ...all.histograms };
  const take = (from: Measures, { counters: counted, histograms: observed }: typeof ofPrefill | typeof ofDecode): void => {
    for (const word of counted) replace(counters, word, from.counters[word]);
    for (const word of observed) replace(histograms, word, from.histograms[word]);
  };
  take(prefill, ofPrefill);
  take(decode, ofDecode);
  for (const word of ofClient)
    replace(histograms, word, front?.histograms[word] ?? (kind === "sglang" ? decode.histograms[word] : undefined));
  const usage = decode.gauges.kv_cache_usage;
  const gauges = usage === undefined ? all.gauges : { ...all.gauges, kv_cache_usage: usage };
  return { ...all, gauges, counters, histograms };
}

function replace<Word extends string, Value>(figures: Partial<Record<Word, Value>>, word: Word, value: Value | undefined): void {
  if (value === undefined) delete figures[word];
  else figures[word] = value;
}
