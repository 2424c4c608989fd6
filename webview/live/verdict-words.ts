import type { Slo } from "../../src/deployment/deployment.ts";
import type { LiveHeader, Prediction, ToLiveView } from "../../src/protocol/live-view.ts";
import type { Sentence } from "../parts/models.ts";
import { brief, duration, durationRange, rate, whole } from "../parts/numbers.ts";
import { listed, words } from "../parts/words.ts";
import { rangeTag } from "./figures.ts";
import { bucketWords, predictedRows, quantileWords } from "./live-words.ts";
import type { Measured, MeasuredLatency } from "./measured.ts";

export type Connection = Extract<ToLiveView, { kind: "state" }>["state"];

export interface VerdictInput {
  readonly state: Connection;
  readonly detail: string;
  /** Seconds without an answer. */
  readonly silentSeconds: number;
  readonly retrySeconds: number | null;
  readonly header: LiveHeader;
  readonly measured: Measured | null;
  readonly prediction: Prediction | null;
}

/** The sentence on top of the live page, for every state a server can be in. */
export function liveVerdict(input: VerdictInput): Sentence {
  switch (input.state) {
    case "connecting":
      return {
        sign: plainSign("○"),
        title: words("Connecting to {0}", input.header.url),
        lines: [{ text: input.detail === "" ? "Waiting for the first answer." : input.detail }],
      };
    case "needs-key":
      return {
        sign: warning("▲"),
        title: input.detail,
        lines: [{ text: "The key is kept in VS Code's secret storage and sent to this host only." }],
      };
    case "wrong-page":
      return { sign: warning("?"), title: "This is no metrics page", lines: [{ text: input.detail }] };
    case "lost":
      return lost(input);
    case "idle":
    case "live":
    case "restarted":
      return answering(input);
  }
}

const plainSign = (glyph: string) => ({ glyph, word: "", tone: "plain" }) as const;
const warning = (glyph: string) => ({ glyph, word: "", tone: "warning" }) as const;

function lost({ detail, silentSeconds, retrySeconds }: VerdictInput): Sentence {
  const again = retrySeconds === null ? "" : words(" Trying again in {0} s.", Math.max(0, Math.ceil(retrySeconds)));
  const why = detail === "" ? "" : detail.replace(/[.\s]*$/, ".");
  return {
    sign: warning("▲"),
    title: words("No answer for {0}", brief(duration(Math.max(1, Math.round(silentSeconds))))),
    lines: [{ text: words("{0}{1} The last values stay, greyed and with their age; nothing is drawn for the gap.", why, again).trim() }],
  };
}

interface Latency {
  readonly name: string;
  readonly value: MeasuredLatency;
  readonly limit: number | null;
}

function answering(input: VerdictInput): Sentence {
  const { measured, header, prediction } = input;
  const found = latencies(measured, header.slo);
  if (!measured || found.length === 0) return quiet(input);
  const limited = found.filter(({ limit }) => limit !== null);
  const missed = limited.filter(({ value, limit }) => value.p95 > (limit ?? 0) && !straddles(value, limit ?? 0));
  const unclear = limited.filter(({ value, limit }) => straddles(value, limit ?? 0));
  const range = rangeWords(measured, prediction);
  const [sign, first] = limitWords(limited, missed, unclear, found);
  const outside =
    range.outside.length > 0
      ? words(
          "{0}; {1} outside the predicted range",
          first,
          range.outside.length === 1 ? words("{0} is", range.outside[0] ?? "") : words("{0} are", listed(range.outside)),
        )
      : first;
  return { sign, title: outside, lines: [{ text: sentenceOf(found, header.slo, measured) }, ...range.lines.map((text) => ({ text }))] };
}

function latencies(measured: Measured | null, slo: Slo | null): Latency[] {
  if (!measured) return [];
  const { ttft_seconds: ttft, tpot_seconds: tpot, itl_seconds: itl, e2e_seconds: e2e } = measured.latencies;
  const made: Latency[] = [];
  if (ttft) made.push({ name: "TTFT", value: ttft, limit: slo?.ttftSeconds ?? null });
  if (tpot) made.push({ name: "TPOT", value: tpot, limit: slo?.tpotSeconds ?? null });
  else if (itl) made.push({ name: "ITL", value: itl, limit: null });
  if (e2e && slo?.e2eSeconds != null) made.push({ name: "E2E", value: e2e, limit: slo.e2eSeconds });
  return made;
}

/** The limit lies inside the bucket of the quantile: whether it holds cannot be told. */
function straddles({ bucket, p95, firstBound }: MeasuredLatency, limit: number): boolean {
  if (p95 < firstBound) return limit < firstBound;
  return bucket !== null && bucket[0] < limit && limit < bucket[1];
}

function limitWords(
  limited: readonly Latency[],
  missed: readonly Latency[],
  unclear: readonly Latency[],
  found: readonly Latency[],
): readonly [Sentence["sign"], string] {
  if (missed.length > 0) {
    const each = missed.map(({ name, value, limit }) =>
      words("{0} p95 is {1}, not {2}", name, quantileWords(value), brief(duration(limit ?? 0))),
    );
    return [
      { glyph: "✕", word: "", tone: "bad" },
      words("Misses the {0} {1}: {2}", listed(missed.map(({ name }) => name)), missed.length === 1 ? "limit" : "limits", listed(each)),
    ];
  }
  if (unclear.length > 0)
    return [
      warning("≈"),
      words("Too close to tell: the {0} limit lies inside one bucket of the histogram", listed(unclear.map(({ name }) => name))),
    ];
  if (limited.length > 0)
    return [
      { glyph: "✓", word: "", tone: "good" },
      limited.length === 1
        ? words("Meets the {0} limit", limited[0]?.name ?? "")
        : limited.length === 2
          ? "Meets both limits"
          : "Meets all limits",
    ];
  return [
    plainSign("○"),
    words("{0}; no limits are set", listed(found.map(({ name, value }) => words("{0} p95 is {1}", name, quantileWords(value))))),
  ];
}

function sentenceOf(found: readonly Latency[], slo: Slo | null, { requestsPerSecond }: Measured): string {
  const each = found.map(({ name, value, limit }) => {
    const bucket = bucketWords(value);
    const known = bucket === "" ? quantileWords(value) : words("{0}, {1}", quantileWords(value), bucket);
    return limit === null
      ? words("{0} p95 is {1}.", name, known)
      : words("{0} p95 is {1}; the limit is {2}.", name, known, brief(duration(limit)));
  });
  if (slo?.tpotSeconds != null && !found.some(({ name }) => name === "TPOT"))
    each.push("TPOT is not offered by this server, so its limit cannot be judged.");
  if (requestsPerSecond !== null) each.push(words("{0} finished.", rate(requestsPerSecond, "req/s")));
  return each.join(" ");
}

function rangeWords(measured: Measured, prediction: Prediction | null): { readonly outside: string[]; readonly lines: string[] } {
  if (!prediction)
    return { outside: [], lines: ["No prediction to compare with: simulate the deployment, or choose a workload to predict with."] };
  const rows = predictedRows(prediction);
  const compared = [
    { name: "TTFT", value: measured.latencies.ttft_seconds, range: rows.ttft },
    { name: "ITL", value: measured.latencies.itl_seconds, range: rows.itl },
    { name: "E2E", value: measured.latencies.e2e_seconds, range: rows.e2e },
  ];
  const outside: string[] = [];
  const lines: string[] = [];
  const inside: string[] = [];
  for (const { name, value, range } of compared) {
    if (!value) continue;
    const tag = rangeTag(value.p95, range, value.bucket);
    if (tag && tag.tone !== "plain") outside.push(name);
    if (tag && tag.glyph !== "≈")
      lines.push(
        words(
          "{0} p95 is {1}, predicted {2} ({3}).",
          name,
          quantileWords(value),
          duration(range.value),
          durationRange(range.low, range.high),
        ),
      );
    else if (!tag) inside.push(name);
  }
  if (inside.length > 0)
    lines.push(
      inside.length === 1
        ? words("{0} is inside its predicted range.", inside[0] ?? "")
        : words("{0} are inside their predicted ranges.", listed(inside)),
    );
  return { outside, lines: lines.length > 0 ? [lines.join(" ")] : [] };
}

function quiet({ state, measured }: VerdictInput): Sentence {
  const running = measured?.running ?? 0;
  if (state === "idle" || running === 0) {
    return {
      sign: plainSign("○"),
      title: "No requests in this window",
      lines: [{ text: "The server is idle. Rates and percentiles start with the first request." }],
    };
  }
  return {
    sign: plainSign("○"),
    title: running === 1 ? "1 request running" : words("{0} requests running", whole(running)),
    lines: [{ text: "The server offers no latency histogram, or none was observed in this window." }],
  };
}
