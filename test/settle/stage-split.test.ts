import { expect, test } from "vitest";
import { type Fields, settledCase } from "../memory/case-plans.ts";

function layersOf(engine: string, engineVersion: string, fields: Fields = {}): readonly number[] | undefined {
  const given = { engine, engineVersion, gpu: "H200", parallel: { pipeline: 4 }, ...fields };
  return settledCase("deepseek-ai/DeepSeek-V3", given).pool.layout.stageLayers;
}

// 61 layers over four stages.
test.each([
  ["sglang", "0.4.9", [15, 15, 15, 16]],
  ["sglang", "0.5.9", [15, 15, 15, 16]],
  ["tensorrt-llm", "1.1.0", [16, 15, 15, 15]],
])("%s %s splits 61 layers as %j", (engine, version, layers) => {
  expect(layersOf(engine, version)).toEqual(layers);
});

test("what is over stays in the last stage of old releases, is spread over the last ones since", () => {
  const three = { parallel: { pipeline: 8 } };
  expect(layersOf("sglang", "0.4.9", three)).toEqual([7, 7, 7, 7, 7, 7, 7, 12]);
  expect(layersOf("sglang", "0.5.9", three)).toEqual([7, 7, 7, 8, 8, 8, 8, 8]);
});

test("what is written stands", () => {
  expect(layersOf("sglang", "0.5.9", { environment: { SGLANG_PP_LAYER_PARTITION: "10,17,17,17" } })).toEqual([10, 17, 17, 17]);
  expect(layersOf("tensorrt-llm", "1.1.0", { settings: { pp_partition: [10, 17, 17, 17] } })).toEqual([10, 17, 17, 17]);
  expect(layersOf("tensorrt-llm", "1.1.0", { settings: { pp_partition: [10, 17, 17] } })).toEqual([16, 15, 15, 15]);
});
