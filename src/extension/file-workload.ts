import type { Workload } from "../simulation/workload/workload.ts";
import type { Documents } from "./documents.ts";
import { startingRate } from "./report-model.ts";
import { Settings } from "./settings.ts";
import type { Subject } from "./subject.ts";
import { workloadAt } from "./workload-choice.ts";

/** The workload that a deployment's file or the settings name, at the rate a first run of it would take; undefined while nothing can run. */
export function fileWorkload(subject: Subject | undefined, documents: Documents): Workload | undefined {
  const known = subject?.analysis.estimate;
  if (!known) return undefined;
  const { document, analysis } = subject;
  const name = analysis.deployment.workload?.value ?? new Settings(document.uri).assumptions().workload ?? "chat";
  const catalog = documents.catalogFor(document.uri);
  return workloadAt(catalog, name, catalog.workload(name)?.ratePerSecond ?? startingRate(known));
}
