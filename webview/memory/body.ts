import type { MemoryOverview, PoolMemory } from "../../src/language/memory-overview.ts";
import type { ComparisonView, LeverView } from "../../src/protocol/memory-view.ts";
import { fill, h, show } from "../parts/dom.ts";
import type { TableModel } from "../parts/models.ts";
import { Section } from "../parts/section.ts";
import { table } from "../parts/table.ts";
import { words } from "../parts/words.ts";
import { type AssumedEvents, assumedList } from "./assumed.ts";
import { layoutBars } from "./bars.ts";
import { leverTable } from "./lever-words.ts";
import { type LeverEvents, LeverList } from "./levers.ts";
import { LogSection } from "./log-section.ts";
import { PieceBars } from "./piece-bars.ts";
import { PoolChoice } from "./pool-choice.ts";
import { RankCharts } from "./rank-charts.ts";
import { certaintyTable, layoutTable, pieceTable, ranksWords, rankTable, remarks, totalWords } from "./sums.ts";
import { Sums } from "./sums-view.ts";

export interface BodyEvents extends LeverEvents, AssumedEvents {
  /** A start-up log for the pool that is chosen. */
  readonly startLog: (name: string, text: string, pool: number) => void;
  readonly keepLog: () => void;
  readonly forgetLog: () => void;
  readonly copy: (text: string) => void;
  readonly save: (name: string, text: string) => void;
  /** Something that outlives a reload was opened, closed or chosen. */
  readonly kept: () => void;
}

const nothing: TableModel = { name: "", columns: [], rows: [] };

/** The evidence under the verdict: bars of every rank, other layouts, the sum, what would change it, how sure, assumed. */
export class Body {
  readonly root = h("div", { class: "sections" });
  private readonly ranks: Section;
  private readonly layouts: Section;
  private readonly pieces: Section;
  private readonly changes: Section;
  private readonly sure: Section;
  private readonly assumed: Section;
  private readonly log: LogSection;
  private readonly choice: PoolChoice;
  private readonly rankCharts = new RankCharts();
  private readonly layoutChart = new PieceBars("layouts");
  private readonly list: LeverList;
  private readonly pieceTable = h("div");
  private readonly sums: Sums;
  private readonly events: BodyEvents;
  private memory: MemoryOverview | null = null;
  /** Those of the text before stay until the new ones are tried: each is tried again before it is applied. */
  private levers: readonly LeverView[] | null = null;

  constructor(events: BodyEvents) {
    this.events = events;
    const section = (id: string, title: string, model?: () => TableModel): Section =>
      new Section({ id, title, actions: events, toggled: events.kept, ...(model ? { table: model } : {}) });
    this.ranks = section("ranks", words("Memory of each GPU"), () => rankTable(this.memory?.pools ?? []));
    this.layouts = section("layouts", words("Layouts"), () => (this.pool ? layoutTable(this.pool) : nothing));
    this.pieces = section("pieces", words("Pieces"));
    this.changes = section("changes", words("What would change it"), () => leverTable(this.leversHere ?? [], this.fits));
    this.sure = section("certainty", words("How sure this is"));
    this.assumed = section("assumed", words("Assumed values"));
    const taken = {
      keepLog: events.keepLog,
      command: events.command,
      log: (name: string, text: string) => events.startLog(name, text, this.choice.chosen),
      forgetLog: events.forgetLog,
    };
    this.log = new LogSection(taken, events, events.kept);
    this.list = new LeverList(events);
    this.sums = new Sums(events.kept);
    this.choice = new PoolChoice(() => {
      this.drawPool();
      events.kept();
    });
    this.ranks.body.append(this.rankCharts.root);
    this.pieces.body.append(this.pieceTable, this.sums.root);
    this.changes.body.append(this.list.root);
    this.layouts.body.append(this.layoutChart.root);
    this.root.append(
      this.ranks.root,
      this.choice.root,
      this.layouts.root,
      h("div", { class: "pair" }, this.pieces.root, this.changes.root),
      h("div", { class: "pair" }, this.sure.root, this.assumed.root),
      this.log.section.root,
    );
  }

  /** What is kept over a reload of the window. */
  get state(): Readonly<Record<string, unknown>> {
    const open = this.sections.filter(({ isOpen }) => isOpen).map(({ root }) => root.id);
    return { open, sums: this.sums.open, pool: this.choice.chosen };
  }

  restore({ open, sums, pool }: Readonly<Record<string, unknown>>): void {
    if (Array.isArray(open)) for (const section of this.sections) if (open.includes(section.root.id)) section.setOpen(true);
    if (Array.isArray(sums)) this.sums.restore(sums.filter((one) => typeof one === "string"));
    if (typeof pool === "number") this.choice.restore(pool);
  }

  showMemory(memory: MemoryOverview): void {
    this.memory = memory;
    this.choice.update(memory.pools.map(({ name }) => name));
    this.drawRanks(memory.pools);
    this.drawPool();
    this.drawAssumed(memory);
  }

  showLevers(levers: readonly LeverView[]): void {
    this.levers = levers;
    this.list.update(this.leversHere, this.pool?.plan.fits ?? true);
    this.changes.refresh();
  }

  showComparison(comparison: ComparisonView | null): void {
    this.log.update(comparison);
  }

  private get sections(): readonly Section[] {
    return [this.ranks, this.layouts, this.pieces, this.changes, this.sure, this.assumed, this.log.section];
  }

  private get pool(): PoolMemory | undefined {
    return this.memory?.pools[this.choice.chosen] ?? this.memory?.pools[0];
  }

  private get leversHere(): readonly LeverView[] | null {
    return this.levers?.filter(({ pool }) => pool === this.choice.chosen) ?? null;
  }

  private get fits(): readonly boolean[] {
    return this.memory?.pools.map(({ plan }) => plan.fits) ?? [];
  }

  private drawRanks(pools: readonly PoolMemory[]): void {
    const [first, ...others] = pools;
    this.ranks.setNote(first && others.length === 0 ? ranksWords(first.plan) : words("GiB on each GPU"));
    this.rankCharts.update(pools);
    this.ranks.refresh();
  }

  private drawPool(): void {
    const { pool } = this;
    if (!pool) return;
    show(this.layouts.root, pool.layouts.length > 1);
    this.layouts.setTitle(words("Layouts of {0} GPUs", pool.gpus));
    this.layouts.setNote(words("GiB on each GPU"));
    this.layoutChart.update(layoutBars(pool, this.choice.chosen));
    this.pieces.setNote(ranksWords(pool.plan));
    fill(this.pieceTable, table(pieceTable(pool)));
    this.sums.update(pool.plan);
    this.sure.setNote(totalWords(pool));
    fill(this.sure.body, table(certaintyTable(pool)), ...remarks(pool).map((text) => h("p", { class: "secondary-text small", text })));
    this.list.update(this.leversHere, pool.plan.fits);
    for (const section of [this.layouts, this.changes]) section.refresh();
  }

  private drawAssumed({ assumed }: MemoryOverview): void {
    this.assumed.setNote(assumed.length === 0 ? "" : words("{0} not written in the file", assumed.length));
    fill(this.assumed.body, assumedList(assumed, this.events));
  }
}
