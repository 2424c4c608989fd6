import { readMatchers, written } from "../live/sources/prometheus/matchers.ts";
import { type PrometheusChoice, prometheusName } from "../live/sources/prometheus.ts";
import { redactUrl, storeScheme } from "./url.ts";

/** Servers of a store that are attached, and how far back their history is asked for. */
export interface StoreTarget extends PrometheusChoice {
  /** 0 = none. */
  readonly pastSeconds: number;
}

const longestPastSeconds = 7 * 86_400;

/** A name for what is attached, out of which it can be attached again: `prometheus:https://mimir/prometheus#labels=job%3D"vllm"`. */
export function storeUrl({ place, matchers, pastSeconds }: Omit<StoreTarget, "name">): string {
  const more = new URLSearchParams({ labels: written(matchers) });
  if (place.tenant !== undefined) more.set("tenant", place.tenant);
  if (pastSeconds > 0) more.set("past", String(pastSeconds));
  return `${storeScheme}${place.base}#${more.toString()}`;
}

/** What such a name means; undefined for any other. */
export function storeTarget(input: string): StoreTarget | undefined {
  if (!input.startsWith(storeScheme)) return undefined;
  const [base = "", fragment = ""] = input.slice(storeScheme.length).split("#");
  const more = new URLSearchParams(fragment);
  const matchers = readMatchers(more.get("labels") ?? "");
  if (!/^https?:\/\//.test(base) || !URL.canParse(base) || !matchers) return undefined;
  const tenant = more.get("tenant");
  const past = Number(more.get("past") ?? 0);
  return {
    place: { base, ...(tenant ? { tenant } : {}) },
    matchers,
    name: prometheusName(redactUrl(base), matchers),
    pastSeconds: past > 0 ? Math.min(past, longestPastSeconds) : 0,
  };
}
