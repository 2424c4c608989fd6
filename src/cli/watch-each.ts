import { CliError } from "./exit.ts";
import type { Terminal } from "./terminal.ts";
import type { WatchTarget } from "./watch-one.ts";

/** What became of the targets that answered, and whether some did not. */
export interface Each<Result> {
  readonly results: readonly (readonly [target: WatchTarget, result: Result])[];
  readonly someFailed: boolean;
}

/** Acts on all targets at once. One that fails is told at once and stops no other; throws its CliError where all fail. */
export async function onEach<Result>(
  targets: readonly WatchTarget[],
  act: (target: WatchTarget) => Promise<Result>,
  terminal: Pick<Terminal, "fail">,
): Promise<Each<Result>> {
  const results: [WatchTarget, Result][] = [];
  let failed: CliError | undefined;
  await Promise.all(
    targets.map(async (target) => {
      try {
        results.push([target, await act(target)]);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        if (targets.length > 1) terminal.fail(error.message);
        failed ??= error;
      }
    }),
  );
  if (failed && results.length === 0) throw targets.length > 1 ? new CliError(failed.exit, "No server answered.") : failed;
  results.sort(([a], [b]) => targets.indexOf(a) - targets.indexOf(b));
  return { results, someFailed: failed !== undefined };
}
