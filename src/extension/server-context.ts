interface Attached {
  readonly isRecorded: boolean;
  readonly isReplay: boolean;
  /** A file is compared with it. */
  readonly isCompared: boolean;
  readonly isPods: boolean;
}

/** What the manifest's `viewItem` conditions of an attached server's menus match. */
export function serverContext({ isRecorded, isReplay, isCompared, isPods }: Attached): string {
  if (isReplay) return "replay";
  return ["server", isRecorded && "recording", isCompared && isPods && "pods", isCompared && "compared"]
    .filter((part) => part !== false)
    .join("-");
}
