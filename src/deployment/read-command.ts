import type { Catalog } from "../catalog/catalog.ts";
import { directivesFor } from "./assigned-directives.ts";
import type { Reading } from "./deployment.ts";
import { checkDirectives } from "./directive-check.ts";
import { readDirectives } from "./directives.ts";
import { joinUnits } from "./join-units.ts";
import { findScriptLaunches, type Launch, type Launches } from "./launch.ts";
import { isReadable, spanOf, verbatim } from "./mapped.ts";
import { message } from "./message.ts";
import { scriptHardware } from "./script-hardware.ts";
import { longestText } from "./sniff.ts";
import type { Surroundings } from "./surroundings.ts";
import { LineMap } from "./text.ts";
import { plainUnit, type Unit, unknownHardware } from "./units.ts";

export interface ReadCommandOptions {
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
}

/** Reads a launch command as people paste it into a terminal: assignments in front, continuation lines, `docker run IMAGE …`. Never throws. */
export function readCommand(text: string, { catalog, surroundings }: ReadCommandOptions): Reading {
  const lines = new LineMap(text);
  const script = verbatim(text.length > longestText ? "" : text, 0);
  const direct = findScriptLaunches(script, new Map());
  const directives = readDirectives(text, lines);
  const units = direct.launches.map((launch) => commandUnit(launch, direct, text, lines));
  const whole = { start: 0, end: text.length };
  const assigned = directivesFor(units, [whole], directives.all, text, lines);
  const deployments = joinUnits([units], assigned, { source: text, lines, catalog, surroundings });
  const problems = deployments.length === 0 ? [] : [...directives.problems, ...checkDirectives(directives.all, catalog, lines)];
  for (const word of direct.strayOptions) {
    problems.push({
      message: message("“{0}” does not reach the engine: a comment or a missing backslash above ends the command.", word.value),
      range: lines.range(spanOf(word)),
    });
  }
  const formats: Reading["formats"] = deployments.length > 0 ? ["command"] : [];
  return { formats, deployments, companions: [], problems, ignoredLines: directives.ignoredLines };
}

function commandUnit(launch: Launch, { installedVersion, strayOptions }: Launches, text: string, lines: LineMap): Unit {
  const { docker } = launch;
  const model = launch.words.find(({ value }) => isReadable(value) && !value.startsWith("-"));
  const start = (launch.token ?? launch.words[0])?.span.start ?? 0;
  const first = /\S/.exec(text)?.index ?? 0;
  return {
    ...plainUnit,
    format: "command",
    name: launch.positionalModel && model ? (model.value.split("/").filter(Boolean).at(-1) ?? "command") : "command",
    anchor: { start: Math.min(first, start), end: Math.max(first, launch.token?.span.end ?? start) },
    extent: { start: 0, end: text.length },
    engine: launch.engine,
    launcher: launch.launcher,
    launch,
    image: docker?.image,
    environment: docker?.environment ?? new Map(),
    environmentComplete: docker?.environmentComplete ?? false,
    instances: { value: 1, origin: "inferred", why: message("one command starts one server") },
    hardware: { ...unknownHardware, ...scriptHardware(launch, lines) },
    installedVersion,
    strayOptions,
    groupSize: "one-pod",
  };
}
