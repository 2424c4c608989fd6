const binary: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const decimal: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9, t: 1e12 };

/** `8192`, `8k` = 8,000, `8K` = 8,192, `1.5k` (RULES VS18); undefined for anything else, and where nothing whole comes out. */
export function humanInteger(text: string): number | undefined {
  const match = /^([+-]?\d+(?:\.\d+)?)([kKmMgGtT]?)$/.exec(text.trim());
  if (!match?.[1]) return undefined;
  const unit = match[2] ?? "";
  const value = Number(match[1]) * (binary[unit] ?? decimal[unit] ?? 1);
  return Number.isSafeInteger(value) ? value : undefined;
}
