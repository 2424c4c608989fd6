import { message } from "../../../deployment/message.ts";
import type { Ask } from "../../source.ts";
import { seriesIn } from "./answer.ts";
import { type ApiPlace, type ApiResult, askApi } from "./api.ts";
import type { Target } from "./targets.ts";

/** Scrapes are counted over so long where the store does not tell its configuration. */
const countedSeconds = 300;
/** Below it a difference of clocks is the way there and back. */
const clockNoiseSeconds = 2;

/** The store's clock minus ours, in seconds; a failure where it cannot be asked at all. */
export async function clockAhead(ask: Ask, place: ApiPlace): Promise<number | Extract<ApiResult, { kind: "failed" }>> {
  const answer = await askApi(ask, place, "query", { query: "time()" });
  if (answer.kind === "failed") return answer;
  const told = seriesIn(answer.data)?.[0]?.samples[0]?.[1];
  if (told === undefined) {
    return { kind: "failed", why: "wrong-page", detail: message("Answers, but does not understand PromQL"), status: null, said: "" };
  }
  const ahead = told - ask.now().time;
  return Math.abs(ahead) < clockNoiseSeconds ? 0 : ahead;
}

/** The longest interval of these targets: a rate needs several scrapes of each. null where the store tells none. */
export function configuredInterval(targets: readonly Target[]): number | null {
  const told = targets.map(({ intervalSeconds }) => intervalSeconds).filter((seconds) => seconds !== null);
  return told.length > 0 ? Math.max(...told) : null;
}

/** The usual interval of some series as their samples show it; null where they are too few. */
export async function countedInterval(ask: Ask, place: ApiPlace, series: string): Promise<number | null> {
  // The median: a server that started a minute ago has few samples, whatever its interval.
  const query = `quantile(0.5, count_over_time(${series}[${countedSeconds}s]))`;
  const answer = await askApi(ask, place, "query", { query });
  const count = answer.kind === "data" ? seriesIn(answer.data)?.[0]?.samples[0]?.[1] : undefined;
  return count !== undefined && count > 1 ? Math.max(1, Math.round(countedSeconds / count)) : null;
}
