import type { MeasuredWorkload, NoWorkload } from "../workload/measured-workload.ts";

/** After so many seconds of load a prediction is made of it: earlier, short requests weigh too much. */
export const firstPredictionSeconds = 15;

/** Why there is no prediction beside what is measured: one is on its way, something is missing for it, or a person has to choose. */
export type NoPrediction = "simulating" | "no-deployment" | "not-settled" | "no-load-yet" | "not-offered" | "to-choose";

interface Waiting {
  readonly isSimulating: boolean;
  /** null = nothing was opened to compare with. */
  readonly isSettled: boolean | null;
  /** What a prediction would be made of; null where a person chose something else than the measured load. */
  readonly load: MeasuredWorkload | NoWorkload | null;
}

/** Why nothing can be compared yet. */
export function whyNoPrediction({ isSimulating, isSettled, load }: Waiting): NoPrediction {
  if (isSimulating) return "simulating";
  if (isSettled === null) return "no-deployment";
  if (!isSettled) return "not-settled";
  if (load === "not-offered") return "not-offered";
  if (load === null || (typeof load !== "string" && load.seconds >= firstPredictionSeconds)) return "to-choose";
  return "no-load-yet";
}
