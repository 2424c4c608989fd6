import { expect, test } from "vitest";
import { findingsOf, flagOf, only, poolRows, readText, sliceOf } from "../support.ts";

test("an evaluation names a model and its server's arguments, in one text or a list", () => {
  const text = `model_name: "deepseek-ai/DeepSeek-R1"
accuracy_threshold: 0.95
num_questions: 1319
server_args: >-
  --enforce-eager
  --max-model-len 4096
  --data-parallel-size 8
  --enable-expert-parallel
  --speculative-config '{"method":"mtp","num_speculative_tokens":3}'
`;
  expect(poolRows(text)).toEqual([
    expect.objectContaining({
      deployment: "deepseek-ai/DeepSeek-R1",
      format: "vllm-eval-config",
      engine: "vllm",
      model: "deepseek-ai/DeepSeek-R1",
      dp: 8,
      gpus: undefined,
      instances: 1,
      complete: true,
    }),
  ]);
  const { pool } = only(readText(text));
  expect(sliceOf(text, flagOf(pool, "max-model-len").valueRange)).toBe("4096");
  expect(flagOf(pool, "speculative-config").value?.value).toBe('{"method":"mtp","num_speculative_tokens":3}');
  expect(findingsOf(text).filter((said) => said.includes("gpu-"))).toEqual([]);
  const list = 'model_name: Qwen/Qwen3-8B\nserver_args: ["--tensor-parallel-size", "2"]\n';
  expect(poolRows(list)).toMatchObject([{ model: "Qwen/Qwen3-8B", tp: 2 }]);
  expect(poolRows("model_name: Qwen/Qwen3-8B\nserver_args: ''\n")).toMatchObject([{ model: "Qwen/Qwen3-8B", tp: undefined }]);
});
