import { attribute, fill, h, swatch } from "../parts/dom.ts";
import type { Piece } from "../parts/memory-pieces.ts";
import { gib, parts } from "../parts/numbers.ts";
import type { BarGroup, PieceBar } from "./bars.ts";
import { pieceWords } from "./sums.ts";

/** Bars of pieces on one scale with the budget and the card's end as lines through all of them, and a line of words for the piece looked at. */
export class PieceBars {
  readonly root: HTMLElement;
  private readonly rows = h("div", { class: "piece-rows" });
  private readonly axis = h("div", { class: "piece-axis", aria: { hidden: "true" } });
  private readonly readout: HTMLElement;
  private readonly watcher = new ResizeObserver(() => this.fitNumbers());
  private readonly hint: string;
  private focused: string | null = null;
  private looks: ReadonlyMap<string, { readonly bar: PieceBar; readonly piece: Piece }> = new Map();

  /** The first chart of a page tells how to get at its pieces. */
  constructor(id: string, hint = "") {
    this.hint = hint;
    this.readout = h("div", { class: "readout", id: `${id}-readout` });
    this.root = h("div", { class: "piece-bars" }, this.rows, this.axis, this.readout);
    this.rows.addEventListener("focusin", (event) => this.look(event.target, true));
    this.rows.addEventListener("focusout", () => {
      this.focused = null;
      this.say(undefined);
    });
    this.rows.addEventListener("pointerover", (event) => this.look(event.target, false));
    this.rows.addEventListener("pointerout", () => this.say(this.focused ?? undefined));
    this.rows.addEventListener("keydown", (event) => this.move(event));
    this.watcher.observe(this.rows);
  }

  update(group: BarGroup): void {
    const held = this.focused;
    this.looks = new Map(group.bars.flatMap((bar) => bar.pieces.map((piece) => [keyOf(bar, piece), { bar, piece }] as const)));
    fill(this.rows, ...group.bars.map((bar) => this.row(bar, group)));
    this.drawAxis(group);
    this.fitNumbers();
    this.say(undefined);
    if (held !== null)
      this.segments()
        .find((one) => one.dataset.piece === held)
        ?.focus();
  }

  private row(bar: PieceBar, { scale }: BarGroup): HTMLElement {
    const percent = (bytes: number): string => `${(bytes / scale) * 100}%`;
    const track = h("div", { class: "stack", role: "group", aria: { label: bar.aria } });
    let start = 0;
    let cacheStart: number | null = null;
    for (const [at, piece] of bar.pieces.entries()) {
      const said = pieceWords(piece, bar.totalBytes);
      const sentence = [said.strong, said.share, piece.step.formula, said.source].join("; ");
      const segment = h("button", { class: `segment fill-${piece.series}`, tabindex: at === 0 ? 0 : -1, aria: { label: sentence } });
      segment.type = "button";
      segment.dataset.piece = keyOf(bar, piece);
      segment.append(h("span", { text: parts(gib(piece.bytes))[0] }));
      // Numbers keep off the hatching beyond the budget.
      const inside = bar.overBytes > 0 ? Math.max(0, Math.min(1, (bar.budgetBytes - start) / piece.bytes)) : 1;
      segment.dataset.inside = String(inside);
      segment.style.left = percent(start);
      segment.style.width = percent(piece.bytes);
      track.append(segment);
      if (piece.part === "kv-cache") cacheStart = start;
      start += piece.bytes;
    }
    if (bar.overBytes > 0) {
      const over = h("div", { class: "stack-over", aria: { hidden: "true" } });
      over.style.left = percent(bar.budgetBytes);
      over.style.width = percent(bar.overBytes);
      track.append(over);
    }
    if (cacheStart !== null && bar.spreadBytes > 0) {
      const band = mark("stack-band", percent(Math.max(0, cacheStart - bar.spreadBytes)));
      band.style.width = percent(2 * bar.spreadBytes);
      track.append(band);
    }
    track.append(mark("stack-budget", percent(bar.budgetBytes)), mark("stack-card", percent(bar.totalBytes)));
    const over = bar.overBytes > 0;
    return h(
      "div",
      { class: "piece-row" },
      h(
        "div",
        { class: "piece-title" },
        h(bar.isStrong ? "b" : "span", { text: bar.title }),
        bar.note === "" ? null : h("span", { class: "secondary-text", text: ` ${bar.note}` }),
      ),
      track,
      h(
        "div",
        { class: "piece-right" },
        over ? h("span", { class: "tone-bad", text: "✕ ", aria: { hidden: "true" } }) : null,
        h("span", { text: bar.right }),
      ),
    );
  }

  private drawAxis({ budget, total, scale }: BarGroup): void {
    const ends = h("div", { class: "piece-ends" });
    const made = h("span", { class: "budget", text: budget.text, title: budget.text });
    const at = budget.bytes / scale;
    // The words hang on the side of the line where there is more room, and are cut to it.
    made.style[at > 0.5 ? "right" : "left"] = `${Math.min(at, 1 - at) * 100}%`;
    made.style.maxWidth = `${Math.max(at, 1 - at) * 100}%`;
    ends.append(made);
    fill(this.axis, h("span", { class: "piece-title" }), ends, h("span", { class: "piece-right secondary-text", text: total.text }));
  }

  private segments(): readonly HTMLButtonElement[] {
    return [...this.rows.querySelectorAll<HTMLButtonElement>("button.segment")];
  }

  private look(target: EventTarget | null, isFocus: boolean): void {
    const segment = target instanceof Element ? target.closest<HTMLElement>("[data-piece]") : null;
    const key = segment?.dataset.piece;
    if (key === undefined) return;
    if (isFocus) this.focused = key;
    this.say(key);
  }

  /** The piece in words; without one, how to get at it. */
  private say(key: string | undefined): void {
    const found = key === undefined ? undefined : this.looks.get(key);
    for (const segment of this.segments()) attribute(segment, "data-looked", String(segment.dataset.piece === key));
    if (!found) {
      fill(this.readout, h("span", { class: "secondary-text", text: this.hint }));
      return;
    }
    const { strong, share, source } = pieceWords(found.piece, found.bar.totalBytes);
    fill(
      this.readout,
      h("div", {}, swatch(found.piece), h("b", { text: strong }), h("span", { class: "secondary-text", text: ` ${share} · ${source}` })),
      h("code", { text: found.piece.step.formula }),
    );
  }

  /** ← → along a bar, ↑ ↓ to the next one, Home and End, Escape lets go. */
  private move(event: KeyboardEvent): void {
    const { target } = event;
    if (!(target instanceof HTMLButtonElement)) return;
    const bars = [...this.rows.querySelectorAll<HTMLElement>(".stack")].map((one) => [
      ...one.querySelectorAll<HTMLButtonElement>("button"),
    ]);
    const row = bars.findIndex((one) => one.includes(target));
    const at = bars[row]?.indexOf(target) ?? -1;
    if (event.key === "Escape") target.blur();
    const next = neighbour(bars, row, at, event.key);
    if (!next) return;
    event.preventDefault();
    for (const segment of bars[bars.findIndex((one) => one.includes(next))] ?? []) segment.tabIndex = segment === next ? 0 : -1;
    next.focus();
  }

  /** A number stands inside where its segment is wide enough for it. */
  private fitNumbers(): void {
    for (const segment of this.segments()) {
      const number = segment.firstElementChild;
      if (!(number instanceof HTMLElement)) continue;
      const room = segment.clientWidth * Number(segment.dataset.inside);
      number.hidden = false;
      number.hidden = room < 40 || number.offsetWidth + 2 > room;
    }
  }
}

function neighbour(bars: readonly (readonly HTMLButtonElement[])[], row: number, at: number, key: string): HTMLButtonElement | undefined {
  const here = bars[row] ?? [];
  switch (key) {
    case "ArrowRight":
      return here[at + 1];
    case "ArrowLeft":
      return here[at - 1];
    case "Home":
      return here[0];
    case "End":
      return here.at(-1);
    case "ArrowDown":
    case "ArrowUp": {
      const other = bars[row + (key === "ArrowDown" ? 1 : -1)];
      return other?.[Math.min(at, other.length - 1)];
    }
    default:
      return undefined;
  }
}

function keyOf(bar: PieceBar, piece: Piece): string {
  return `${bar.key}/${piece.part}`;
}

function mark(name: string, left: string): HTMLElement {
  const line = h("div", { class: name, aria: { hidden: "true" } });
  line.style.left = left;
  return line;
}
