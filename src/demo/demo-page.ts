import { atLeast } from "../deployment/version.ts";
import { printMetrics, printValue } from "../live/page/print-metrics.ts";
import type { Family, Sample } from "../live/snapshot.ts";
import type { EngineView } from "./replay.ts";
import { addTallies } from "./tally.ts";
import { type Dialect, familiesOf, type PageFacts, type ShownGauge, type WireFamily } from "./wire.ts";

type Labels = Readonly<Record<string, string>>;

/** The page a server of this kind and release would serve in this state. */
export function demoPage(dialect: Dialect, facts: PageFacts, views: readonly EngineView[]): string {
  const families = new Map<string, Family>();
  const help = new Map<string, string>();
  const add = (family: Family, text: string) => {
    families.set(family.name, family);
    help.set(family.name, text);
  };
  if (dialect.tellsBirths) {
    const name = "process_start_time_seconds";
    add({ name, type: "gauge", samples: [{ name, labels: {}, value: facts.startedAt }] }, "Start of the process, unix seconds.");
  }
  // Only what is counted is told for all engines together, no gauge.
  const whole = together(views);
  for (const wire of familiesOf(dialect, facts.version)) {
    // Nobody wrote its steps down: a histogram without a count would say that there was none.
    if (wire.type === "histogram" && wire.shows === "stepTokens" && !views.some(({ tellsSteps }) => tellsSteps)) continue;
    const name = `${dialect.prefix}${wire.name}${wire.type === "counter" ? "_total" : ""}`;
    const shown = wire.together
      ? [{ view: whole, labels: labelsOf(dialect, facts, wire, undefined) }]
      : views.map((view, engine) => ({ view, labels: labelsOf(dialect, facts, wire, engine) }));
    add({ name, type: wire.type, samples: shown.flatMap(({ view, labels }) => samplesOf(wire, name, view, labels, facts)) }, wire.help);
    if (wire.type === "gauge" || !dialect.tellsBirths) continue;
    const born = `${dialect.prefix}${wire.name}_created`;
    const splits = wire.type === "counter" && wire.reasons ? wire.reasons.map((reason) => ({ finished_reason: reason })) : [{}];
    const samples = shown.flatMap(({ labels }) =>
      splits.map((split) => ({ name: born, labels: { ...labels, ...split }, value: facts.startedAt })),
    );
    add({ name: born, type: "gauge", samples }, wire.help);
  }
  for (const { family, help: words } of dialect.further(facts, views)) add(family, words);
  return printMetrics({ families }, help);
}

function labelsOf(dialect: Dialect, facts: PageFacts, { labels, labelsSince }: WireFamily, engine: number | undefined): Labels {
  const own = dialect.labels(facts, engine);
  return labels && (labelsSince === undefined || atLeast(facts.version, labelsSince)) ? { ...own, ...labels } : own;
}

function together(views: readonly EngineView[]): EngineView {
  const [first, ...others] = views;
  if (!first) throw new Error("A page needs an engine");
  return { ...first, tally: others.reduce((sum, { tally }) => addTallies(sum, tally, 1), first.tally) };
}

function samplesOf(wire: WireFamily, name: string, view: EngineView, labels: Labels, facts: PageFacts): readonly Sample[] {
  switch (wire.type) {
    case "gauge":
      return [{ name, labels, value: gauge(wire.shows, view, facts) }];
    case "counter": {
      const value = view.tally.counters[wire.shows];
      // Simulated requests end where their answer ends: the first reason.
      return wire.reasons
        ? wire.reasons.map((reason, index) => ({ name, labels: { ...labels, finished_reason: reason }, value: index === 0 ? value : 0 }))
        : [{ name, labels, value }];
    }
    case "histogram": {
      const { bounds, counts, micros } = view.tally.histograms[wire.shows];
      let total = 0;
      const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
        total += counts[index] ?? 0;
        return { name: `${name}_bucket`, labels: { ...labels, le: printValue(bound) }, value: total };
      });
      return [...buckets, { name: `${name}_count`, labels, value: total }, { name: `${name}_sum`, labels, value: micros / 1e6 }];
    }
    default:
      return wire satisfies never;
  }
}

function gauge(shows: ShownGauge, view: EngineView, { memory }: PageFacts): number {
  switch (shows) {
    case "running":
    case "waiting":
      return view[shows];
    case "outputTokensPerSecond":
      return view.outputTokensPerSecond;
    case "usedTokens":
      return Math.round(view.usage * memory.kvCacheTokens);
    case "usage":
      return inBlocks(view.usage, memory.kvCacheBlocks);
    default:
      return shows satisfies never;
  }
}

/** vLLM keeps its first block for itself: usage moves in steps of 1 / (blocks − 1). */
function inBlocks(usage: number, blocks: number): number {
  return blocks > 1 ? Math.round(usage * (blocks - 1)) / (blocks - 1) : usage;
}
