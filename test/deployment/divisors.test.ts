import { expect, test } from "vitest";
import { divisors } from "../../src/deployment/divisors.ts";

test.each([
  [[64], 64, [1, 2, 4, 8, 16, 32, 64]],
  [[64, 24], 64, [1, 2, 4, 8]],
  [[36], 8, [1, 2, 3, 4, 6]],
  [[8], 1e9, [1, 2, 4, 8]],
  [[7], 0, []],
  [[2.5], 8, []],
])("sizes that divide %j up to %d", (amounts, most, expected) => {
  expect(divisors(amounts, most)).toEqual(expected);
});

test("a number that no machine has is answered at once", () => {
  const started = performance.now();
  expect(divisors([1e9], 1e9)).toHaveLength(100);
  expect(performance.now() - started).toBeLessThan(200);
});
