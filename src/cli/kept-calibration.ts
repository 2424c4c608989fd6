import { type Message, plain } from "../deployment/message.ts";
import type { CalibrationOwner, WrittenCalibration } from "../deployment/write-calibration.ts";
import { calibrationPlace, calibrationText, writeCalibration } from "../platform/calibration-files.ts";
import { FileError, reason } from "../platform/text-files.ts";

/** Where measured figures are kept, or why they are not. */
export interface Kept {
  readonly path: string;
  readonly written: boolean;
  readonly problem: string | null;
}

/** What a run measured, ready to be put into a calibration's text, or why there is nothing to keep. */
export type KeptPart =
  | { readonly into: (existing: string, owner: CalibrationOwner) => WrittenCalibration; readonly problem?: undefined }
  | { readonly problem: Message };

/** Keeps what a run measured as the deployment's calibration; without `write` only says where it would go. */
export function keptCalibration(file: string, deployment: string, measured: KeptPart, write: boolean): Kept {
  const { path, file: own } = calibrationPlace(file, deployment);
  const refused = (problem: string): Kept => ({ path, written: false, problem });
  if (measured.problem) return refused(plain(measured.problem));
  try {
    const { text, problem } = measured.into(calibrationText(path), { file: own, deployment });
    if (text === undefined) return refused(plain(problem));
    if (write) writeCalibration(path, text);
    return { path, written: write, problem: null };
  } catch (error) {
    return refused(error instanceof FileError ? error.message : reason(error));
  }
}
