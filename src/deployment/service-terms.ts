import type { UnitDirectives } from "./assigned-directives.ts";
import type { Deployment, Slo } from "./deployment.ts";
import { acceptanceShare, seconds } from "./directives.ts";
import type { Known, Located, Origin } from "./located.ts";
import { routingRule } from "./routing.ts";
import type { Surroundings } from "./surroundings.ts";
import { namedSystem } from "./systems/system.ts";
import type { LineMap } from "./text.ts";
import type { WrittenRouting } from "./written-routing.ts";

type Terms = Pick<
  Deployment,
  "slo" | "workload" | "routing" | "decodeRouting" | "system" | "acceptance" | "ignored" | "gpuHourPrice" | "gpuPrices"
>;

const outside = ["argument", "project", "setting"] as const;

/** Limits, workload, price and silenced rules: directive, then argument, project file, setting. */
export function serviceTerms(
  directives: UnitDirectives,
  surroundings: Surroundings,
  lines: LineMap,
  written: WrittenRouting | undefined,
): Terms {
  const ignored = new Set(directives.ignored);
  for (const origin of outside) for (const code of surroundings[origin].ignore ?? []) ignored.add(code);
  const price = directives.values.get("price");
  return {
    slo: slo(directives, surroundings, lines),
    workload: first(directives.values.get("workload"), surroundings, lines, (text) => text, "workload"),
    ...routing(directives, lines, written),
    ...system(directives, lines),
    ...acceptance(directives, lines),
    ignored,
    gpuHourPrice: first(price, surroundings, lines, (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined), "gpuHourPrice"),
    ...prices(surroundings),
  };
}

/** Directive, else what the router in front of the engines is told. */
function routing(
  directives: UnitDirectives,
  lines: LineMap,
  router: WrittenRouting | undefined,
): Pick<Deployment, "routing" | "decodeRouting"> {
  const written = directives.values.get("routing");
  const value = written && routingRule(written.value);
  if (written && value) return { routing: { value, origin: "directive", range: lines.range(written.span) } };
  if (!router) return {};
  const range = lines.range(router.span);
  return {
    routing: { value: router.rule, origin: "file", range },
    ...(router.decode ? { decodeRouting: { value: router.decode, origin: "file", range } } : {}),
  };
}

function system(directives: UnitDirectives, lines: LineMap): Pick<Deployment, "system"> {
  const written = directives.values.get("system");
  const value = written && namedSystem(written.value);
  return written && value ? { system: { value, origin: "directive", range: lines.range(written.span) } } : {};
}

function acceptance(directives: UnitDirectives, lines: LineMap): Pick<Deployment, "acceptance"> {
  const written = directives.values.get("acceptance");
  const value = written && acceptanceShare(written.value);
  return written && value !== undefined ? { acceptance: { value, origin: "directive", range: lines.range(written.span) } } : {};
}

/** Tables of prices, the nearest to the file on top. */
function prices(surroundings: Surroundings): Pick<Deployment, "gpuPrices"> {
  const all = new Map([...outside].reverse().flatMap((origin) => Object.entries(surroundings[origin].gpuPrices ?? {})));
  return all.size > 0 ? { gpuPrices: Object.fromEntries(all) } : {};
}

function first<T extends string | number>(
  written: { readonly value: string; readonly span: { readonly start: number; readonly end: number } } | undefined,
  surroundings: Surroundings,
  lines: LineMap,
  parse: (text: string) => T | undefined,
  key: "workload" | "gpuHourPrice",
): Known<T> {
  const value = written && parse(written.value);
  if (written && value !== undefined) return { value, origin: "directive", range: lines.range(written.span) };
  for (const origin of outside) {
    const assumed = surroundings[origin][key];
    const parsed = assumed === undefined ? undefined : parse(String(assumed));
    if (parsed !== undefined) return { value: parsed, origin };
  }
  return undefined;
}

/** Each limit from its first source; the whole is located at the first limit found. */
function slo(directives: UnitDirectives, surroundings: Surroundings, lines: LineMap): Known<Slo> {
  let place: Omit<Located<Slo>, "value"> | undefined;
  const limit = (key: string, member: keyof Slo, parse: (text: string) => number | undefined): number | null => {
    const written = directives.values.get(key);
    const value = written && parse(written.value);
    if (written && value !== undefined) {
      place ??= { origin: "directive", range: lines.range(written.span) };
      return value;
    }
    for (const origin of outside) {
      const assumed = surroundings[origin].slo?.[member];
      if (assumed !== undefined && assumed !== null) {
        place ??= { origin: origin satisfies Origin };
        return assumed;
      }
    }
    return null;
  };
  const ttftSeconds = limit("slo.ttft", "ttftSeconds", seconds);
  const tpotSeconds = limit("slo.tpot", "tpotSeconds", seconds);
  const e2eSeconds = limit("slo.e2e", "e2eSeconds", seconds);
  if (!place || (ttftSeconds === null && tpotSeconds === null && e2eSeconds === null)) return undefined;
  const percentile = limit("slo.percentile", "percentile", (text) => (/^\d{1,2}(\.\d+)?$/.test(text) ? Number(text) : undefined)) ?? 95;
  return { ...place, value: { ttftSeconds, tpotSeconds, e2eSeconds, percentile } };
}
