import type { CanonicalCounter, CanonicalHistogram, Histogram, LivePoint, Snapshot } from "../../src/live/snapshot.ts";
import type { Column } from "./columns.ts";
import { HistogramTrack } from "./histogram-track.ts";
import { type PartColumn, PartColumns } from "./part-columns.ts";
import { type Role, roleTold } from "./role-told.ts";

/** What a sample is: an answer, the first after a restart or after a span of unknown length, a failure, or a time in which nobody asked. */
export type SampleKind = "answer" | "restart" | "anew" | "failure" | "silence";
const kinds: readonly SampleKind[] = ["answer", "restart", "anew", "failure", "silence"];

export interface RingOptions {
  readonly capacity: number;
  readonly columns: readonly Column[];
  /** Of servers that share the work: each role has its own columns, named `prefill/kv`. */
  readonly roles: Readonly<Partial<Record<Role, readonly Column[]>>>;
  /** Figures that come apart by a label. */
  readonly parts: readonly PartColumn[];
  /** Of which the counts since the server's start are kept, so that any window can be measured. */
  readonly counters: readonly CanonicalCounter[];
  readonly histograms: readonly CanonicalHistogram[];
}

/**
 * The history as numbers in typed arrays, in order of time. A full ring makes one sample of two in its older half: a day takes the room
 * of an hour. Failures and restarts stay.
 */
export class Ring {
  readonly time: Float64Array;
  private readonly kinds: Uint8Array;
  private readonly columns: ReadonlyMap<string, Float64Array>;
  private readonly roles: readonly { readonly role: Role; readonly columns: readonly Column[] }[];
  private readonly merged: readonly Pick<Column, "id" | "merged">[];
  private readonly totals: ReadonlyMap<CanonicalCounter, Float64Array>;
  private readonly tracks: ReadonlyMap<CanonicalHistogram, HistogramTrack>;
  private readonly apart: PartColumns;
  private readonly nothing = new Float64Array(0);
  /** Seconds between two answers when nothing is wrong. */
  private usual = 0;
  /** Seconds between the two samples before: a history that was remembered is wider than what is asked now. */
  private lately = 0;
  length = 0;
  private silences = 0;
  /** The newest sample, and the newest with figures. */
  last: LivePoint | undefined;
  answered: LivePoint | undefined;
  intervalSeconds = 1;

  constructor(private readonly options: RingOptions) {
    const { capacity } = options;
    this.time = new Float64Array(capacity);
    this.kinds = new Uint8Array(capacity);
    this.roles = rolesOf(options.roles);
    this.merged = [
      ...options.columns,
      ...this.roles.flatMap(({ role, columns }) => columns.map((one) => ({ ...one, id: `${role}/${one.id}` }))),
    ];
    this.columns = new Map(this.merged.map(({ id }) => [id, new Float64Array(capacity)]));
    this.apart = new PartColumns(options.parts, capacity);
    this.totals = new Map(options.counters.map((word) => [word, new Float64Array(capacity)]));
    this.tracks = new Map(options.histograms.map((word) => [word, new HistogramTrack(capacity)]));
  }

  /** Samples that somebody took. */
  get samples(): number {
    return this.length - this.silences;
  }

  column(id: string): Float64Array {
    return this.columns.get(id) ?? this.nothing;
  }

  /** Names and columns of a figure that comes apart. */
  parts(id: string): ReadonlyMap<string, Float64Array> {
    return this.apart.of(id);
  }

  kindAt(at: number): SampleKind {
    return kinds[this.kinds[at] ?? 0] ?? "answer";
  }

  /** All that a counter counted up to a sample; NaN = not offered. */
  totalAt(word: CanonicalCounter, at: number): number {
    return this.totals.get(word)?.[at] ?? Number.NaN;
  }

  /** Bounds of a histogram's buckets; empty where none came. */
  boundsOf(word: CanonicalHistogram): Float64Array {
    return this.tracks.get(word)?.bounds ?? this.nothing;
  }

  histogramAt(word: CanonicalHistogram, at: number): Histogram | undefined {
    return this.tracks.get(word)?.at(at);
  }

  clear(): void {
    this.length = 0;
    this.apart.clear();
    this.silences = 0;
    this.usual = 0;
    this.lately = 0;
    this.last = undefined;
    this.answered = undefined;
  }

  push(point: LivePoint): void {
    const before = this.last;
    if (before && point.time <= before.time) return;
    const passed = before ? point.time - before.time : 0;
    if (before && this.isSilence(passed)) this.append((before.time + point.time) / 2, "silence", undefined);
    else if (before) this.usual = passed;
    this.lately = passed;
    this.append(point.time, kindOf(point), point);
    this.last = point;
    if (point.snapshot) this.answered = withNames(point, this.answered?.snapshot?.wireNames);
  }

  /** The first two samples tell how often there is one. */
  private isSilence(seconds: number): boolean {
    return this.lately > 0 && seconds > 3 * Math.max(this.intervalSeconds, this.usual, this.lately) && seconds > this.intervalSeconds + 2;
  }

  private append(time: number, kind: SampleKind, point: LivePoint | undefined): void {
    if (this.length === this.options.capacity) this.thin();
    const at = this.length++;
    const answer = point?.snapshot ? point : undefined;
    this.time[at] = time;
    this.kinds[at] = kinds.indexOf(kind);
    if (kind === "silence") this.silences++;
    for (const { id, of } of this.options.columns) this.column(id)[at] = answer ? of(answer) : Number.NaN;
    for (const { role, columns } of this.roles) {
      const told = answer && roleTold(role, answer, this.answered);
      for (const { id, of } of columns) this.column(`${role}/${id}`)[at] = told ? of(told) : Number.NaN;
    }
    this.apart.put(at, answer);
    for (const [word, totals] of this.totals) totals[at] = answer?.snapshot?.counters[word] ?? Number.NaN;
    for (const [word, track] of this.tracks) track.put(at, answer?.snapshot?.histograms[word]);
  }

  /** Of two answers in a row the later one stays, with what the earlier one adds to its columns. */
  private thin(): void {
    const half = this.length >> 1;
    let to = 1;
    for (let from = 1; from < this.length; from++) {
      const next = from + 1;
      if (next < half && this.kinds[from] === 0 && this.kinds[next] === 0) {
        this.merge(from, next);
        from = next;
      }
      this.move(from, to++);
    }
    this.length = to;
  }

  private merge(from: number, into: number): void {
    this.apart.merge(from, into);
    for (const { id, merged } of this.merged) {
      const column = this.column(id);
      const [a, b] = [column[from] ?? Number.NaN, column[into] ?? Number.NaN];
      column[into] =
        Number.isFinite(a) && Number.isFinite(b) ? (merged === "mean" ? (a + b) / 2 : Math.max(a, b)) : Number.isFinite(a) ? a : b;
    }
  }

  private move(from: number, to: number): void {
    if (from === to) return;
    this.time[to] = this.time[from] ?? 0;
    this.kinds[to] = this.kinds[from] ?? 0;
    this.apart.move(from, to);
    for (const column of this.columns.values()) column[to] = column[from] ?? Number.NaN;
    for (const totals of this.totals.values()) totals[to] = totals[from] ?? Number.NaN;
    for (const track of this.tracks.values()) track.move(from, to);
  }
}

/** Names on the wire are sent when they change: until then those before hold. */
function withNames(point: LivePoint, wireNames: Snapshot["wireNames"]): LivePoint {
  const { snapshot } = point;
  return !snapshot || snapshot.wireNames || !wireNames ? point : { ...point, snapshot: { ...snapshot, wireNames } };
}

function rolesOf(roles: RingOptions["roles"]): readonly { readonly role: Role; readonly columns: readonly Column[] }[] {
  const all: readonly Role[] = ["prefill", "decode", "both"];
  return all.map((role) => ({ role, columns: roles[role] ?? [] })).filter(({ columns }) => columns.length > 0);
}

function kindOf({ state, anew }: LivePoint): SampleKind {
  if (state === "lost") return "failure";
  if (state === "restarted") return "restart";
  return anew ? "anew" : "answer";
}
