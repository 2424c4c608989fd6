import { refused } from "../requests.ts";
import type { Load } from "../workload/load.ts";
import type { RequestRecords } from "./report.ts";
import type { RunResult } from "./run-result.ts";

/** Per request as drawn, in seconds since the measured part began. The run is over: its times become seconds where they lie. */
export function requestRecords(run: RunResult, { measured, classes, classOf }: Load): RequestRecords {
  const { requests, origin } = run;
  const seconds = (nanoseconds: Float64Array, since = origin) => {
    const times = nanoseconds.subarray(0, measured);
    for (let r = 0; r < measured; r++) times[r] = ((times[r] as number) - since) / 1e9;
    return times;
  };
  return {
    arrival: seconds(requests.arrival),
    firstScheduled: seconds(requests.firstScheduled),
    decodeQueue: seconds(requests.decodeQueue, 0),
    firstToken: seconds(requests.firstToken),
    finished: seconds(requests.finished),
    promptTokens: requests.prompt.slice(0, measured),
    outputTokens: requests.output.slice(0, measured),
    cachedTokens: requests.cached.slice(0, measured),
    preemptions: requests.preemptions.slice(0, measured),
    instance: requests.instance.slice(0, measured),
    ...(classes.length > 0 ? { classOf: classOf.slice(0, measured) } : {}),
    ...(run.refused > 0 ? { refused: requests.state.slice(0, measured).map((state) => (state === refused ? 1 : 0)) } : {}),
  };
}
