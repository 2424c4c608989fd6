import { gib } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { LoggedRefusal } from "./start-log.ts";

/** Why a start was refused, with the engine's own figures where it gave them. */
export function refusalWords({ kind, figures, phase, text }: LoggedRefusal): Message {
  const { neededBytes, availableBytes, maxModelLen, longestModelLen } = figures;
  switch (kind) {
    case "no-kv-memory":
      return message("refused: no memory left for the KV cache");
    case "model-len":
      if (neededBytes !== undefined && availableBytes !== undefined) {
        return longestModelLen === undefined
          ? message("refused: one request of full length needs {0} of KV cache, {1} are there", gib(neededBytes, 2), gib(availableBytes, 2))
          : message(
              "refused: one request of full length needs {0} of KV cache, {1} are there; {2} tokens would fit",
              gib(neededBytes, 2),
              gib(availableBytes, 2),
              longestModelLen,
            );
      }
      return message("refused: one request of {0} tokens does not fit, {1} would", maxModelLen ?? "?", longestModelLen ?? "?");
    case "free-memory":
      return message("refused: {0} were asked for, {1} were free", gib(neededBytes ?? 0, 2), gib(availableBytes ?? 0, 2));
    case "out-of-memory":
      return outOfMemory[phase];
    case "profiling":
      return message("refused: memory was given back by others while it was measured");
    default:
      return message("refused: {0}", text);
  }
}

const outOfMemory: Readonly<Record<LoggedRefusal["phase"], Message>> = {
  starting: message("refused: out of memory"),
  loading: message("refused: out of memory while weights were loaded"),
  profiling: message("refused: out of memory in the profiling run"),
  capturing: message("refused: out of memory while graphs were captured"),
  "warming-up": message("refused: out of memory while the sampler was warmed up"),
};
