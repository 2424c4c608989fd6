/** Figures above zero as people write them, with their unit; undefined where the words are none. */

const prefixes = "kmgtp";

/** `80 GiB`, `80Gi`, `81559 MiB`, `141 GB` (10⁹) in bytes. */
export function writtenBytes(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([KMGTkmgt])(?:(i)B?|B)$/.exec(text.trim());
  return match ? scaled(match[1], match[2], match[3] === undefined ? 1000 : 1024) : undefined;
}

/** `3.35 TB/s` (bytes), `400Gbps` or `400 Gbit/s` (bits) in bytes per second. */
export function writtenBytesPerSecond(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([KMGTPkmgtp])(i?)(B\/s|Bps|bps|b\/s|bit\/s)$/.exec(text.trim());
  const value = match ? scaled(match[1], match[2], match[3] === "" ? 1000 : 1024) : undefined;
  return value !== undefined && match?.[4]?.startsWith("b") ? value / 8 : value;
}

/** `989 TFLOPS`, `1.98 PFLOP/s`, `1,979 TOPS` in operations per second. */
export function writtenFlops(text: string): number | undefined {
  const match = /^([\d.,]+)\s*([gtp])(?:FLOPS|FLOP\/s|OPS)$/i.exec(text.trim());
  return match ? scaled(match[1], match[2], 1000) : undefined;
}

function scaled(digits: string | undefined, prefix: string | undefined, base: 1000 | 1024): number | undefined {
  const isNumber = digits !== undefined && /^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/.test(digits);
  if (!isNumber || prefix === undefined) return undefined;
  const value = Number(digits.replaceAll(",", "")) * base ** (prefixes.indexOf(prefix.toLowerCase()) + 1);
  return Number.isFinite(value) && value > 0 ? value : undefined;
}
