import { isFields } from "../../../deployment/case-fields.ts";

/** One scraped address, as `/api/v1/targets` tells it. */
export interface Target {
  readonly labels: Readonly<Record<string, string>>;
  readonly up: boolean | null;
  /** Why the last scrape failed; "" where it did not. */
  readonly lastError: string;
  readonly intervalSeconds: number | null;
}

const mostTargets = 5000;
const longestError = 300;

/** Reads the active targets; empty where the store scrapes none itself. */
export function targetsIn(data: unknown): readonly Target[] {
  const active = isFields(data) ? data.activeTargets : undefined;
  if (!Array.isArray(active)) return [];
  return active
    .slice(0, mostTargets)
    .filter(isFields)
    .map((target): Target => {
      const discovered = isFields(target.discoveredLabels) ? target.discoveredLabels : {};
      return {
        labels: isFields(target.labels) ? onlyTexts(target.labels) : {},
        up: target.health === "up" ? true : target.health === "down" ? false : null,
        lastError: typeof target.lastError === "string" ? withoutSecrets(target.lastError).slice(0, longestError) : "",
        intervalSeconds: secondsOf(target.scrapeInterval) ?? secondsOf(discovered.__scrape_interval__),
      };
    });
}

/** Go's errors name the whole address that was asked. */
function withoutSecrets(error: string): string {
  return error.replace(/(\bhttps?:\/\/)[^/\s"]*@/g, "$1").replace(/(\bhttps?:\/\/[^\s"?]*)\?[^\s"]*/g, "$1");
}

/** The targets behind series: those with the same values of the labels that join both. */
export function targetsOf(
  targets: readonly Target[],
  sets: readonly Readonly<Record<string, string>>[],
  joinedBy: readonly string[],
): readonly Target[] {
  if (joinedBy.length === 0) return [];
  const key = (labels: Readonly<Record<string, string>>): string => joinedBy.map((label) => labels[label] ?? "").join("\n");
  const wanted = new Set(sets.map(key));
  return targets.filter((target) => wanted.has(key(target.labels)));
}

/** Prometheus' durations: `15s`, `1m30s`, `500ms`. */
function secondsOf(value: unknown): number | null {
  if (typeof value !== "string" || !/^(?:\d{1,9}(?:ms|[ywdhms]))+$/.test(value)) return null;
  let seconds = 0;
  for (const [, count, unit] of value.matchAll(/(\d+)(ms|[ywdhms])/g)) seconds += Number(count) * (unitSeconds[unit ?? ""] ?? 0);
  return seconds > 0 ? seconds : null;
}

const unitSeconds: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 };

function onlyTexts(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
