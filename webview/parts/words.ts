import { type Message, message, plain } from "../../src/deployment/message.ts";

/** Sentences of the reader's language by the English ones; without them a page speaks English. */
let translations: Readonly<Record<string, string>> = {};

/** Takes over what the host's shell brought along in `<script type="application/json" id="words">`. */
export function learnWords(): void {
  const brought: unknown = JSON.parse(document.getElementById("words")?.textContent || "{}");
  if (typeof brought !== "object" || brought === null) return;
  translations = Object.fromEntries(Object.entries(brought).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

/** A whole sentence with slots `{0}`, `{1}` …: the one door through which translations come. */
export function words(text: string, ...slots: readonly (string | number)[]): string {
  return said(message(text, ...slots));
}

/** A sentence of the pure rooms in the reader's language. */
export function said({ text, args }: Message): string {
  const slots = args.map((slot) => (typeof slot === "object" ? said(slot) : slot));
  return unbroken(plain({ text: translations[text] ?? text, args: slots }));
}

const beforeUnit = /(\d) (?=(?:ms|s|µs|min|h|%|[KMGT]iB|[kMGT]?B(?:\/s)?|[GT]FLOP\/s|FLOP\/B|req\/s|tok\/s)(?![\w/]))/g;

/** A text in which no line break parts a number from its unit. */
export function unbroken(text: string): string {
  return text.replace(beforeUnit, "$1\u00a0");
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length < 2) return items[0] ?? "";
  return words("{0} and {1}", items.slice(0, -1).join(", "), items.at(-1) ?? "");
}

/** What the latencies mean, for the titles of their first use on a page. */
export const definitions = {
  ttft: message("Time to first token: from a request's arrival to its first output token"),
  tpot: message("Time per output token: (E2E − TTFT) / (output tokens − 1), for each request"),
  itl: message("Inter-token latency: each gap between two output tokens"),
  e2e: message("End to end: from a request's arrival to its last token"),
  goodput: message("Requests per second that meet every limit"),
} as const;
