import { isFields } from "../../deployment/case-fields.ts";
import type { Message } from "../../deployment/message.ts";
import type { LiveEvent } from "../source.ts";

const kinds: readonly LiveEvent["kind"][] = ["restart", "gap", "drift", "deploy", "scale", "alert"];

/** Events as a file has them; those that make no sense are left out. */
export function eventsFrom(value: unknown): readonly LiveEvent[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isFields).flatMap((event): LiveEvent[] => {
    const kind = kinds.find((one) => one === event.kind);
    const words = messageFrom(event.words);
    if (!kind || !words || !isTime(event.time)) return [];
    return [{ time: event.time, ...(isTime(event.since) ? { since: event.since } : {}), kind, words }];
  });
}

function messageFrom(value: unknown): Message | undefined {
  if (!isFields(value) || typeof value.text !== "string" || !Array.isArray(value.args)) return undefined;
  return { text: value.text, args: value.args.filter((one: unknown) => typeof one === "string" || typeof one === "number") };
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
