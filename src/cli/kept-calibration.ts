import { plain } from "../deployment/message.ts";
import { withMemory } from "../deployment/write-calibration.ts";
import type { LoggedDeployment } from "../live/starts/logged-deployment.ts";
import { calibrationPlace, calibrationText, writeCalibration } from "../platform/calibration-files.ts";
import { FileError, reason } from "../platform/text-files.ts";

/** Where a log's figures are kept, or why they are not. */
export interface Kept {
  readonly path: string;
  readonly written: boolean;
  readonly problem: string | null;
}

/** Keeps what a log measured as the deployment's calibration; without `write` only says where it would go. */
export function keptCalibration(file: string, deployment: string, { measured }: LoggedDeployment, write: boolean): Kept {
  const { path, file: own } = calibrationPlace(file, deployment);
  const refused = (problem: string): Kept => ({ path, written: false, problem });
  if (measured.problem) return refused(plain(measured.problem));
  try {
    const { memory, evidence } = measured;
    const { text, problem } = withMemory(calibrationText(path), { file: own, deployment, memory, evidence });
    if (text === undefined) return refused(plain(problem));
    if (write) writeCalibration(path, text);
    return { path, written: write, problem: null };
  } catch (error) {
    return refused(error instanceof FileError ? error.message : reason(error));
  }
}
