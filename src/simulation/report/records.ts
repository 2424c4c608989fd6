import { refused } from "../requests.ts";
import type { Load } from "../workload/load.ts";
import type { RequestRecords } from "./report.ts";
import type { RunResult } from "./run-result.ts";

/** Per request as drawn, in seconds since the measured part began. The run is over: its times become seconds where they lie. */
export function requestRecords(run: RunResult, { measured, classes, classOf }: Load): RequestRecords {
  const { requests, origin } = run;
  const own = <Column extends { subarray(from: number, to: number): Column }>(column: Column): Column => column.subarray(0, measured);
  const times = {
    arrival: own(requests.arrival),
    firstScheduled: own(requests.firstScheduled),
    decodeQueue: own(requests.decodeQueue),
    firstToken: own(requests.firstToken),
    finished: own(requests.finished),
  };
  inSeconds(times, origin);
  return {
    ...times,
    promptTokens: own(requests.prompt),
    outputTokens: own(requests.output),
    cachedTokens: own(requests.cached),
    preemptions: own(requests.preemptions),
    instance: own(requests.instance),
    ...(classes.length > 0 ? { classOf: classOf.slice(0, measured) } : {}),
    ...(run.refused > 0 ? { refused: requests.state.slice(0, measured).map((state) => (state === refused ? 1 : 0)) } : {}),
  };
}

type Times = Pick<RequestRecords, "arrival" | "firstScheduled" | "decodeQueue" | "firstToken" | "finished">;

function inSeconds({ arrival, firstScheduled, decodeQueue, firstToken, finished }: Times, origin: number): void {
  for (let r = 0; r < arrival.length; r++) {
    // Nothing has happened to one that has not come.
    if (Number.isNaN(arrival[r] as number)) continue;
    arrival[r] = ((arrival[r] as number) - origin) / 1e9;
    firstScheduled[r] = ((firstScheduled[r] as number) - origin) / 1e9;
    decodeQueue[r] = (decodeQueue[r] as number) / 1e9;
    firstToken[r] = ((firstToken[r] as number) - origin) / 1e9;
    finished[r] = ((finished[r] as number) - origin) / 1e9;
  }
}
