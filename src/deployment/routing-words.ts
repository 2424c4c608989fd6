import { type Message, message } from "./message.ts";
import type { RoutingRule, ScoreWeights } from "./routing.ts";

/** How requests are spread, behind "spread" or "requests go". */
export function routingWords(rule: RoutingRule): Message {
  switch (rule) {
    case "random":
      return message("at random");
    case "round-robin":
      return message("in turn");
    case "least-requests":
      return message("to the fewest requests");
    case "join-shortest-queue":
      return message("to the fewest waiting prompt tokens");
    case "power-of-two":
      return message("to the less loaded of two at random");
    case "least-ttft":
      return message("to the soonest predicted first token");
    case "session":
      return message("by session");
  }
  switch (rule.policy) {
    case "prefix":
      return message("by scores ({0})", weightWords(rule.weights));
    case "cache-aware":
      return message("to the longest shared prefix, while loads are even");
    case "kv-cost":
      return message("by cost of blocks (overlap weight {0}, temperature {1})", rule.overlapWeight, rule.temperature);
  }
}

const names: Readonly<Record<keyof ScoreWeights, string>> = {
  prefix: "prefix",
  queue: "queue",
  running: "running",
  active: "active",
  freeCache: "free cache",
};

function weightWords(weights: ScoreWeights): string {
  const words = (["prefix", "queue", "running", "active", "freeCache"] as const).flatMap((key) =>
    weights[key] > 0 ? [`${names[key]} ${weights[key]}`] : [],
  );
  return words.join(", ");
}
