import { message, plain } from "../../src/deployment/message.ts";

/** A whole sentence with slots `{0}`, `{1}` …: the one door through which translations can come. */
export function words(text: string, ...slots: readonly (string | number)[]): string {
  return plain(message(text, ...slots));
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return words("{0} and {1}", items.slice(0, -1).join(", "), items.at(-1) ?? "");
}

/** What the latencies mean, for the titles of their first use on a page. */
export const definitions = {
  ttft: "Time to first token: from a request's arrival to its first output token",
  tpot: "Time per output token: (E2E − TTFT) / (output tokens − 1), for each request",
  itl: "Inter-token latency: each gap between two output tokens",
  e2e: "End to end: from a request's arrival to its last token",
  goodput: "Requests per second that meet every limit",
} as const;
