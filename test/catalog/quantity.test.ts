import { describe, expect, test } from "vitest";
import { dollars, duration, figure, gib, percent, rate, shortTokens, whole } from "../../src/catalog/quantity.ts";

// A no-break blank stands before every unit.
const plain = (text: string) => text.replace(/\u00a0/g, " ");

describe("figures in words", () => {
  test.each([
    [whole(639_360), "639,360"],
    [figure(0), "0"],
    [figure(1.2345), "1.23"],
    [figure(12.345), "12.3"],
    [figure(999.4), "999"],
    [figure(999.6), "1,000"],
    [figure(37_432), "37,432"],
    [figure(1_534_000), "1.53 M"],
    [figure(0.0123), "0.0123"],
    [figure(Number.POSITIVE_INFINITY), "unknown"],
    [gib(131.4 * 2 ** 30), "131 GiB"],
    [gib(58.11 * 2 ** 30), "58.1 GiB"],
    [shortTokens(639_360), "639k"],
    [shortTokens(1_250_000), "1.25M"],
    [duration(0.0000037), "3.70 µs"],
    [duration(0.0094), "9.40 ms"],
    [duration(1.5), "1.50 s"],
    [duration(192), "3 min 12 s"],
    [duration(7260), "2 h 1 min"],
    [rate(13.1, "req/s"), "13.1 req/s"],
    [percent(0.459), "45.9 %"],
    [dollars(2.368, 3.318), "$2.37–3.32"],
    [dollars(5, 7), "$5.00–7.00"],
    [dollars(0.2451, 0.6749), "$0.25–0.67"],
    [dollars(0.0312, 1.204), "$0.031–1.20"],
    [dollars(1_250, 1_250), "$1,250"],
  ])("%s", (text, expected) => {
    expect(plain(text)).toBe(expected);
  });
});
