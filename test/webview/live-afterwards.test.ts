import { describe, expect, it } from "vitest";
import type { ComparedRow } from "../../src/live/prediction/compare.ts";
import { afterwardsSentence, afterwardsTable } from "../../webview/live/afterwards/afterwards-model.ts";
import { afterwards } from "./fixtures/live-evidence.ts";

const withVerdict = (verdict: ComparedRow["verdict"]) => ({ ...afterwards, rows: afterwards.rows.map((row) => ({ ...row, verdict })) });

describe("the time after the load was read", () => {
  it("names what left its range, and nothing that cannot be told apart or was fed in", () => {
    const sentence = afterwardsSentence(afterwards);
    expect(sentence).toMatch(/ITL p95/);
    expect(sentence).toMatch(/Running left the predicted range/);
    expect(sentence).not.toMatch(/TTFT|Prompt|E2E/);
  });

  it("says so where all is within, and where nothing can be told", () => {
    expect(afterwardsSentence(withVerdict("within"))).toMatch(/all lies within/);
    expect(afterwardsSentence(withVerdict("cannot-tell"))).toMatch(/nothing can be told apart/);
  });

  it("has a line for each quantity that both know, one that was fed in without a range", () => {
    const { rows } = afterwardsTable(afterwards);
    expect(rows.map(([name]) => name)).toEqual(["TTFT p95", "ITL p95", "E2E p95", "Running", "Prompt tokens"]);
    expect(rows[0]?.[1]).toBe("200–270\u00a0ms");
    expect(rows[3]?.[1]).toBe("49–66");
    expect(rows[4]).toEqual(["Prompt tokens", "36,000\u00a0tok/s", "35,400\u00a0tok/s", "input"]);
    expect(afterwardsTable(withVerdict("unknown")).rows).toEqual([]);
  });
});
