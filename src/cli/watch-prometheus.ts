import { plain } from "../deployment/message.ts";
import { type StoreChoice, storeChoices } from "../live/sources/prometheus/choices.ts";
import { readMatchers } from "../live/sources/prometheus/matchers.ts";
import { apiBase, findStore, refusalWords, type Store } from "../live/sources/prometheus/store.ts";
import { prometheus, prometheusName } from "../live/sources/prometheus.ts";
import { httpAsk } from "../platform/ask.ts";
import { systemClock } from "../platform/clock.ts";
import type { FetchText } from "../platform/http.ts";
import { redactUrl } from "../platform/url.ts";
import { CliError, exits, usage } from "./exit.ts";
import type { Session } from "./session.ts";
import type { WatchedSource } from "./watch-sources.ts";

export interface StoreOptions {
  readonly labels?: string;
  readonly tenant?: string;
  readonly fetchText: FetchText;
}

/** The servers of a Prometheus-compatible store; throws CliError where it does not answer, or knows several models to choose from. */
export async function storeToWatch(
  address: string,
  { labels, tenant, fetchText }: StoreOptions,
  token: string | undefined,
  { terminal }: Session,
): Promise<WatchedSource> {
  const base = apiBase(address);
  if (base === undefined) throw usage(`Not an address: ${redactUrl(address)}`);
  const matchers = readMatchers(labels ?? "");
  if (!matchers) throw usage(`--labels takes label=value[,label=value], not “${labels ?? ""}”.`);
  const keyFor = (): string | undefined => token;
  const stop = new AbortController();
  const ask = httpAsk({ fetchText, clock: systemClock, keyFor, timeoutMs: 10_000 }, stop.signal);
  const found = await findStore(ask, base, tenant);
  const name = redactUrl(base).replace(/\/$/, "");
  if (found.kind === "failed") {
    throw new CliError(exits.unreachable, `${name}: ${plain(found.detail)}${found.misses === "tenant" ? ". Name it with --tenant." : ""}`);
  }
  const known = await storeChoices(ask, found.place, matchers);
  if (known.kind === "failed") throw new CliError(exits.unreachable, `${name}: ${plain(refusalWords(known, base))}`);
  const [first] = known.choices;
  if (!first) throw new CliError(exits.unreachable, `${name}: knows no serving engine with these labels in the last ten minutes`);
  if (known.choices.some((choice) => !sameModel(choice, first))) throw usage(severalWords(name, known.choices));
  terminal.fail(foundWords(found, known.choices));
  return { source: prometheus({ place: found.place, matchers, name: prometheusName(name, matchers) }), fetchText, label: "", keyFor };
}

function sameModel(a: StoreChoice, b: StoreChoice): boolean {
  return a.kind === b.kind && a.labels.model_name === b.labels.model_name;
}

function foundWords({ words }: Store, choices: readonly StoreChoice[]): string {
  const sum = (pick: (choice: StoreChoice) => number): number => choices.reduce((total, choice) => total + pick(choice), 0);
  const model = choices[0]?.labels.model_name;
  const servers = sum((choice) => choice.servers);
  const engines = sum((choice) => choice.engines);
  return `${words}: ${servers} server${servers === 1 ? "" : "s"}, ${engines} engine${engines === 1 ? "" : "s"}${model ? ` of ${model}` : ""}.`;
}

/** Shown at most: people can ask for the labels they know. */
const mostListed = 12;

function severalWords(name: string, choices: readonly StoreChoice[]): string {
  const lines = choices.slice(0, mostListed).map(({ labels, servers }) => {
    const text = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
    return `  --labels ${text.join(",")}  (${servers})`;
  });
  const more = choices.length > mostListed ? `\n  and ${choices.length - mostListed} more` : "";
  return `${name} knows several models; choose one:\n${lines.join("\n")}${more}`;
}
