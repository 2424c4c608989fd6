import { message, plain } from "../../deployment/message.ts";
import { mixedIn } from "../page/mixed.ts";
import type { Ask, LiveSource, Look, Moment } from "../source.ts";
import type { ApiPlace, ApiResult } from "./prometheus/api.ts";
import { figuresOf, type InstantFigures } from "./prometheus/figures.ts";
import { FleetChanges, failuresByServer, memberStates } from "./prometheus/fleet-changes.ts";
import { grownOf } from "./prometheus/grown.ts";
import { askInstant, askRange } from "./prometheus/instants.ts";
import { type Matcher, written } from "./prometheus/matchers.ts";
import { PartTotals } from "./prometheus/part-totals.ts";
import { joined, questionsOf } from "./prometheus/queries.ts";
import { type Selection, select, targetsBehind } from "./prometheus/selection.ts";
import { refusalWords } from "./prometheus/store.ts";

type Failed = Extract<ApiResult, { kind: "failed" }>;

/** Servers as a Prometheus-compatible store sees them. */
export interface PrometheusChoice {
  readonly place: ApiPlace;
  readonly matchers: readonly Matcher[];
  /** For people. */
  readonly name: string;
}

/** What is shown of a choice: `prometheus:9090 {job="vllm"}`. */
export function prometheusName(address: string, matchers: readonly Matcher[]): string {
  const bare = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
  return matchers.length === 0 ? bare : `${bare} {${written(matchers)}}`;
}

/** Two scrapes tell a rate, and one may be missing at either end of a window. */
const scrapesInWindow = 4;
/** After so many seconds, names and servers are read anew: fleets grow and are upgraded while one looks. */
const selectedForSeconds = 120;
/** An hour has a point every five seconds: all buckets of all of them must fit in one answer, and stores refuse beyond 11,000. */
const mostHistoryPoints = 720;

/** Gauges, rates and buckets that a Prometheus-compatible store works out over the servers that matchers choose. */
export function prometheus(choice: PrometheusChoice): LiveSource & { readonly scrapeSeconds: number } {
  const source = new PrometheusSource(choice);
  return {
    /** 0 while it is not known yet. */
    get scrapeSeconds() {
      return source.scrapeSeconds;
    },
    kind: "prometheus",
    name: choice.name,
    // Nobody knows whether the scraped addresses can be reached from here.
    identityAt: [],
    look: (ask) => source.look(ask),
    history: (ask, from, to, step) => source.history(ask, from, to, step),
  };
}

class PrometheusSource {
  private selection: Selection | undefined;
  /** Seconds of the steady clock. */
  private selectedAt = Number.NEGATIVE_INFINITY;
  private askedAt = Number.NEGATIVE_INFINITY;
  /** Unix seconds of the last instant that had figures. */
  private answeredAt: number | undefined;
  private readonly changes = new FleetChanges();
  private readonly parts = new PartTotals();
  private failures: ReadonlyMap<string, string> = new Map();

  constructor(private readonly choice: PrometheusChoice) {}

  get scrapeSeconds(): number {
    return this.selection?.scrapeSeconds ?? 0;
  }

  async look(ask: Ask): Promise<Look> {
    const selection = await this.selected(ask);
    if (selection.kind === "failed") return this.nothing(selection, ask.now(), ask);
    // A look sooner than the next scrape would see what the last one saw.
    await ask.wait(Math.max(0, this.askedAt + selection.scrapeSeconds - ask.now().steady));
    const moment = ask.now();
    this.askedAt = moment.steady;
    const shortest = scrapesInWindow * selection.scrapeSeconds;
    const seconds = this.answeredAt === undefined ? shortest : Math.max(0, moment.time - this.answeredAt);
    // After a time without an answer one rate speaks for all of it.
    const queries = this.queries(selection, Math.max(shortest, seconds), true);
    const instant = await askInstant(ask, this.choice.place, queries, moment.time + selection.clockAhead);
    if (instant.kind === "failed") return this.nothing(instant, moment, ask);
    const figures = figuresOf(instant.series, selection);
    const members = memberStates(figures, await this.failuresOf(ask, selection, figures), seconds);
    const events = this.changes.since(figures.members, moment.time);
    const problems = [...selection.notices, ...instant.notices, ...instant.limits];
    if (members.every(({ engines }) => engines === 0)) {
      this.selectedAt = Number.NEGATIVE_INFINITY;
      const detail = members[0]?.detail ?? ask.say(message("The store has no figures of these servers any more"));
      return { kind: "none", why: "lost", detail, time: moment.time, problems, members, events };
    }
    this.answeredAt = moment.time;
    const parts = this.parts.after(figures.parts, seconds, selection.names);
    const grown = { ...grownOf(figures, selection, { ...moment, seconds }), parts };
    const told = [...mixedIn(grown.server).map(plain), ...problems];
    return { kind: "stretch", grown, seconds, problems: told, limits: instant.limits, members: members.length > 1 ? members : [], events };
  }

  async history(ask: Ask, from: number, to: number, step: number): Promise<readonly Look[]> {
    const selection = await this.selected(ask);
    if (selection.kind === "failed" || to <= from) return [];
    const { clockAhead, scrapeSeconds, notices } = selection;
    const stepSeconds = Math.ceil(Math.max(1, step, scrapeSeconds, (to - from) / mostHistoryPoints));
    // All servers as one: each alone, an hour long, would be too much for one answer.
    const queries = this.queries(selection, Math.max(scrapesInWindow * scrapeSeconds, stepSeconds), false);
    const range = { from: from + clockAhead, to: to + clockAhead, stepSeconds };
    const looks: Look[] = [];
    for (const [at, series] of await askRange(ask, this.choice.place, queries, range)) {
      const figures = figuresOf(series, selection);
      if (Object.keys(figures.gauges).length === 0) continue;
      const time = at - clockAhead;
      const { perEngine: _, ...grown } = grownOf(figures, selection, { time, seconds: stepSeconds });
      const parts = this.parts.after(figures.parts, stepSeconds, selection.names);
      looks.push({ kind: "stretch", grown: { ...grown, parts }, seconds: stepSeconds, problems: looks.length === 0 ? notices : [] });
      this.answeredAt = time;
    }
    return looks;
  }

  private queries({ names, shape }: Selection, windowSeconds: number, apart: boolean): readonly string[] {
    return joined(questionsOf({ names, shape, matchers: this.choice.matchers, windowSeconds, apart }));
  }

  /** What is known of the selection, read anew now and then; the old one serves on where that fails. */
  private async selected(ask: Ask): Promise<Selection | Failed> {
    const now = ask.now().steady;
    if (this.selection && now - this.selectedAt < selectedForSeconds) return this.selection;
    const found = await select(ask, this.choice.place, this.choice.matchers);
    if (found.kind === "failed") return this.selection ?? found;
    this.selectedAt = now;
    this.selection = found;
    this.failures = failuresByServer(found.targets, found.shape);
    return found;
  }

  /** Why servers are not scraped; asked for when one falls silent. */
  private async failuresOf(ask: Ask, { shape, targets }: Selection, { members }: InstantFigures): Promise<ReadonlyMap<string, string>> {
    const isNew = members.some(({ name, up }) => up === false && !this.failures.has(name));
    if (isNew && targets.length > 0) {
      const labels = targets.map((target) => target.labels);
      const asked = failuresByServer(await targetsBehind(ask, this.choice.place, shape, labels), shape);
      this.failures = new Map([...members.filter(({ up }) => up === false).map(({ name }) => [name, ""] as const), ...asked]);
    }
    return this.failures;
  }

  private nothing(failed: Failed, { time }: Moment, { say }: Ask): Look {
    const { why } = failed;
    const known = why === "needs-key" || why === "wrong-page" || why === "cancelled" ? why : "lost";
    return { kind: "none", why: known, detail: say(refusalWords(failed, this.choice.place.base)), time, problems: [] };
  }
}
