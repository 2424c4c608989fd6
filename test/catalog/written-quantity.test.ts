import { describe, expect, test } from "vitest";
import { writtenBytes, writtenBytesPerSecond, writtenFlops } from "../../src/catalog/written-quantity.ts";

describe("figures with their unit", () => {
  test.each([
    ["80 GiB", 80 * 2 ** 30],
    ["81,559 MiB", 81_559 * 2 ** 20],
    ["141 GB", 141e9],
    ["0.5TiB", 2 ** 39],
    ["80Gi", 80 * 2 ** 30],
    ["80", undefined],
    ["80 Gib", undefined],
    ["80 GB/s", undefined],
    ["0 GiB", undefined],
    ["-80 GiB", undefined],
    ["1,23 GiB", undefined],
    ["1.2.3 GiB", undefined],
    ["NaN GiB", undefined],
    [`${"9".repeat(400)} GiB`, undefined],
    ["", undefined],
  ])("%s in bytes", (text, bytes) => {
    expect(writtenBytes(text)).toBe(bytes);
  });

  test.each([
    ["3.35 TB/s", 3.35e12],
    ["450GB/s", 450e9],
    ["64 GiB/s", 64 * 2 ** 30],
    // Bits: an eighth of a byte.
    ["400Gbps", 50e9],
    ["400gbps", 50e9],
    ["400 Gbit/s", 50e9],
    ["1.6 Tb/s", 200e9],
    ["400", undefined],
    ["400 Gb", undefined],
    ["0Gbps", undefined],
  ])("%s in bytes per second", (text, speed) => {
    expect(writtenBytesPerSecond(text)).toBe(speed);
  });

  test.each([
    ["989 TFLOPS", 989e12],
    ["1,979 TFLOP/s", 1979e12],
    ["2.25 PFLOPS", 2.25e15],
    ["242 TOPS", 242e12],
    ["989 TB/s", undefined],
    ["989", undefined],
  ])("%s in operations per second", (text, flops) => {
    expect(writtenFlops(text)).toBe(flops);
  });
});
