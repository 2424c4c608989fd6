import type { Report } from "./report.ts";

const columns = [
  "request",
  "arrival_seconds",
  "queue_seconds",
  "ttft_seconds",
  "tpot_seconds",
  "e2e_seconds",
  "finished_seconds",
  "prompt_tokens",
  "output_tokens",
  "cached_tokens",
  "preemptions",
  "instance",
] as const;

/** One line a request, as drawn; seconds to the microsecond, empty where a request did not get that far. */
export function requestsCsv({ requests: records, summary }: Report): string {
  const { classOf } = records;
  const names = summary.classes?.map(({ name }) => csvField(name)) ?? [];
  const lines = [[...columns, ...(classOf ? ["class"] : [])].join(",")];
  records.arrival.forEach((arrival, i) => {
    const first = records.firstToken[i] ?? Number.NaN;
    const finished = records.finished[i] ?? Number.NaN;
    const output = records.outputTokens[i] ?? 0;
    const values = [
      seconds(arrival),
      seconds((records.firstScheduled[i] ?? Number.NaN) - arrival + (records.decodeQueue[i] || 0)),
      seconds(first - arrival),
      output > 1 ? seconds((finished - first) / (output - 1)) : "",
      seconds(finished - arrival),
      seconds(finished),
      records.promptTokens[i] ?? "",
      output,
      records.cachedTokens[i] ?? "",
      records.preemptions[i] ?? "",
      records.instance[i] ?? "",
      ...(classOf ? [names[classOf[i] ?? 0] ?? ""] : []),
    ];
    lines.push([i, ...values].join(","));
  });
  return `${lines.join("\n")}\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function seconds(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(6))) : "";
}
