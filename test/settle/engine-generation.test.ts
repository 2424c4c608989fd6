import { expect, test } from "vitest";
import { usesV1 } from "../../src/deployment/defaults.ts";
import { gpu, version } from "../memory/pools.ts";

// vLLM arg_utils.py, _is_v1_supported_oracle of 0.8.1 to 0.10.2.
test.each([
  ["0.7.3", "H100", false, false],
  ["0.8.1", "A100-SXM4-40GB", false, true],
  ["0.8.2", "A100-SXM4-40GB", true, false],
  ["0.8.3", "A100-SXM4-40GB", true, true],
  ["0.8.5", "T4", false, false],
  ["0.10.1", "T4", false, false],
  ["0.10.2", "T4", false, true],
  ["0.11.0", "T4", true, true],
])("vLLM %s on %s, adapters %s: V1 %s", (release, card, hasLora, expected) => {
  expect(usesV1(version(release), gpu(card), undefined, hasLora)).toBe(expected);
});

test("the variable chooses while there is a choice", () => {
  expect(usesV1(version("0.7.3"), gpu("H100"), "1")).toBe(true);
  expect(usesV1(version("0.9.2"), gpu("H100"), "0")).toBe(false);
  expect(usesV1(version("0.11.0"), gpu("H100"), "0")).toBe(true);
});
