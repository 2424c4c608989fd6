import { type Command, InvalidArgumentError, Option } from "commander";
import type { Catalog } from "../../catalog/catalog.ts";
import type { Slo } from "../../deployment/deployment.ts";
import { seconds } from "../../deployment/directives.ts";
import type { Assumptions } from "../../deployment/surroundings.ts";
import { usage } from "../exit.ts";

/** Options that all commands share, as commander hands them over. */
export interface CommonOptions {
  readonly gpu?: string;
  readonly set: readonly (readonly [string, string])[];
  readonly deployment?: string;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function withCommonOptions(command: Command): Command {
  return withOutputOptions(command)
    .option("--gpu <name>", "GPU type where the file does not say, such as H100-SXM-80GB")
    .addOption(
      new Option("--set <key=value>", "engine flag, stands above the file's; may be repeated").argParser(setting).default([], "none"),
    )
    .option("--deployment <name>", "only this deployment of the files");
}

export function withOutputOptions(command: Command): Command {
  return command.option("--quiet", "nothing but results and errors").option("--no-color", "no colours on a terminal");
}

export function formatOption(...formats: readonly string[]): Option {
  return new Option("--format <format>", "output").choices(formats).default(formats[0]);
}

/** What the arguments say where a file is silent. Throws CliError for a GPU that nobody knows. */
export function argumentAssumptions({ gpu, set }: CommonOptions, catalog: Catalog): Assumptions {
  if (gpu !== undefined && !catalog.gpu(gpu) && !catalog.instance(gpu)) {
    const near = likeNames(
      gpu,
      catalog.gpus().map(({ id }) => id),
    );
    throw usage(`The GPU “${gpu}” is not known.${near.length > 0 ? ` Did you mean ${near.join(" or ")}?` : ""}`);
  }
  return { ...(gpu === undefined ? {} : { gpu }), ...(set.length > 0 ? { flags: Object.fromEntries(set) } : {}) };
}

/** Names that begin like a wrong one: at most three. */
export function likeNames(wrong: string, names: readonly string[]): string[] {
  const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");
  const start = plain(wrong).slice(0, 3);
  return start === "" ? [] : names.filter((name) => plain(name).startsWith(start)).slice(0, 3);
}

function setting(text: string, before: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const match = /^(?:--?)?([A-Za-z][\w.-]*)(?:=(.*))?$/s.exec(text);
  if (!match?.[1]) throw new InvalidArgumentError("Write it as key=value, such as max-model-len=8192.");
  return [...before, [match[1], match[2] ?? ""]];
}

/** `ttft=500ms,tpot=50ms[,e2e=5s][,percentile=95]`. */
export function sloOption(text: string): Slo {
  const limits: Record<string, number> = {};
  for (const part of text.split(",")) {
    const [key = "", value = ""] = part.split("=").map((word) => word.trim());
    const limit = key === "percentile" ? percentile(value) : /^(ttft|tpot|e2e)$/.test(key) ? seconds(value) : undefined;
    if (limit === undefined) throw new InvalidArgumentError("Write it as ttft=500ms,tpot=50ms (and e2e=…, percentile=95).");
    limits[key] = limit;
  }
  return {
    ttftSeconds: limits.ttft ?? null,
    tpotSeconds: limits.tpot ?? null,
    e2eSeconds: limits.e2e ?? null,
    percentile: limits.percentile ?? 95,
  };
}

function percentile(text: string): number | undefined {
  const value = Number(text);
  return text !== "" && value > 0 && value < 100 ? value : undefined;
}

/** A whole number from `least` up. */
export function countOption(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > 1e9) {
      throw new InvalidArgumentError(`A whole number from ${least} up is needed.`);
    }
    return value;
  };
}

export function positiveOption(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("A number above 0 is needed.");
  return value;
}

/** `500ms`, `60s`, `5m`, `2h`, or a plain number of seconds. */
export function durationOption(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(text.trim());
  const unit = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 }[match?.[2] ?? "s"] ?? 1;
  const value = match ? Number(match[1]) * unit : 0;
  if (value <= 0) throw new InvalidArgumentError("Write a duration such as 500ms, 60s or 5m.");
  return value;
}
