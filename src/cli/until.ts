/** Aborted after a time, by Ctrl-C, or by SIGTERM; `release` gives the signals back to the system. */
export type Until = AbortSignal & { release(): void };

/** `seconds` undefined = only by signal. A second Ctrl-C ends the process as ever. */
export function until(seconds: number | undefined): Until {
  const controller = new AbortController();
  const end = (): void => {
    release();
    controller.abort();
  };
  const timer = seconds === undefined ? undefined : setTimeout(end, Math.min(seconds * 1000, 2 ** 31 - 1));
  const release = (): void => {
    clearTimeout(timer);
    process.removeListener("SIGINT", end);
    process.removeListener("SIGTERM", end);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  return Object.assign(controller.signal, { release });
}
