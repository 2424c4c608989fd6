import { duration, whole } from "../parts/numbers.ts";
import { words } from "../parts/words.ts";
import type { Hit } from "./hit.ts";
import { gigabytes } from "./part-words.ts";
import type { RunIndex } from "./run-index.ts";
import { requestsIn } from "./selection.ts";

/** What stands under the cursor, in one sentence for eyes and ears; empty for nothing. */
export function readout(index: RunIndex, hit: Hit, time: number): string {
  const { timeline } = index.run;
  if (!hit) return "";
  if (hit.kind === "wait") return words("{0} requests wait for their prompt to begin", whole(index.waiting.at(time)));
  if (hit.kind === "transfer") {
    const { transfers, instances } = timeline;
    const at = (column: Int32Array): string => instances[column[hit.row] as number]?.name ?? "";
    return words(
      "Request {0}: {1} from {2} to {3} in {4}",
      transfers.request[hit.row] as number,
      gigabytes(transfers.bytes[hit.row] as number),
      at(transfers.from),
      at(transfers.to),
      duration((transfers.end[hit.row] as number) - (transfers.start[hit.row] as number)),
    );
  }
  const { steps, instances } = timeline;
  const { row, instance, from, to } = hit.step;
  const count = steps.steps[row] as number;
  const prompt = steps.promptTokens[row] as number;
  const name = instances[instance]?.name ?? "";
  const mode = steps.sequenceMode[row] === 1 ? "SP" : "TP";
  const decoding = whole(steps.decodeSequences[row] as number);
  const seconds = duration((to - from) / count);
  if (prompt === 0)
    return count > 1
      ? words("{0}: {1} steps of {2} each, {3} decoding, {4}", name, whole(count), seconds, decoding, mode)
      : words("{0}: a step of {1}, {2} decoding, {3}", name, seconds, decoding, mode);
  const requests = requestsIn(index, row);
  const of = requests.length === 1 ? words("request {0}", requests[0]?.request ?? 0) : words("{0} requests", requests.length);
  return words("{0}: a step of {1}, {2} prompt tokens of {3}, {4} decoding, {5}", name, seconds, whole(prompt), of, decoding, mode);
}

/** What lies under the pointer, behind the time there. */
export function cursorWords(index: RunIndex, hit: Hit, time: number): string {
  const said = readout(index, hit, time);
  return `${time.toFixed(4)}\u00a0s${said === "" ? "" : ` · ${said}`}`;
}

/** The whole picture in a sentence, for those who do not see it. */
export function pictureWords(
  index: RunIndex,
  view: { readonly from: number; readonly to: number },
  busy: number,
  selected: number | null,
): string {
  const { timeline, requests } = index.run;
  // Two digits of what is in view: enough to tell its ends apart.
  const digits = Math.max(0, 1 - Math.floor(Math.log10(view.to - view.from)));
  const span = `${view.from.toFixed(digits)}–${view.to.toFixed(digits)}\u00a0s`;
  const said = words(
    "Timeline of {0} requests on {1} instances over {2}; in view {3}, in which the instances are busy for {4} % of the time.",
    whole(requests.arrival.length),
    timeline.instances.length,
    duration(timeline.end),
    span,
    Math.round(busy * 100),
  );
  return selected === null ? said : `${said} ${words("Request {0} is selected.", selected)}`;
}
