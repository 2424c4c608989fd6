/** What a person can do about it, as the button of a notification. */
export interface ErrorAction {
  readonly title: string;
  readonly command: string;
  readonly args?: readonly unknown[];
}

/** The world is wrong (network, file, trust), not our code: told in one sentence with at most one action, without a stack. */
export class UserFacingError extends Error {
  override readonly name = "UserFacingError";
  constructor(
    readonly kind: "nothing-here" | "untrusted" | "network" | "file" | "input" | "simulation",
    message: string,
    readonly action?: ErrorAction,
  ) {
    super(message);
  }
}

/** Stopped by the person: passes through every layer without a word. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

export function isUserFacing(error: unknown): error is UserFacingError {
  return error instanceof UserFacingError;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof Cancelled || (error instanceof Error && (error.name === "AbortError" || error.name === "Canceled"));
}
