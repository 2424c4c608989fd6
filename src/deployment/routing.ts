import { wordTable } from "../catalog/word-table.ts";

/** How requests are spread over the instances of a deployment. */
export type RoutingPolicy = "random" | "round-robin" | "least-requests";

const policies: Readonly<Record<string, RoutingPolicy | "not-played">> = wordTable({
  random: "random",
  "round-robin": "round-robin",
  roundrobin: "round-robin",
  "least-requests": "least-requests",
  "least-outstanding": "least-requests",
  "join-shortest-queue": "not-played",
  "power-of-two": "not-played",
  prefix: "not-played",
  "kv-cost": "not-played",
  "least-ttft": "not-played",
  session: "not-played",
});

/** The policy a word names; "not-played" for known ones that no simulation here follows, undefined for unknown words. */
export function routingPolicy(word: string): RoutingPolicy | "not-played" | undefined {
  const name = word.trim().toLowerCase().replaceAll("_", "-");
  return Object.hasOwn(policies, name) ? policies[name] : undefined;
}
