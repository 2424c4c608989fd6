import { Command, CommanderError } from "commander";
import { addCheck } from "./commands/check.ts";
import { addDemo } from "./commands/demo.ts";
import { addEstimate } from "./commands/estimate.ts";
import { addInspect } from "./commands/inspect.ts";
import { addSimulate } from "./commands/simulate.ts";
import { addSweep } from "./commands/sweep.ts";
import { addWatch } from "./commands/watch.ts";
import { CliError, type Exit, exits } from "./exit.ts";
import type { Run } from "./run.ts";
import type { Session } from "./session.ts";
import { processTerminal } from "./terminal.ts";
import { toolVersion } from "./tool-version.ts";

/** Runs the command that the words name and gives its exit code. Rejects only for mistakes of our own. */
export async function runProgram(words: readonly string[], tools: Pick<Session, "catalog" | "files">): Promise<Exit> {
  // What follows `--` is somebody else's command line: no option in it is ours.
  const split = words.indexOf("--");
  const bare = split < 0 ? undefined : words.slice(split + 1);
  let exit: Exit = exits.ok;
  const run: Run = async (options, body) => {
    exit = await body({ ...tools, terminal: processTerminal(options), bare });
  };
  const program = new Command("inference-lens")
    .description(
      "Reads LLM-serving deployment files, says what is wrong with them, simulates how they will serve, and watches running servers.",
    )
    .version(toolVersion(), "--version")
    .helpCommand(false)
    .exitOverride()
    .showHelpAfterError("(--help says more)")
    .addHelpText(
      "after",
      "\ncheck, inspect, estimate, simulate and sweep also take a launch command: inference-lens check -- vllm serve MODEL …",
    );
  for (const add of [addCheck, addInspect, addEstimate, addSimulate, addSweep, addWatch, addDemo]) add(program, run);
  try {
    await program.parseAsync(split < 0 ? [...words] : words.slice(0, split), { from: "user" });
    return exit;
  } catch (error) {
    // Commander has already said what is wrong; help and version are no failure.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exits.ok : exits.unusable;
    if (!(error instanceof CliError)) throw error;
    process.stderr.write(`inference-lens: ${error.message}\n`);
    return error.exit;
  }
}
