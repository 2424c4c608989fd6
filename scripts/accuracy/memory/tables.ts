import { parseVersion } from "../../../src/deployment/version.ts";
import { groupedBy, median, percentWhere, quantile } from "../statistics.ts";
import type { Table } from "../suite.ts";
import { differenceGiB, givenErrors, isHybrid, isStated, percentErrors, relativeError } from "./errors.ts";
import type { JudgedStart } from "./judged-start.ts";
import { isCalledError, isFlagged } from "./metrics.ts";
import { type Term, terms } from "./observed-start.ts";

type Row = readonly (string | number)[];

/** Breakdowns, then every start that is outside, and those that could not be judged fully. */
export function memoryTables(judged: readonly JudgedStart[]): readonly Table[] {
  return [
    breakdown("by engine and version", judged, generation),
    breakdown("by GPU", judged, ({ start }) => start.gpu ?? (start.gpuGiB === undefined ? "not stated" : `${start.gpuGiB} GiB`)),
    breakdown("by model", judged, ({ start }) => start.model),
    outside(judged),
    derived(judged),
    verdicts(judged),
    unanswered(judged),
    assumed(judged),
  ].filter(({ rows }) => rows.length > 1);
}

/** Engine and the generation of its memory arithmetic (docs/memory.md). */
export function generation({ start: { engine, version } }: JudgedStart): string {
  const known = version === undefined ? undefined : parseVersion(version);
  if (!known) return `${engine}, version not stated`;
  if (engine !== "vllm") return `${engine} ${known.major}.${known.minor}`;
  if (known.major > 0 || known.minor >= 20) return "vllm 0.20 and later";
  return known.minor >= 17 ? "vllm 0.17 to 0.19" : "vllm up to 0.16";
}

function breakdown(title: string, judged: readonly JudgedStart[], key: (one: JudgedStart) => string): Table {
  const rows = [...groupedBy(judged, key)].map(([name, group]): Row => {
    const stated = group.filter(isStated);
    const kv = percentErrors(stated, "kv");
    return [
      name,
      group.length,
      group.filter(({ answer }) => answer !== undefined).length,
      spread(percentErrors(group, "weights")),
      spread(percentErrors(stated, "activation")),
      gibibytes(stated, "nonTorch"),
      gibibytes(stated, "graphs"),
      spread(kv),
      kv.length === 0 ? "" : `${percentWhere(kv, (error) => error <= 5).toFixed(0)} %`,
    ];
  });
  return {
    title,
    note: "Errors as median / 90th percentile; non-torch and graphs as the median difference. All but weights only of starts that state version, GPU, TP and utilisation.",
    rows: [["", "starts", "answered", "weights %", "activation %", "non-torch GiB", "graphs GiB", "KV bytes %", "KV within 5 %"], ...rows],
  };
}

function spread(errors: readonly number[]): string {
  return errors.length === 0 ? "" : `${median(errors).toFixed(2)} / ${quantile(errors, 0.9).toFixed(2)}`;
}

function gibibytes(judged: readonly JudgedStart[], term: Term): string {
  const differences = judged.map((one) => differenceGiB(one, term)).filter((value) => value !== undefined);
  return differences.length === 0 ? "" : signed(median(differences));
}

/** Weights off by more than 1 % or KV bytes by more than 5 %, largest first, with the term that is furthest off. */
function outside(judged: readonly JudgedStart[]): Table {
  const isOff = (one: JudgedStart): boolean =>
    Math.abs(relativeError(one, "weights") ?? 0) > 0.01 || (isStated(one) && Math.abs(relativeError(one, "kv") ?? 0) > 0.05);
  const size = (one: JudgedStart): number =>
    Math.max(...(["kv", "weights"] as const).map((term) => Math.abs(relativeError(one, term) ?? 0)));
  const rows = judged
    .filter(isOff)
    .sort((a, b) => size(b) - size(a))
    .map((one): Row => {
      const costs = terms.filter((term) => term !== "kv").map((term) => [term, differenceGiB(one, term)] as const);
      const [worst] = costs
        .flatMap(([term, difference]) => (difference === undefined ? [] : [{ term, difference }]))
        .sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference));
      return [
        ...named(one),
        isStated(one) ? "" : "assumed",
        ...terms.map((term) => comparison(one, term)),
        worst ? `${worst.term} ${signed(worst.difference)}` : "",
      ];
    });
  return {
    title: "outside: weights off by more than 1 %, or KV bytes by more than 5 %",
    note: "Predicted / logged in GiB, and the term that is furthest off. “assumed”: the start does not state what decides, its KV bytes are not judged.",
    rows: [[...heads, "", ...terms, "furthest off, GiB"], ...rows],
  };
}

function derived(judged: readonly JudgedStart[]): Table {
  const rows = judged.flatMap((one): Row[] => {
    const { tokens, concurrency } = givenErrors(one);
    const limit = isHybrid(one) ? 0.02 : 0.005;
    if (Math.max(tokens ?? 0, isHybrid(one) ? (concurrency ?? 0) : 0) <= limit) return [];
    const { start, given } = one;
    const pair = (predicted: number | undefined, logged: number | undefined): string =>
      logged === undefined ? "" : `${predicted === undefined ? "?" : Number(predicted.toFixed(2))} / ${logged}`;
    return [
      [...named(one), isHybrid(one) ? "hybrid" : "", pair(given?.tokens, start.kvTokens), pair(given?.concurrency, start.concurrency)],
    ];
  });
  return {
    title: "outside: tokens and concurrency given the logged KV bytes",
    rows: [[...heads, "", "tokens", "concurrency"], ...rows],
  };
}

function verdicts(judged: readonly JudgedStart[]): Table {
  const rows = judged.flatMap((one): Row[] => {
    const { start, answer, reason } = one;
    if (start.isRefused && !isFlagged(one)) return [[...named(one), "refused, not flagged", reason]];
    if (!start.isRefused && isCalledError(one)) {
      return [[...named(one), "started, called an error", answer?.errors.join("; ") || "does not fit"]];
    }
    return [];
  });
  return { title: "outside: verdicts", rows: [[...heads, "", "why"], ...rows] };
}

function unanswered(judged: readonly JudgedStart[]): Table {
  const rows = judged.flatMap((one): Row[] => (one.answer ? [] : [[...named(one), isStated(one) ? "" : "lacks what decides", one.reason]]));
  return { title: "unanswered", rows: [[...heads, "", "why"], ...rows] };
}

function assumed(judged: readonly JudgedStart[]): Table {
  const rows = judged.flatMap((one): Row[] => {
    const { start, answer } = one;
    if (!answer || isStated(one)) return [];
    const left = [...answer.assumed, ...(start.tensor === undefined ? ["TP 1"] : [])];
    return [[...named(one), left.join(", "), comparison(one, "weights"), comparison(one, "kv")]];
  });
  return {
    title: "answered with defaults",
    note: "These starts leave out version, GPU, TP or utilisation. Predicted / logged in GiB.",
    rows: [[...heads, "assumed", "weights", "kv"], ...rows],
  };
}

const heads = ["model", "line", "engine", "GPU", "TP×PP"];

function named({ start }: JudgedStart): Row {
  const { engine, version, gpu, gpuGiB, tensor, pipeline } = start;
  return [start.model, start.line, `${engine} ${version ?? "?"}`, gpu ?? `${gpuGiB ?? "?"} GiB`, `${tensor ?? "?"}×${pipeline ?? 1}`];
}

function comparison(one: JudgedStart, term: Term): string {
  const logged = one.start.logged[term];
  const predicted = one.answer?.predicted[term];
  return logged === undefined || predicted === undefined ? "" : `${predicted.toFixed(2)} / ${logged}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
