import { type Message, message } from "../../deployment/message.ts";
import type { CanonicalCounter, CanonicalGauge, CanonicalHistogram } from "../snapshot.ts";
import type { ServerKind } from "./server-kinds.ts";

const routers: ReadonlySet<ServerKind> = new Set(["production-stack-router", "dynamo", "smg", "vllm-router", "llm-d-epp"]);

/** What to know of a figure that a server takes in a way of its own; undefined where it means what it means everywhere. */
export function noteOn(server: ServerKind, word: CanonicalGauge | CanonicalCounter | CanonicalHistogram): Message | undefined {
  if (server === "tgi" && word === "tpot_seconds") return message("with the prefill");
  if (server === "llama.cpp" && word === "itl_seconds") return message("generation time by tokens");
  if (routers.has(server) && (word === "ttft_seconds" || word === "e2e_seconds" || word === "queue_seconds"))
    return message("as the router sees it");
  // Its frontend alone tells who waits, and runs what does not.
  if (server === "dynamo") return word === "requests_waiting" ? message("until their first token") : undefined;
  if (routers.has(server) && word === "requests_running") return message("in flight, running or waiting");
  return undefined;
}
