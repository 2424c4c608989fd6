import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findScriptLaunches } from "../../src/deployment/launch.ts";
import { verbatim } from "../../src/deployment/mapped.ts";
import { splitCommand } from "../../src/deployment/shell-words.ts";
import { cpuMs, runs, timeLimitMs } from "./runs.ts";

const before = 7;
const word = fc.constantFrom(
  "vllm serve Qwen/Qwen3-8B",
  "python3 -m sglang.launch_server --model-path m",
  "trtllm-serve m",
  "exec",
  "--tensor-parallel-size",
  "-tp=4",
  "8",
  "$X",
  "${X:-4}",
  "${X:-${Y:-2}}",
  "$((X * 2))",
  "$(nvidia-smi -L | wc -l)",
  "`date`",
  "X=4",
  "export Y=2",
  "'a b'",
  '"a $X b"',
  `'{"a": [1, {"b": 2}]}'`,
  '"{\\"a\\": 1}"',
  "{a,b}",
  "\\",
  "\\\n",
  "\n",
  "&&",
  "||",
  "|",
  "&",
  ";",
  "# comment\n",
  "if true; then",
  "fi",
  "for i in 1 2; do",
  "done",
  "case x in",
  "esac",
  "f() {",
  "}",
  "(",
  ")",
  "<<EOF\nbody\nEOF\n",
  "<<<",
  "2>&1",
  "> /dev/null",
  "'",
  '"',
  "$",
  "${",
  "$((",
  "é😀",
);
const script = fc.array(word, { maxLength: 40 }).map((words) => words.join(" "));

describe("any script", () => {
  test("is split without an exception, and every word stands where it was read", { timeout: timeLimitMs }, () => {
    fc.assert(
      fc.property(script, (text) => {
        const mapped = verbatim(text, before);
        const words = [
          ...splitCommand(mapped).flatMap((command) => command.words),
          ...findScriptLaunches(mapped, new Map()).launches.flatMap((launch) => launch.words),
        ];
        for (const { value, starts, ends, span } of words) {
          expect([starts.length, ends.length]).toEqual([value.length, value.length]);
          const places = [span.start, span.end, ...Array.from(starts), ...Array.from(ends)];
          expect(places.filter((place) => place < before || place > before + text.length)).toEqual([]);
          expect(span.start).toBeLessThanOrEqual(span.end);
        }
      }),
      runs(600, 51),
    );
  });

  test("noise too", { timeout: timeLimitMs }, () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        splitCommand(verbatim(text, 0));
      }),
      runs(300, 52),
    );
  });

  test("costs time in proportion to its length", { timeout: timeLimitMs }, () => {
    fc.assert(
      fc.property(script, (text) => {
        const took = (times: number): number => {
          const mapped = verbatim(`${text}\n`.repeat(times), 0);
          return cpuMs(() => splitCommand(mapped));
        };
        took(1);
        const small = Math.min(took(4), took(4));
        const large = Math.min(took(32), took(32));
        // A square would be sixty-four times as long; what is too short to be measured proves nothing.
        expect(large).toBeLessThan(24 * small + 60);
      }),
      runs(60, 53),
    );
  });
});
