import type { FromLiveView, Prediction } from "../../src/protocol/live-view.ts";
import { words } from "../parts/words.ts";

export type Basis = Extract<FromLiveView, { kind: "predict" }>["basis"];

/** What a prediction may be made for, in the words of host and page alike. */
export function basisChoices(): readonly { readonly value: Basis; readonly title: string }[] {
  return [
    { value: "measured", title: words("measured workload") },
    { value: "file", title: words("the file's workload") },
    { value: "report", title: words("the last report") },
  ];
}

export function basisOf(prediction: Prediction | null): Basis | null {
  return basisChoices().find(({ title }) => title === prediction?.basis)?.value ?? null;
}
