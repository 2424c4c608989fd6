import type { Family, MetricsPage, Sample } from "../snapshot.ts";

/** Writes a page in the Prometheus text format; `parseMetrics` reads back the same families. */
export function printMetrics(page: Pick<MetricsPage, "families">, help: ReadonlyMap<string, string> = new Map()): string {
  const lines: string[] = [];
  for (const family of page.families.values()) printFamily(lines, family, help.get(family.name));
  return `${lines.join("\n")}\n`;
}

function printFamily(lines: string[], family: Family, help: string | undefined): void {
  if (help !== undefined) lines.push(`# HELP ${family.name} ${help.replace(/\\/g, "\\\\").replace(/\n/g, "\\n")}`);
  lines.push(`# TYPE ${family.name} ${family.type}`);
  for (const sample of family.samples) lines.push(printSample(sample));
}

function printSample({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${printValue(value)}`;
}

function escaped(text: string): string {
  return text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");
}

/**
 * A number as the Python client library prints it: `12.0`, `+Inf`, and from a million on `1.795220593e+09`
 * (prometheus_client 0.21, utils.py floatToGoString).
 */
export function printValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  if (Number.isNaN(value)) return "NaN";
  if (Object.is(value, -0)) return "-0.0";
  const plain = String(value);
  if (plain.includes("e")) return plain;
  const dotted = plain.includes(".") ? plain : `${plain}.0`;
  const point = dotted.indexOf(".");
  if (value < 0 || point <= 6) return dotted;
  const digits = (dotted.slice(0, point) + dotted.slice(point + 1)).replace(/0+$/, "");
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${mantissa}e+${String(point - 1).padStart(2, "0")}`;
}
