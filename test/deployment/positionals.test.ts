import { describe, expect, test } from "vitest";
import { deployment, flagOf, only, poolRows, readText, settings, sliceOf } from "./support.ts";

const start = (script: string, behind: string): string => deployment(`command: [bash, -c, '${script}']\nargs: [${behind}]`);

describe("what stands behind a script is its arguments", () => {
  test("as many words, at their own places", () => {
    const text = start('vllm serve "$@"', 'run, Qwen/Qwen3-8B, --tensor-parallel-size, "4", --hf-overrides, \'{"a": 1}\'');
    expect(poolRows(text)).toEqual([expect.objectContaining({ model: "Qwen/Qwen3-8B", tp: 4, complete: true })]);
    const { pool } = only(readText(text));
    expect(settings(pool)["hf-overrides"]).toBe('{"a": 1}');
    expect(sliceOf(text, flagOf(pool, "tensor-parallel-size").valueRange)).toBe("4");
  });

  test("by number, the first of them the script's name", () => {
    const text = start("vllm serve $1 --tensor-parallel-size=$2 $0", '--enforce-eager, Qwen/Qwen3-8B, "2"');
    expect(settings(only(readText(text)).pool)).toMatchObject({ "tensor-parallel-size": "2", "enforce-eager": null });
    expect(poolRows(text)[0]?.model).toBe("Qwen/Qwen3-8B");
  });

  test("none where nothing stands there", () => {
    expect(poolRows(deployment("command: [bash, -c, 'vllm serve Qwen/Qwen3-8B $@']"))).toEqual([
      expect.objectContaining({ complete: true }),
    ]);
  });

  test("a text that is evaluated once more keeps them", () => {
    const text = start('eval "exec vllm serve Qwen/Qwen3-8B $@"', "run, --tensor-parallel-size, '2'");
    expect(poolRows(text)).toEqual([expect.objectContaining({ model: "Qwen/Qwen3-8B", tp: 2, complete: true })]);
  });
});
