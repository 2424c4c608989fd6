import { asFields, asPositive, asText, CaseError, type Fields, optional } from "../../deployment/case-fields.ts";
import type { GapKind, RateStage } from "./arrivals.ts";
import { isGapKind } from "./read-classes.ts";
import type { Burst } from "./workload.ts";

/** How requests come that arrive by themselves, without their rate. */
export interface WrittenArriving {
  readonly arrivals?: GapKind;
  readonly cv?: number;
  readonly stages?: readonly RateStage[];
  readonly burst?: Burst;
}

export function asArriving(fields: Fields): WrittenArriving {
  const arrivals = optional(fields, "arrivals", asText);
  const kind = isGapKind(arrivals) ? arrivals : undefined;
  if (arrivals !== undefined && !kind && arrivals !== "stages" && arrivals !== "bursts")
    throw new CaseError("bad-case", "“arrivals” must be poisson, gamma, weibull, constant, bursts or stages.");
  return {
    ...present("cv", optional(fields, "cv", asPositive)),
    ...present("arrivals", kind),
    ...present("stages", optional(fields, "stages", asStages)),
    ...present("burst", optional(fields, "burst", asBurst)),
  };
}

function asStages(value: unknown, key: string): readonly { readonly ratePerSecond: number; readonly durationSeconds: number }[] {
  if (!Array.isArray(value) || value.length === 0) throw new CaseError("bad-case", `“${key}” must be a list of stages.`);
  return value.map((one: unknown, index) => {
    const stage = asFields(one, `${key}[${index}]`);
    return {
      ratePerSecond: asPositive(stage.ratePerSecond, `${key}[${index}].ratePerSecond`),
      durationSeconds: asPositive(stage.durationSeconds, `${key}[${index}].durationSeconds`),
    };
  });
}

function asBurst(value: unknown, key: string): Burst {
  const fields = asFields(value, key);
  return {
    ratePerSecond: asPositive(fields.ratePerSecond, `${key}.ratePerSecond`),
    durationSeconds: asPositive(fields.durationSeconds, `${key}.durationSeconds`),
    everySeconds: asPositive(fields.everySeconds, `${key}.everySeconds`),
  };
}

/** A member, or none where there is no value. */
export function present<K extends string, T>(key: K, value: T | undefined): { readonly [P in K]?: T } {
  const made: { [P in K]?: T } = {};
  if (value !== undefined) made[key] = value;
  return made;
}
