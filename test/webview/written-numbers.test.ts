import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { benchStates } from "./fixtures/bench-states.ts";
import { liveStates } from "./fixtures/live-states.ts";
import { memoryStates } from "./fixtures/memory-states.ts";
import { reportStates } from "./fixtures/report-states.ts";
import { timelineStates } from "./fixtures/timeline-states.ts";
import { type PageName, Workshop } from "./support/workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await Workshop.start();
}, 60_000);
afterAll(() => workshop?.stop());

const states: readonly (readonly [PageName, readonly string[]])[] = [
  ["report", Object.keys(reportStates)],
  ["timeline", Object.keys(timelineStates)],
  ["memory", Object.keys(memoryStates)],
  ["live", Object.keys(liveStates)],
  ["bench", Object.keys(benchStates)],
];

const units = "ms|s|µs|min|h|%|GiB|MiB|KiB|TiB|B|kB|MB|GB|TB|GB/s|TB/s|TFLOP/s|FLOP/B|req/s|tok/s";
/** What no text may say, in the order of the rules: by what it breaks, and what it looks like. */
const breaches: Readonly<Record<string, RegExp>> = {
  // A blank before the unit that no line break parts.
  "a plain blank before a unit": new RegExp(`\\d (?:${units})(?![\\w/])`),
  "no blank before a unit": /(?<![\w.-])\d[\d.,]*(?:ms|GiB|KiB|MiB|GB\/s|tok\/s|req\/s|%)(?![\w/])/,
  // Years and the numbers by which requests are named are no quantities.
  "four digits without a separator": /(?<![\w.,:/+#-]|request |Request |requests )(?!(?:19|20)\d\d(?!\d))\d{4,}(?![\w.:-]*[A-Za-z])/,
  "a hyphen for a minus": /(?<![\w.\]–-])-\d/,
  "a hyphen for a range": /(?<![\w.-])\d+(?:\.\d+)?-\d+(?:\.\d+)?\s?(?:ms|s|%|GiB|req\/s|tok\/s)(?!\w)/,
  // Versions have two points; formulas have the two decimals of what they are made of.
  "more than three significant digits": /(?<![\d.,v])(?:[1-9]\d*\.\d{3,}|[1-9]\d{2,}\.\d+|[1-9]\d\.\d{2,})(?![\d.])/,
  "no number": /NaN|Infinity|undefined|(?<![\w-])-0(?![\w.])|−0(?![\d.])/,
};

/** The memory page shows sums with the numbers put in, as exact as they go in, and settings as they are written. */
const exactInSums: ReadonlySet<string> = new Set(["more than three significant digits", "four digits without a separator"]);

/** Every text of the page, those of titles, labels and canvases among them; fields and formulas hold what was written elsewhere. */
async function texts(name: PageName, state: string): Promise<readonly string[]> {
  return workshop.withPage(name, state, { width: 1280 }, async ({ page }) => {
    await page.evaluate(() => {
      const drawn: string[] = [];
      const { fillText } = CanvasRenderingContext2D.prototype;
      CanvasRenderingContext2D.prototype.fillText = function (text: string, x: number, y: number, most?: number) {
        drawn.push(text);
        if (most === undefined) fillText.call(this, text, x, y);
        else fillText.call(this, text, x, y, most);
      };
      Object.assign(window, { lensDrawn: drawn });
    });
    // A change of theme draws every canvas again.
    await workshop.wear(page, "light-modern");
    return page.evaluate(() => {
      const found = new Set<string>((window as unknown as { lensDrawn: string[] }).lensDrawn);
      const isElsewhere = (element: Element | null): boolean => element?.closest("code, pre, .path, .formula, input, .sums") !== null;
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const text = node.textContent?.trim() ?? "";
        if (text !== "" && !isElsewhere(node.parentElement) && !node.parentElement?.closest("script, style")) found.add(text);
      }
      for (const element of document.querySelectorAll("[title], [aria-label]"))
        for (const attribute of ["title", "aria-label"]) {
          const text = element.getAttribute(attribute);
          // No line breaks in what is heard or floats.
          if (text && !isElsewhere(element)) found.add(text.replace(/(\d) (?=\S)/g, "$1\u00a0"));
        }
      return [...found];
    });
  });
}

describe("numbers as pages write them", () => {
  for (const [name, all] of states) {
    it(`are written by the rules in every text of every state of the ${name} page`, async () => {
      const found = new Set<string>();
      for (const state of all)
        for (const text of await texts(name, state))
          for (const [breach, pattern] of Object.entries(breaches))
            if (!(name === "memory" && exactInSums.has(breach)) && pattern.test(text)) found.add(`${breach}: ${text}`);
      expect([...found]).toEqual([]);
    }, 300_000);
  }

  it.each([
    ["a plain blank before a unit", "31.4 ms"],
    ["no blank before a unit", "TTFT 31.4ms"],
    ["four digits without a separator", "3320 tokens"],
    ["a hyphen for a minus", "gain -84\u00a0%"],
    ["a hyphen for a range", "0.75-2.8\u00a0s"],
    ["more than three significant digits", "12.345\u00a0s"],
    ["more than three significant digits", "1234.5"],
  ])("are told by what they break: %s, %s", (breach, text) => {
    expect(breaches[breach]?.test(text)).toBe(true);
  });

  it.each([
    "0.75–2.8\u00a0s",
    "−84\u00a0%",
    "vLLM 0.11.0",
    "H100-SXM-80GB",
    "3,320\u00a0tok/s",
    "request 41312",
    "Azure LLM trace 2023",
    "1.53\u00a0M",
  ])("are left alone where they are right: %s", (text) => {
    for (const pattern of Object.values(breaches)) expect(pattern.test(text)).toBe(false);
  });
});
