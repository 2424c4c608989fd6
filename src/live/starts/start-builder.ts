import type { Place, Speaker } from "./log-speaker.ts";
import type {
  CachePart,
  LoggedConflict,
  LoggedEngine,
  LoggedFigure,
  LoggedPart,
  LoggedRefusal,
  LoggedSetting,
  StartLog,
} from "./start-log.ts";

/** A figure as one phrase prints it. */
export interface Printed {
  readonly value: number;
  readonly step: number;
}

/** Where a phrase stood. */
export interface Telling {
  readonly start: StartBuilder;
  readonly speaker: Speaker;
  readonly line: number;
  /** The whole message. */
  readonly text: string;
}

interface RankNotes {
  label: string;
  named: boolean;
  place: Place;
  readonly order: number;
  readonly figures: Map<LoggedPart, LoggedFigure>;
  /** Added pieces as printed: the same piece twice is one line that was written twice. */
  readonly pieces: Set<string>;
  /** Model that is being loaded, and the one whose weights were counted. */
  loading: string;
  weighed: string | undefined;
}

interface EngineNotes {
  readonly figures: Map<CachePart, LoggedFigure>;
}

/** Ranks of one engine that are told apart; a log of more is cut short rather than grow. */
const mostRanks = 4096;
const mostEvidence = 400;
const mostSettings = 400;
const mostModels = 20;

/** Gathers what the lines of one start tell. */
export class StartBuilder {
  engine: LoggedEngine | null = null;
  engineVersion: string | null = null;
  ready = false;
  refusal: LoggedRefusal | null = null;
  phase: LoggedRefusal["phase"] = "starting";
  /** Marks of a beginning that were seen: a second one of a kind begins the next start. */
  readonly marks = new Set<string>();
  private readonly ranks = new Map<string, RankNotes>();
  private readonly engines = new Map<number, EngineNotes>();
  private readonly notedSettings = new Map<string, LoggedSetting>();
  private readonly conflicts = new Map<string, LoggedConflict>();
  private readonly lines = new Map<number, string>();
  private readonly modelNames: string[] = [];

  constructor(readonly line: number) {}

  get model(): string | null {
    return this.modelNames.at(-1) ?? null;
  }

  /** The name told last counts; the others say that the lines are not of one engine alone. */
  set model(name: string | null) {
    if (name === null || name === this.model) return;
    const before = this.modelNames.indexOf(name);
    if (before >= 0) this.modelNames.splice(before, 1);
    if (this.modelNames.length < mostModels) this.modelNames.push(name);
  }

  get hasFigures(): boolean {
    return this.ranks.size > 0 || this.engines.size > 0;
  }

  get isEmpty(): boolean {
    return !this.hasFigures && this.marks.size === 0 && this.refusal === null && this.notedSettings.size === 0;
  }

  /** A figure of the speaking rank. */
  figure(at: Telling, part: LoggedPart, { value, step }: Printed, derived = false): void {
    const rank = this.rank(at);
    if (rank) this.note(rank.figures, part, { value, step, line: at.line, derived }, rank.label, at);
  }

  /** A figure that another phrase may tell better: it counts only where nothing else told it. */
  fill(at: Telling, part: LoggedPart, printed: Printed, derived = false): void {
    if (!this.rank(at)?.figures.has(part)) this.figure(at, part, printed, derived);
  }

  /** The last of several tries counts (TensorRT-LLM sizes its cache twice). */
  replace(at: Telling, part: LoggedPart, printed: Printed): void {
    this.rank(at)?.figures.delete(part);
    this.figure(at, part, printed);
  }

  /** One of several pieces that together make the figure (caches of a target and its draft). */
  add(at: Telling, part: LoggedPart, { value, step }: Printed, printed: string): void {
    const rank = this.rank(at);
    if (!rank || rank.pieces.has(printed)) return;
    rank.pieces.add(printed);
    const before = rank.figures.get(part);
    rank.figures.set(part, { value: (before?.value ?? 0) + value, step: (before?.step ?? 0) + step, line: at.line, derived: false });
    this.remember(at);
  }

  of(at: Telling, part: LoggedPart): LoggedFigure | undefined {
    return this.rank(at)?.figures.get(part);
  }

  /** The model whose weights the rank reads next. */
  loads(at: Telling, model: string): void {
    const rank = this.rank(at);
    if (rank) rank.loading = model;
  }

  /** Weights just read: those of a second model on one rank are a draft's. */
  weights(at: Telling, printed: Printed, derived = false): void {
    const rank = this.rank(at);
    if (!rank) return;
    const draft = rank.weighed !== undefined && rank.weighed !== rank.loading;
    if (!draft) rank.weighed = rank.loading;
    this.figure(at, draft ? "draft-weights" : "weights", printed, derived);
    if (this.phase === "starting" || this.phase === "loading") this.phase = "profiling";
  }

  /** A figure of the speaking engine. Older vLLM prints one line for each rank: the least counts there. */
  cache(at: Telling, part: CachePart, { value, step }: Printed, choose: "same" | "least" | "last" = "same"): void {
    const { data } = at.speaker.place;
    const notes = this.engines.get(data) ?? { figures: new Map() };
    this.engines.set(data, notes);
    const before = notes.figures.get(part);
    const figure: LoggedFigure = { value, step, line: at.line, derived: false };
    this.remember(at);
    if (choose === "last" || (choose === "least" && before !== undefined && value < before.value)) notes.figures.set(part, figure);
    else if (choose === "same" || before === undefined) this.note(notes.figures, part, figure, `engine ${data}`, at);
  }

  set(at: Telling, name: string, value: string, written = false): void {
    if (value === "" || value === "None" || value.length > 400) return;
    const before = this.notedSettings.get(name);
    // What was written on the command line stays known as such when the resolved value follows.
    if (this.notedSettings.size < mostSettings || before) {
      this.notedSettings.set(name, { value, line: at.line, written: written || before?.written === true });
    }
  }

  setting(name: string): string | undefined {
    return this.notedSettings.get(name)?.value;
  }

  remember({ line, text }: Telling): void {
    if (this.lines.size < mostEvidence && !this.lines.has(line)) this.lines.set(line, text.trim().slice(0, 1000));
  }

  finished(earlier: StartLog["earlier"]): StartLog {
    const ranks = [...this.ranks.values()].sort(byPlace);
    return {
      engine: this.engine,
      engineVersion: this.engineVersion,
      model: this.model,
      otherModels: this.modelNames.slice(0, -1),
      settings: Object.fromEntries(this.notedSettings),
      ranks: ranks.map(({ label, place, figures }) => ({ label, stage: place.pipeline, figures: Object.fromEntries(withRest(figures)) })),
      tightest: tightestOf(ranks),
      cache: Object.fromEntries(this.tightestEngine()),
      outcome: this.outcome,
      refusal: this.outcome === "refused" ? this.refusal : null,
      conflicts: [...this.conflicts.values()],
      line: this.line,
      cut: this.marks.size === 0,
      earlier,
      evidence: [...this.lines].sort(([a], [b]) => a - b).map(([line, text]) => ({ line, text })),
    };
  }

  get outcome(): StartLog["outcome"] {
    return this.ready ? "ready" : this.refusal ? "refused" : "unfinished";
  }

  /** Of a data-parallel server the engine with the fewest tokens. */
  private tightestEngine(): ReadonlyMap<CachePart, LoggedFigure> {
    const size = ({ figures }: EngineNotes): number =>
      figures.get("tokens")?.value ?? figures.get("blocks")?.value ?? Number.POSITIVE_INFINITY;
    const all = [...this.engines.values()];
    return all.reduce((least, one) => (size(one) < size(least) ? one : least), all[0] ?? { figures: new Map() }).figures;
  }

  private rank({ speaker }: Telling): RankNotes | undefined {
    const known = this.ranks.get(speaker.key);
    if (known) {
      if (speaker.named && !known.named) Object.assign(known, { label: speaker.label, named: true, place: speaker.place });
      return known;
    }
    if (this.ranks.size >= mostRanks) return undefined;
    const { label, named, place } = speaker;
    const rank: RankNotes = {
      label,
      named,
      place,
      order: this.ranks.size,
      figures: new Map(),
      pieces: new Set(),
      loading: "",
      weighed: undefined,
    };
    this.ranks.set(speaker.key, rank);
    return rank;
  }

  /** Keeps the finer print of one value; two values are a conflict, and neither is told. */
  private note<P extends LoggedPart | CachePart>(
    figures: Map<P, LoggedFigure>,
    part: P,
    figure: LoggedFigure,
    rank: string,
    at: Telling,
  ): void {
    this.remember(at);
    const key = `${rank} ${part}`;
    if (this.conflicts.has(key)) return;
    const before = figures.get(part);
    if (!before) figures.set(part, figure);
    else if (Math.abs(before.value - figure.value) > 1.01 * Math.max(before.step, figure.step)) {
      figures.delete(part);
      this.conflicts.set(key, { part, rank, values: [before.value, figure.value], lines: [before.line, figure.line] });
    } else if (figure.step < before.step) figures.set(part, figure);
  }
}

/** What lies outside the allocator, where only its sum with the weights is printed. */
function withRest(figures: ReadonlyMap<LoggedPart, LoggedFigure>): ReadonlyMap<LoggedPart, LoggedFigure> {
  const both = figures.get("weights-and-non-torch");
  const weights = figures.get("weights");
  if (!both || !weights || figures.has("non-torch") || both.value < weights.value) return figures;
  const rest: LoggedFigure = { value: both.value - weights.value, step: both.step + weights.step, line: both.line, derived: true };
  return new Map([...figures, ["non-torch", rest]]);
}

function byPlace(a: RankNotes, b: RankNotes): number {
  const { place: p } = a;
  const { place: q } = b;
  return p.data - q.data || p.pipeline - q.pipeline || p.tensor - q.tensor || a.order - b.order;
}

/** The rank with the least left for its cache; where only some tell, among those whose weights and peak are the largest. */
function tightestOf(ranks: readonly RankNotes[]): number {
  const left = ({ figures }: RankNotes): number => {
    const cache = figures.get("kv-cache");
    if (cache) return cache.value;
    const taken = ["weights", "activation", "non-torch"] as const;
    return figures.has("budget") && taken.every((part) => figures.has(part))
      ? taken.reduce((bytes, part) => bytes - (figures.get(part)?.value ?? 0), figures.get("budget")?.value ?? 0)
      : Number.POSITIVE_INFINITY;
  };
  return ranks.reduce((least, rank, index) => {
    const other = ranks[least];
    return other && left(rank) < left(other) ? index : least;
  }, 0);
}
