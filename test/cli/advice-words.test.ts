import { describe, expect, test } from "vitest";
import { adviceJson, adviceText } from "../../src/cli/output/advice-words.ts";
import { message } from "../../src/deployment/message.ts";
import { figuresOf } from "../../src/planning/figures.ts";
import { type Figures, reportWith } from "../planning/reports.ts";
import { settledOf } from "../simulation/fixtures.ts";

const full = { mostRequestsPerSecond: 10, waitingAtEnd: 50, ttftGrowthPerSecond: 1 };
const changed = (figures: Figures) => ({
  change: {
    title: message("Use {0}", "TP 4"),
    price: message("no further GPU"),
    burden: "none" as const,
    parts: [],
    edits: [],
    obstacle: null,
  },
  settled: settledOf(),
  figures: figuresOf(reportWith(figures)),
});
const none = (nearest: readonly Figures[]) => ({
  before: figuresOf(reportWith({ ttft: 0.12 })),
  tried: 14,
  helping: [],
  nearest: nearest.map(changed),
  reach: null,
});
const told = (nearest: readonly Figures[]): string => adviceText(none(nearest), (_style, text) => text).replaceAll("\u00a0", " ");

describe("advice where nothing helps by more than chance", () => {
  test("headlines nothing, and tells what comes nearest", () => {
    expect(told([{ ttft: 0.13 }, { saturated: full }])).toBe(
      [
        "  None of 14 changes tried helps by more than chance.",
        "  Nearest:",
        "  Use TP 4: TTFT p95 120 ms → 130 ms, TPOT p95 10.0 ms → 10.0 ms, within the limits 100 % → 100 %",
        "  Use TP 4: the queue grows for ever",
        "",
      ].join("\n"),
    );
    expect(told([])).toBe("  None of 14 changes tried helps by more than chance.\n");
  });

  test("is in JSON under a name of its own", () => {
    const { helping, nearest } = adviceJson(none([{ ttft: 0.13 }]));
    expect(helping).toEqual([]);
    expect(nearest.map(({ title }) => title)).toEqual(["Use TP 4"]);
  });
});
