import type { Workload } from "../simulation/workload/workload.ts";
import type { Documents } from "./documents.ts";
import { startingRate } from "./report-model.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import { chosenLoad, knownParts } from "./workload-choice.ts";

/** The workload that a deployment's file or the settings name, at the rate a first run of it would take; undefined while nothing can run. */
export function fileWorkload(subject: Subject | undefined, documents: Documents): Workload | undefined {
  const known = subject?.analysis.estimate;
  if (!known) return undefined;
  const { document, analysis } = subject;
  const name = analysis.deployment.workload?.value ?? new Settings(document.uri).assumptions().workload ?? "chat";
  const loads = documents.loadsFor(document.uri);
  return chosenLoad(loads, { workload: name, ratePerSecond: knownParts(loads, name)?.ratePerSecond ?? startingRate(known), load: null });
}
