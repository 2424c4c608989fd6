import { writeFileSync } from "node:fs";
import { halfWidths, logErrors } from "./band-widths.ts";
import type { ClosedLoopRun, Time } from "./closed-loop-runs.ts";
import { asUnseen, withoutDoubt } from "./left-out.ts";

/** The product's names for the engines of the runs. */
const engines = { vllm: "vllm", sglang: "sglang", trtllm: '"tensorrt-llm"' } as const;

/** Writes src/timing/band-widths.ts anew from what the runs say. */
export function writeBands(runs: readonly ClosedLoopRun[], path: string): void {
  const unseen = asUnseen(withoutDoubt(runs));
  const widths = (time: Time): ReadonlyMap<string, number> => halfWidths(logErrors(unseen, time));
  const [steps, firstTokens] = [widths("tpotMs"), widths("ttftMs")];
  // As a share, the logarithm's width upwards: what is measured above its prediction is what hurts.
  const share = (width: number | undefined): string => String(Number(Math.expm1(width ?? Number.NaN).toFixed(2)));
  const rows = Object.entries(engines).map(
    ([engine, key]) => `  ${key}: { step: ${share(steps.get(engine))}, firstToken: ${share(firstTokens.get(engine))} },`,
  );
  writeFileSync(path, [...head, ...rows, "};", ""].join("\n"));
}

const head: readonly string[] = [
  'import type { JudgedEngine } from "../deployment/settled.ts";',
  "",
  "/** Relative half-widths that hold 8 of 10 measured values. */",
  "export interface BandWidths {",
  "  /** Of a step, and so of TPOT. */",
  "  readonly step: number;",
  "  /** Of the mean time to the first token. */",
  "  readonly firstToken: number;",
  "}",
  "",
  "/**",
  " * Errors on closed-loop runs (silicon_e2e, runs in doubt left out) of models that the engine's constants were not fitted on, every model",
  " * counting alike. Written by `npm run accuracy -- left-out --write-bands`.",
  " */",
  "export const bandWidths: Readonly<Record<JudgedEngine, BandWidths>> = {",
];
