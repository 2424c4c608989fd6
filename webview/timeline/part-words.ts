import type { LifePart, PartKind, RequestLife } from "../../src/simulation/timeline/request-life.ts";
import { words } from "../parts/words.ts";
import type { RunIndex } from "./run-index.ts";

/** One line of a breakdown. */
export interface Line {
  readonly kind: PartKind;
  readonly name: string;
  /** Its time; several spells of one kind, one behind the other, are one. */
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
  readonly fill: "wait" | "prefill" | "decode" | "transfer";
}

/** The parts of a request as lines; their times add up to the whole. */
export function linesOf(index: RunIndex, life: RequestLife): readonly Line[] {
  return life.parts
    .filter((part) => part.to > part.from || part.kind === "prefill" || part.kind === "decode")
    .map((part) => ({
      kind: part.kind,
      name: nameOf(index, life, part),
      seconds: part.to - part.from,
      from: part.from,
      to: part.to,
      fill: fills[part.kind],
    }));
}

const fills: Readonly<Record<PartKind, Line["fill"]>> = {
  reach: "wait",
  queue: "wait",
  load: "transfer",
  prefill: "prefill",
  "hand-over": "wait",
  room: "wait",
  link: "wait",
  transfer: "transfer",
  step: "wait",
  decode: "decode",
  again: "wait",
  "prefill-again": "prefill",
};

function nameOf({ run }: RunIndex, { request }: RequestLife, { kind, instance }: LifePart): string {
  const { timeline, requests } = run;
  const where = timeline.instances[instance]?.name ?? "";
  switch (kind) {
    case "reach":
      return words("Reached the engine");
    case "queue":
      return words("Waited for prefill");
    case "load":
      return words("Loaded from a store");
    case "prefill":
      return words("Prefill, {0}", where);
    case "hand-over":
      return words("Handed over");
    case "room":
      return words("Waited for room");
    case "link":
      return words("Waited for the link");
    case "transfer":
      return words("KV transfer, {0}", gigabytes(bytesOf(run.timeline, request)));
    case "step":
      return words("Waited for a step");
    case "decode":
      return words("Decode, {0} tokens", requests.outputTokens[request] ?? 0);
    case "again":
      return words("Preempted, waited again");
    case "prefill-again":
      return words("Prefill again, {0}", where);
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function bytesOf({ transfers }: RunIndex["run"]["timeline"], request: number): number {
  let bytes = 0;
  for (let i = 0; i < transfers.request.length; i++) if (transfers.request[i] === request) bytes += transfers.bytes[i] as number;
  return bytes;
}

/** Links count in decimal: `0.95 GB`, `12.3 MB`. */
export function gigabytes(bytes: number): string {
  return bytes >= 1e8 ? `${(bytes / 1e9).toFixed(2)}\u00a0GB` : `${(bytes / 1e6).toPrecision(3)}\u00a0MB`;
}
