import type { Edit } from "../deployment/text.ts";
import type { Change } from "../planning/change.ts";
import { applyEdits } from "./edits.ts";
import { type FixOptions, hasNewErrors } from "./fixes.ts";
import type { DeploymentAnalysis } from "./results.ts";
import { type WrittenChange, writtenChange } from "./written-change.ts";

/** A change as it was tried on the text. */
export interface TriedEdits {
  readonly edits: readonly Edit[];
  readonly obstacle?: undefined;
  /** The deployment of the edited text. */
  readonly after: DeploymentAnalysis;
}

/** What trying a change on the text came to; undefined where the edited text has new errors or problems, or lost the deployment. */
export type VerifiedEdits = TriedEdits | Extract<WrittenChange, { readonly edits?: undefined }> | undefined;

/** Makes a change on the text and runs model and rules again. */
export function verifiedEdits({ deployment }: DeploymentAnalysis, change: Pick<Change, "parts">, options: FixOptions): VerifiedEdits {
  const written = writtenChange(deployment, change, options.text);
  if (!written.edits) return written;
  const edited = applyEdits(options.text, written.edits);
  if (edited === undefined || edited === options.text) return undefined;
  const analysis = options.again(edited);
  const after = analysis.deployments.find((one) => one.deployment.id === deployment.id);
  const isClean = analysis.problems.length <= options.analysis.problems.length && !hasNewErrors(options.analysis, analysis);
  return after && isClean ? { edits: written.edits, after } : undefined;
}
