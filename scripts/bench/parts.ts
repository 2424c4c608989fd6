import { evaluationPart } from "./evaluating.ts";
import { activatePart } from "./extension.ts";
import { loadPart } from "./loading.ts";
import type { Measurement } from "./measure.ts";
import { clickPart, sweepPart } from "./planning.ts";
import { checkPart, sniffPart } from "./reading.ts";
import { scalePart, simulatePart, stopPart, wallPart } from "./simulating.ts";
import { systemsPart } from "./systems.ts";
import { choosingPart, tablesPart } from "./timing.ts";
import { watchPart } from "./watching.ts";
import { memoryPart, workspacePart } from "./workspace.ts";

/** What is measured, by part; each runs in processes of its own. */
export const parts: Readonly<Record<string, () => readonly Measurement[] | Promise<readonly Measurement[]>>> = {
  load: loadPart,
  check: checkPart,
  sniff: sniffPart,
  workspace: workspacePart,
  memory: memoryPart,
  evaluation: evaluationPart,
  tables: tablesPart,
  choosing: choosingPart,
  simulate: simulatePart,
  systems: systemsPart,
  scale: scalePart,
  stop: stopPart,
  wall: wallPart,
  sweep: sweepPart,
  click: clickPart,
  watch: watchPart,
  activate: activatePart,
};
