import type { Message } from "../../deployment/message.ts";
import { readStartLog } from "../starts/read-start-log.ts";
import { refusalWords } from "../starts/refusal-words.ts";
import type { LogPart } from "./api-address.ts";
import type { Pod } from "./pod.ts";
import { engineContainer } from "./serving-ports.ts";

/** A start-up stands at the beginning of a log, within its first megabytes. */
const mostLogBytes = 4 * 2 ** 20;

/** The log of a pod's engine that tells of its start: the one before this, where it ends again and again. */
export function startLogPart(pod: Pod): LogPart | undefined {
  const engine = engineContainer(pod);
  if (!engine) return undefined;
  const isDown = engine.status?.waiting !== null && engine.status?.waiting !== undefined;
  return { container: engine.name, previous: isDown && engine.status.restarts > 0, mostBytes: mostLogBytes };
}

/** Why an engine refused to start, as its log tells; undefined where it does not. */
export function refusedStart(log: string): Message | undefined {
  const refusal = readStartLog(log)?.refusal;
  return refusal ? refusalWords(refusal) : undefined;
}
