import type { MemoryOverview, PoolMemory } from "../../src/language/memory-overview.ts";
import type { FromMemoryView, LeverView, MemoryHeader, ToMemoryView } from "../../src/protocol/memory-view.ts";
import { fill, h, link, say, show } from "../parts/dom.ts";
import { connect, record } from "../parts/host.ts";
import { tabbed } from "../parts/table.ts";
import { Verdict } from "../parts/verdict.ts";
import { learnWords, said, words } from "../parts/words.ts";
import { button } from "../ui/toolkit.ts";
import { Body } from "./body.ts";
import { cheapest, gainSentence } from "./lever-words.ts";
import { engineWords, rankTable } from "./sums.ts";
import { memoryVerdict } from "./verdict-words.ts";

type State = "fits" | "does-not-fit" | "missing" | "stale";

/** Builds the page into `#app` and follows the host's messages. */
export function startMemory(): void {
  learnWords();
  const app = document.getElementById("app");
  if (app) new MemoryPage(app);
}

class MemoryPage {
  private readonly host = connect<ToMemoryView, FromMemoryView>((message) => this.receive(message));
  private readonly name = h("b", { class: "bar-name" });
  private readonly place = link("", () => this.host.post({ kind: "reveal", line: this.header?.line ?? 0 }), { class: "path" });
  private readonly facts = h("span", { class: "bar-facts droppable" });
  private readonly copy = button(words("Copy as table"), () => {
    if (this.memory) this.host.post({ kind: "copy", text: tabbed(rankTable(this.memory.pools)) });
  });
  private readonly simulate = button(words("Simulate"), () => this.host.post({ kind: "command", command: "inferenceLens.simulate" }));
  /** The deployment in words; while these figures are of an older text, that. One line either way, so that nothing moves with every key. */
  private readonly line = h("div", { class: "under-bar", role: "status" });
  private readonly verdict = new Verdict();
  private readonly body: Body;
  private readonly content = h("div", { class: "content" });
  private header: MemoryHeader | null = null;
  private memory: MemoryOverview | null = null;
  private levers: readonly LeverView[] = [];
  private sideKey = "";
  private lineKey = "";
  private isMissing = false;
  private staleReason: string | null = null;

  constructor(app: HTMLElement) {
    // Narrow pages have it at the table alone.
    this.copy.element.classList.add("secondary");
    const kept = record(this.host.kept());
    this.body = new Body({
      copy: (text) => this.host.post({ kind: "copy", text }),
      save: (name, text) => this.host.post({ kind: "save", name: `${this.header?.name ?? "deployment"}-${name}`, text }),
      apply: (key) => this.host.post({ kind: "apply", key }),
      preview: (key) => this.host.post({ kind: "preview", key }),
      startLog: (name, text, pool) => this.host.post({ kind: "start-log", name, text, pool }),
      keepLog: () => this.host.post({ kind: "keep-log" }),
      forgetLog: () => this.host.post({ kind: "forget-log" }),
      command: (command) => this.host.post({ kind: "command", command }),
      kept: () => this.keep(),
    });
    this.body.restore(kept);
    this.content.append(this.verdict.root, this.body.root);
    const actions = h("span", { class: "bar-actions" }, this.copy.element, this.simulate.element);
    const bar = h("header", { class: "bar-top" }, this.name, this.place, this.facts, actions);
    app.append(bar, this.line, this.content);
    // The mark of old figures stays in sight under the bar, however many lines that takes.
    new ResizeObserver(() => {
      this.line.style.top = `${bar.offsetHeight}px`;
    }).observe(bar);
    show(this.content, false);
    this.host.post({ kind: "ready" });
  }

  private receive(message: ToMemoryView): void {
    switch (message.kind) {
      case "header":
        this.setHeader(message.header);
        break;
      case "memory":
        this.setMemory(message.memory);
        break;
      case "levers":
        this.levers = message.levers;
        document.body.dataset.levers = String(message.levers.length);
        this.body.showLevers(message.levers);
        this.drawSide();
        break;
      case "comparison":
        this.body.showComparison(message.comparison);
        break;
      case "missing":
        this.setMissing(message);
        break;
      case "stale":
        this.staleReason = said(message.reason);
        break;
    }
    this.settle();
  }

  private setHeader(header: MemoryHeader): void {
    this.header = header;
    say(this.name, header.name);
    say(this.place, header.place);
    this.place.title = words("Show {0} in the editor", header.place);
    document.body.dataset.ready = "1";
  }

  private setMemory(memory: MemoryOverview): void {
    this.memory = memory;
    this.isMissing = false;
    this.staleReason = null;
    const [first] = memory.pools;
    say(this.facts, first ? engineWords(first) : "");
    this.verdict.update(memoryVerdict(memory), this.verdictLinks(memory));
    this.body.showMemory(memory);
    this.drawSide();
    const { dataset } = document.body;
    dataset.tokens = String(Math.min(...memory.pools.map(({ plan }) => plan.kvCacheTokens)));
    show(this.content, true);
  }

  private verdictLinks(memory: MemoryOverview): HTMLElement[] {
    if (memory.otherErrors === 0) return [];
    return [link(words("Show problems"), () => this.host.post({ kind: "command", command: "inferenceLens.showProblems" }))];
  }

  /** The cheapest change that helps stands beside the verdict, with the page's one primary button. */
  private drawSide(): void {
    const plans = this.memory?.pools.map(({ plan }: PoolMemory) => plan) ?? [];
    const lever = cheapest(this.levers, plans);
    const key = JSON.stringify([lever, plans.map(({ fits }) => fits)]);
    if (key === this.sideKey) return;
    this.sideKey = key;
    if (!lever || lever.place === null) {
      this.verdict.side("");
      return;
    }
    const fits = plans[lever.pool]?.fits ?? true;
    const apply = button(words("Apply to {0}", lever.place), () => this.host.post({ kind: "apply", key: lever.key }));
    apply.primary(true);
    this.verdict.side(
      fits ? words("Cheapest way to more") : words("Cheapest way to fit"),
      h("p", {}, h("b", { text: `${said(lever.title)}. ` }), gainSentence(lever, fits)),
      h(
        "div",
        { class: "actions" },
        apply.element,
        link(words("Preview"), () => this.host.post({ kind: "preview", key: lever.key })),
      ),
    );
  }

  private setMissing({ title, lines, actions }: Extract<ToMemoryView, { kind: "missing" }>): void {
    this.memory = null;
    this.levers = [];
    this.isMissing = true;
    this.staleReason = null;
    const made = actions.map(({ label, command }, at) => {
      const press = (): void => this.host.post({ kind: "command", command });
      if (at > 0) return link(said(label), press);
      const first = button(said(label), press);
      first.primary(true);
      return first.element;
    });
    this.verdict.update(
      { sign: { glyph: "?", word: "", tone: "plain" }, title: said(title), lines: lines.map((line) => ({ text: said(line) })) },
      [],
      made,
    );
    this.verdict.side("");
    this.sideKey = "";
    say(this.facts, "");
    show(this.content, true);
  }

  private settle(): void {
    const isStale = this.staleReason !== null;
    document.body.dataset.state = this.state(isStale);
    show(this.body.root, !this.isMissing);
    this.simulate.show(this.memory !== null);
    this.copy.show(!this.isMissing);
    this.content.classList.toggle("state-page", this.isMissing);
    this.content.classList.toggle("stale", isStale);
    this.drawLine();
    this.line.classList.toggle("is-stale", isStale);
  }

  private drawLine(): void {
    const { memory, staleReason } = this;
    const [first] = memory?.pools ?? [];
    const key = JSON.stringify([staleReason, memory?.model, memory?.layout, first?.engine, first?.isVersionAssumed]);
    if (key === this.lineKey) return;
    this.lineKey = key;
    if (staleReason !== null || !memory || !first) {
      say(this.line, staleReason ?? "");
      return;
    }
    const engine = first.isVersionAssumed
      ? link(first.engine, () => this.host.post({ kind: "command", command: "inferenceLens.selectVersion" }), {
          class: "assumed",
          title: words("Assumed: a click changes it"),
        })
      : h("span", { text: first.engine });
    fill(this.line, `${memory.model} · `, engine, ` · ${memory.layout}`);
  }

  private state(isStale: boolean): State {
    if (isStale) return "stale";
    if (this.isMissing) return "missing";
    return this.memory?.pools.every(({ plan }) => plan.fits) ? "fits" : "does-not-fit";
  }

  private keep(): void {
    this.host.keep(this.body.state);
  }
}
