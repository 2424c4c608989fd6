import { h } from "../parts/dom.ts";
import { words } from "../parts/words.ts";
import type { RunIndex } from "./run-index.ts";

/** What the colours and patterns mean, those that this run has. */
export function legend(index: RunIndex): readonly HTMLElement[] {
  const { steps } = index.run.timeline;
  const has = (column: Int32Array): boolean => column.some((value) => value > 0);
  const item = (look: string, text: string): HTMLElement =>
    h("span", { class: "legend-item" }, h("span", { class: `legend-swatch ${look}`, aria: { hidden: "true" } }), text);
  return [
    has(steps.promptTokens) ? item("part-prefill", words("prefill")) : null,
    item("part-decode", words("decode")),
    has(steps.sequenceMode) ? item("legend-hatched", words("hatched: sequence parallel")) : null,
    index.links.length > 0 ? item("part-transfer", words("KV transfer")) : null,
    item("part-wait", words("waiting, KV cache used")),
    item("legend-selected", words("selected request")),
    h("span", { class: "legend-keys", text: words("W S zoom · A D pan · ← → step · ↑ ↓ lane · Enter request · M mark · F fit · / find") }),
  ].filter((one) => one !== null);
}
