/** Every command of the manifest, and the ones that only our own lenses and pages call. */
export const commandIds = [
  "simulate",
  "cancelSimulation",
  "attach",
  "detach",
  "startDemo",
  "stopDemo",
  "record",
  "stopRecording",
  "replay",
  "openReport",
  "openLive",
  "openExamples",
  "selectGpu",
  "selectVersion",
  "selectWorkload",
  "setLimits",
  "showMemory",
  "showTimeline",
  "showProblems",
  "compareWithLive",
  "importLog",
  "importBenchmark",
  "calibrate",
  "useLoad",
  "readPods",
  "describeModel",
  "describeGpu",
  "forgetKey",
  "analyseCommand",
  "openRule",
  "render",
  "showLog",
] as const;

export type CommandId = (typeof commandIds)[number];
/** What runs for each; lenses pass uri and deployment id, the palette nothing. */
export type Commands = Readonly<Record<CommandId, (...args: readonly unknown[]) => Promise<unknown>>>;

export function fullId(id: CommandId): string {
  return `inferenceLens.${id}`;
}
