import type { Report } from "../../src/simulation/report/report.ts";
import { h } from "../parts/dom.ts";
import { stackedBar } from "../parts/stacked-bar.ts";
import { table } from "../parts/table.ts";
import { words } from "../parts/words.ts";
import { capacityWords, formulas, memoryBars, memoryTable } from "./memory.ts";
import { loadSentences, storesTable } from "./stores.ts";

/** The memory of each GPU: what the cache holds, a bar a group of ranks, the stores behind it, and the sum step by step. */
export function memoryContent(report: Report): readonly (Node | null)[] {
  const { memory } = report;
  const stores = storesTable(report);
  const [strong, rest] = capacityWords(memory);
  const steps = formulas(memory);
  return [
    h(
      "div",
      { class: "capacity" },
      strong === "" ? null : h("span", { text: words("KV cache holds ") }),
      h("b", { text: strong }),
      h("span", { class: "secondary-text", text: ` ${rest}` }),
    ),
    ...memoryBars(memory).map(stackedBar),
    table(memoryTable(memory)),
    ...(stores ? [h("h3", { class: "stores-title", text: stores.name }), table(stores)] : []),
    ...loadSentences(report).map((text) => h("p", { class: "secondary-text small", text })),
    steps.length > 0 ? details(words("KV cache, step by step"), steps) : null,
  ];
}

function details(
  title: string,
  steps: readonly { readonly label: string; readonly formula: string; readonly source: string }[],
): HTMLElement {
  return h(
    "details",
    { class: "formula" },
    h("summary", { text: title }),
    ...steps.map(({ label, formula, source }) =>
      h(
        "div",
        { class: "formula-step" },
        h("span", { class: "secondary-text", text: label }),
        h("code", { text: formula }),
        source === "" ? null : h("span", { class: "formula-source secondary-text", text: source }),
      ),
    ),
  );
}
