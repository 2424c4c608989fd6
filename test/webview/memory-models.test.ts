import { describe, expect, it } from "vitest";
import { message } from "../../src/deployment/message.ts";
import type { PoolMemory } from "../../src/language/memory-overview.ts";
import type { StartComparison } from "../../src/live/starts/start-comparison.ts";
import type { ComparisonView, LeverView } from "../../src/protocol/memory-view.ts";
import { layoutBars, rankBars } from "../../webview/memory/bars.ts";
import { comparisonTable, outcomeWords, settingsWords } from "../../webview/memory/comparison.ts";
import { cheapest, gainWords, leverTable, shareOf } from "../../webview/memory/lever-words.ts";
import {
  certaintyTable,
  engineWords,
  layoutTable,
  pieceTable,
  rankTable,
  remarks,
  sumLines,
  totalWords,
} from "../../webview/memory/sums.ts";
import { memoryVerdict } from "../../webview/memory/verdict-words.ts";
import { marks, pieces } from "../../webview/parts/memory-pieces.ts";
import { memoryStates } from "./fixtures/memory-states.ts";

function overview(state: string) {
  const shown = memoryStates[state]?.().find((one) => one.kind === "memory");
  if (shown?.kind !== "memory") throw new Error(`${state} shows no memory`);
  return shown.memory;
}

function poolOf(state: string): PoolMemory {
  const [pool] = overview(state).pools;
  if (!pool) throw new Error("no pool");
  return pool;
}

function leversOf(state: string): readonly LeverView[] {
  const shown = memoryStates[state]?.().find((one) => one.kind === "levers");
  return shown?.kind === "levers" ? shown.levers : [];
}

describe("pieces", () => {
  it("fill the budget to the byte, each with its line of the sum", () => {
    for (const state of ["fits", "uneven", "hybrid", "pools", "sglang", "tensorrt-llm"]) {
      for (const { plan } of overview(state).pools) {
        for (const rank of plan.ranks) {
          const all = pieces(rank);
          const inside = all.filter(({ isOutside }) => !isOutside).reduce((sum, { bytes }) => sum + bytes, 0);
          expect(Math.abs(inside - rank.budgetBytes), `${state} ${rank.label}`).toBeLessThan(1);
          expect(all.every(({ step, bytes }) => step.value === bytes)).toBe(true);
        }
      }
    }
  });
});

describe("bars", () => {
  it("begin with the tightest group of ranks", () => {
    const { bars } = rankBars(poolOf("uneven"), 0);
    expect(bars.map(({ note }) => note)).toEqual(["tightest", "", ""]);
    expect(bars[0]?.isStrong).toBe(true);
  });

  it("say in one sentence what they show", () => {
    const [bar] = rankBars(poolOf("fits"), 0).bars;
    expect(bar?.aria.replaceAll("\u00a0", " ")).toMatch(
      /^ranks 0–7: Weights 32\.9 GiB, .* and CUDA graphs, beside the budget .*; budget 71\.3 GiB of 79\.2 GiB; .* for KV cache$/,
    );
  });

  it("of other layouts say what they hold, or what they are over by; the file's own is marked", () => {
    const { bars } = layoutBars(poolOf("fits"), 0);
    expect(bars.map(({ title, note }) => `${title} ${note}`.trim())).toEqual([
      "TP 1 × SP 8",
      "TP 2 × SP 4",
      "TP 4 × SP 2 this file",
      "TP 8 × SP 1 no Shift",
    ]);
    expect(bars.map(({ right }) => right)).toEqual([
      expect.stringMatching(/GiB over$/),
      expect.stringMatching(/GiB over$/),
      expect.stringMatching(/^[\d,]+ tokens$/),
      expect.stringMatching(/^[\d,]+ tokens$/),
    ]);
    expect(bars.map(({ overBytes }) => overBytes > 0)).toEqual([true, true, false, false]);
  });
});

describe("verdict", () => {
  const title = (state: string): string => memoryVerdict(overview(state)).title.replaceAll("\u00a0", " ");
  const text = (state: string): string =>
    memoryVerdict(overview(state))
      .lines.map((line) => line.text)
      .join(" ")
      .replaceAll("\u00a0", " ");

  it("says tokens and requests", () => {
    const { plan } = poolOf("fits");
    expect(title("fits")).toBe(`Fits, with room for ${plan.kvCacheTokens.toLocaleString("en-GB")} tokens`);
    expect(text("fits")).toMatch(
      /^[\d.]+ ± [\d.]+ of 71\.3 GiB on every GPU is KV cache\. That is [\d.]+ requests of 32,768 tokens, or \d+ of 4,096\.$/,
    );
  });

  it("says by how much it does not fit, in the engine's words", () => {
    expect(title("over")).toMatch(/^Does not fit: [\d.]+ GiB over on every GPU$/);
    expect(text("over")).toContain('vLLM would stop at start: "No available memory for the cache blocks".');
    expect(title("too-long")).toBe("One request of 131,072 tokens does not fit");
    expect(text("too-long")).toContain("is the longest that fits");
  });

  it("is not surer than the finding", () => {
    const memory = overview("over");
    const unsure = {
      ...memory,
      pools: memory.pools.map((pool) => ({ ...pool, refusal: { isSure: false, words: message("Needs about 90 GiB.") } })),
    };
    const { sign, title: said } = memoryVerdict(unsure);
    expect(sign.tone).toBe("warning");
    expect(said).toMatch(/^May not fit: about/);
  });

  it("speaks of blocks where tokens are derived", () => {
    expect(title("hybrid")).toMatch(/^Fits, with [\d,]+ blocks of KV cache$/);
    expect(text("hybrid")).toContain("that figure is derived");
  });

  it("names the ranks that decide, and every pool", () => {
    expect(text("uneven")).toMatch(/on ranks 0–1, stage 0 is KV cache, the least of all/);
    expect(memoryVerdict(overview("pools")).lines.map(({ strong }) => strong)).toEqual(["llama-prefill:", "llama-decode:"]);
  });

  it("tells of errors of another kind", () => {
    expect(memoryVerdict({ ...overview("fits"), otherErrors: 2 }).lines.at(-1)?.text).toBe("It will not start for 2 other reasons.");
  });
});

describe("tables", () => {
  it("hold the numbers of the bars", () => {
    const pool = poolOf("uneven");
    const table = rankTable([pool]);
    expect(table.columns.map(({ title }) => title)).toEqual(["On each GPU", ...pool.plan.ranks.map(({ label }) => label)]);
    const weights = table.rows.find(([name]) => name === "Weights");
    expect(weights?.slice(1)).toEqual(pool.plan.ranks.map(({ weightsBytes }) => (weightsBytes / 2 ** 30).toFixed(2)));
    expect(layoutTable(poolOf("fits")).rows.length).toBe(4);
    expect(layoutTable(poolOf("fits")).rows[2]?.[0]).toBe("TP 4 × SP 2, this file");
  });

  it("say what is over the budget, with the sum that comes to it", () => {
    const row = pieceTable(poolOf("over")).rows.at(-1);
    expect(row?.[0]).toBe("Over the budget");
    expect(row?.[2]).toMatch(/GiB − .* weights/);
  });

  it("give every line of the sum, and end with blocks and tokens", () => {
    const { plan } = poolOf("fits");
    const [rank] = plan.ranks;
    if (!rank) throw new Error("no rank");
    const lines = sumLines(rank, plan, true);
    expect(lines.length).toBe(rank.steps.length + 1);
    expect(lines.at(-1)?.formula).toContain(`= ${plan.kvCacheTokens.toLocaleString("en-GB")} tokens`);
  });
});

describe("how sure", () => {
  it("gives each term its basis and its band, and the cache its whole", () => {
    const pool = poolOf("fits");
    const [rank] = pool.plan.ranks;
    if (!rank) throw new Error("no rank");
    const table = certaintyTable(pool);
    expect(table.rows.every(([part]) => /^[●◐○] /.test(part ?? ""))).toBe(true);
    const cache = table.rows.find(([part]) => part?.endsWith("KV cache"));
    expect(cache?.at(-1)).toBe((rank.kvCacheSpread / 2 ** 30).toFixed(2));
    expect(totalWords(pool).replaceAll("\u00a0", " ")).toMatch(/^KV cache: [●◐○] [\w' -]+, ± [\d.]+ GiB$/);
    expect(totalWords(pool)).toContain(` ${marks[pool.plan.confidence]} `);
  });

  it("tells measured parts from predicted ones, and why what was measured no longer holds", () => {
    const pool = poolOf("calibrated");
    const basis = Object.fromEntries(certaintyTable(pool).rows.map(([part, words]) => [part?.slice(2), words]));
    expect(basis).toMatchObject({ Weights: "measured", "Outside the allocator": "measured", Activations: "fitted on start-up logs" });
    expect(remarks(pool)).toEqual([
      "Measured on 2026-11-28: GPU total, weights, outside the allocator.",
      expect.stringMatching(/^Predicted again: activation peak, .*; max-num-seqs was 1024 when this was measured\.$/),
    ]);
  });

  it("says exact where the engine's arithmetic leaves nothing open", () => {
    const pool = poolOf("fits");
    const [rank, ...others] = pool.plan.ranks;
    if (!rank || others.length > 0) throw new Error("expected one rank");
    const steps = rank.steps.map((step) => ({ ...step, confidence: "engine-law" as const, spread: 0 }));
    const exact = { ...pool, plan: { ...pool.plan, confidence: "engine-law" as const, ranks: [{ ...rank, kvCacheSpread: 0, steps }] } };
    expect(certaintyTable(exact).rows.every((row) => row.at(-1) === "exact")).toBe(true);
    expect(totalWords(exact)).toBe("KV cache: ● the engine's own arithmetic");
    expect(engineWords(exact)).toBe("Memory · vLLM 0.11.0 arithmetic");
  });
});

describe("changes", () => {
  it("are ranked by what they cost: the cheapest that helps stands first", () => {
    const plans = overview("fits").pools.map(({ plan }) => plan);
    expect(cheapest(leversOf("fits"), plans)?.key).toBe("0/sequences");
    expect(
      cheapest(
        leversOf("over"),
        overview("over").pools.map(({ plan }) => plan),
      )?.outcome.fits,
    ).toBe(true);
    expect(cheapest([], plans)).toBeUndefined();
  });

  it("say what they win", () => {
    const [first] = leversOf("fits");
    if (!first) throw new Error("no lever");
    const told = (outcome: Partial<LeverView["outcome"]>, fits = true): string =>
      gainWords({ ...first, outcome: { ...first.outcome, ...outcome } }, fits).replaceAll("\u00a0", " ");
    expect(told({ gainTokens: 83_000 })).toBe("+83,000");
    expect(told({ gainTokens: 0, maxConcurrency: 9.8 })).toBe("9.80 requests at once");
    expect(told({ kvCacheTokens: 102_400 }, false)).toBe("fits, 102,400 tokens");
    expect(told({ fits: false, overBytes: 3.1 * 2 ** 30 }, false)).toBe("still 3.1 GiB over");
    expect(told({ fits: false, overBytes: 0 }, false)).toBe("one request is still too long");
  });

  it("have bars on the scale of the largest", () => {
    const levers = leversOf("fits");
    const shares = levers.map((lever) => shareOf(lever, levers));
    expect(Math.max(...shares)).toBe(1);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(leverTable(levers, [true]).rows.length).toBe(levers.length);
  });
});

describe("a start-up log beside the prediction", () => {
  const comparison = (state: string): ComparisonView => {
    const shown = memoryStates[state]?.().find((one) => one.kind === "comparison");
    if (shown?.kind !== "comparison" || !shown.comparison) throw new Error(`${state} compares nothing`);
    return shown.comparison;
  };
  const result = (state: string): StartComparison => {
    const { result: made } = comparison(state);
    if (!made) throw new Error(`${state} has no result`);
    return made;
  };

  it("says whether it ended as predicted", () => {
    const started = result("compared");
    const told = (outcome: Partial<StartComparison["outcome"]>): string =>
      outcomeWords({ ...started, outcome: { ...started.outcome, ...outcome } });
    expect(told({})).toBe("It started, as predicted.");
    expect(told({ agree: false })).toBe("It started, and the prediction says that it would not.");
    expect(told({ logged: "unfinished", agree: null })).toBe("The log ends before the start does.");
    expect(outcomeWords(result("compared-refused"))).toMatch(/^It stopped, and the prediction says that it fits: “.*No available memory/);
  });

  it("puts each figure in its unit, and a sign before each difference", () => {
    const rows = comparisonTable(comparison("compared")).rows.map((row) => row.map((cell) => cell.replaceAll("\u00a0", " ")));
    const row = (part: string): readonly string[] | undefined => rows.find(([name]) => name === part);
    expect(row("Weights")).toEqual(["Weights", expect.stringMatching(/^[\d.]+ GiB$/), "14.99 GiB", "=", ""]);
    expect(row("Activation peak")?.[3]).toMatch(/^\+[\d.]+ GiB, \+[\d.]+ %$/);
    expect(row("KV cache")?.[3]).toMatch(/^−[\d.]+ GiB, −[\d.]+ %$/);
    expect(row("KV cache")?.[4]).toBe("max-num-seqs is 1024 in the log, 256 in the file");
    expect(row("KV cache tokens")?.[2]).toBe("443,520");
    expect(settingsWords(result("compared"))).toBe("Other in the log: max-num-seqs is 1024, not 256.");
  });

  it("says when a text is no log", () => {
    expect(comparison("no-log").result).toBeNull();
    expect(comparison("no-log").problem?.text).toContain("holds no start");
  });
});
