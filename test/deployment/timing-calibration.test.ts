import { describe, expect, test } from "vitest";
import { applyTiming } from "../../src/deployment/apply-timing.ts";
import type { MeasuredMemory, MeasuredTiming } from "../../src/deployment/calibration.ts";
import { conditionsOf } from "../../src/deployment/conditions.ts";
import { plain } from "../../src/deployment/message.ts";
import { readCalibration } from "../../src/deployment/read-calibration.ts";
import { withMemory, withTiming } from "../../src/deployment/write-calibration.ts";
import { gpu, model, pool, version } from "../memory/pools.ts";

const llama = model("meta-llama/Llama-3.1-8B-Instruct");
const owner = { file: "deploy.yaml", deployment: "llama" };

function timed(changes: Parameters<typeof pool>[0] = {}): MeasuredTiming {
  return {
    source: "bench",
    date: "2026-11-28",
    conditions: conditionsOf(llama, pool(changes)),
    correction: { device: 0.97, host: 1.66, requestSeconds: 0.017 },
    band: 0.08,
    predictedSeconds: 0.0301,
    points: [
      {
        from: "stage_3_lifecycle_metrics.json",
        tool: "inference-perf",
        date: null,
        load: "92.2 req/s",
        ttftSeconds: 0.0505,
        tpotSeconds: 0.0158,
        outputTokensPerSecond: 5694,
      },
    ],
  };
}

const memory: MeasuredMemory = {
  source: "log",
  date: "2026-11-20",
  conditions: conditionsOf(llama, pool()),
  stages: [{ stage: 0, weights: 16_106_127_360 }],
  kvCacheTokens: 434_176,
  kvCacheBlocks: null,
};

function written(existing: string, timing = timed()): string {
  const { text, problem } = withTiming(existing, { ...owner, timing });
  if (text === undefined) throw new Error(plain(problem));
  return text;
}

function withLog(existing: string, measured = memory): string {
  const { text, problem } = withMemory(existing, { ...owner, memory: measured, evidence: ["Model loading took 15.00 GiB"] });
  if (text === undefined) throw new Error(plain(problem));
  return text;
}

const said = (text: string) =>
  readCalibration(text).problems.map(({ message, range }) => `${text.split("\n")[range.start.line]?.trim()} | ${plain(message)}`);

describe("timing in a calibration file", () => {
  test("is read as it was written, and is not written twice", () => {
    const text = written("");
    expect(readCalibration(text)).toEqual({ calibration: { ...owner, memory: null, timing: timed() }, problems: [] });
    expect(text).toMatch(/device: 0\.97 # times what the GPU/);
    expect(written(text)).toBe(text);
  });

  test("stands beside the memory of a log, whichever came first", () => {
    for (const text of [withLog(written("")), written(withLog(""))]) {
      const { calibration } = readCalibration(text);
      expect(calibration?.timing).toEqual(timed());
      expect(calibration?.memory).toEqual(memory);
      expect(text).toContain("Model loading took 15.00 GiB");
    }
  });

  test("and memory measured under other settings each keep what they hold for", () => {
    const before = { maxNumSeqs: 256 };
    const first = written(withLog("", { ...memory, conditions: conditionsOf(llama, pool({ settings: before })) }));
    const second = withLog(written("", timed({ settings: before })));
    const seqs = (text: string) => {
      const { calibration } = readCalibration(text);
      return [calibration?.memory?.conditions.settings["max-num-seqs"], calibration?.timing?.conditions.settings["max-num-seqs"]];
    };
    expect(seqs(first)).toEqual([256, 1024]);
    expect(seqs(second)).toEqual([1024, 256]);
    // What was measured again holds for what is now.
    expect(seqs(written(second))).toEqual([1024, 1024]);
  });

  test("that contradicts itself is refused at its line, with memory and all", () => {
    const text = written("");
    expect(said(text.replace("device: 0.97", "device: -1"))[0]).toMatch(/^device: -1.* \| “device” must be a number from 0.01 to 100\.$/);
    expect(said(text.replace("host: 1.66", "host: .nan"))).toHaveLength(1);
    expect(said(text.replace("band: 0.08", "band: 8"))[0]).toMatch(/^band: 8.* \| “band” must be a number from 0.01 to 1\.$/);
    expect(said(text.replace("  device: 0.97", "  speed: 2\n  device: 0.97"))).toEqual([
      "speed: 2 | “speed” is not known in the timing of a calibration.",
    ]);
    expect(said(text.replace(/ {2}device: .*\n/, ""))).toEqual(["source: bench | “device” is missing."]);
    expect(said(text.replace("  device: 0.97", "  device: 1\n  device: 0.97"))[0]).toMatch(/\| “device” stands here twice\.$/);
    expect(said(`${text}holdsFor: { engine: sglang }\n`)).toContain("holdsFor: { engine: sglang } | “holdsFor” stands here twice.");
    expect(said(text.replace("ttftSeconds: 0.0505", "ttftSeconds: -3"))[0]).toMatch(/“ttftSeconds” must be a number from 0 up\.$/);
    expect(said("version: 1\nfile: a\ndeployment: b\ntiming: 3")).toEqual(["timing: 3 | “timing” must hold keys and values."]);
  });
});

describe("timing that was measured", () => {
  const refused = (changes: Parameters<typeof pool>[0]) => {
    const applied = applyTiming([{ ...owner, memory: null, timing: timed() }], llama, pool(changes));
    return applied?.refused ? plain(applied.refused) : null;
  };

  test("holds while what a step depends on is as it was", () => {
    expect(refused({})).toBeNull();
    // What a step may hold is simulated, and no reason for another time of the same step.
    expect(refused({ settings: { maxNumSeqs: 64, maxNumBatchedTokens: 4096, maxModelLen: 4096 } })).toBeNull();
  });

  test.each([
    ["GPU", { gpu: gpu("H200") }, /^GPU was H100/],
    ["version", { version: version("0.20.0") }, /^version was 0\.19\.0/],
    ["layout", { layout: { tensor: 2 } }, /^tensor parallel size was 1/],
    ["graphs", { settings: { enforceEager: true } }, /^enforce-eager was false/],
    ["cache format", { kvElementBytes: 1 }, /^kv-cache-bits was 16/],
  ])("does not hold with another %s, and says so", (_, changes, why) => {
    expect(refused(changes)).toMatch(why);
  });

  test("is of pools of its own role", () => {
    const timing = { ...timed(), conditions: { ...timed().conditions, role: "decode" as const } };
    expect(applyTiming([{ ...owner, memory: null, timing }], llama, pool())).toBeUndefined();
    expect(applyTiming([{ ...owner, memory: null, timing: null }], llama, pool())).toBeUndefined();
  });
});
