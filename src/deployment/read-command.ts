import type { Catalog } from "../catalog/catalog.ts";
import { directivesFor } from "./assigned-directives.ts";
import type { Reading } from "./deployment.ts";
import { checkDirectives } from "./directive-check.ts";
import { readDirectives } from "./directives.ts";
import { engineOfImage } from "./images.ts";
import { joinUnits } from "./join-units.ts";
import { findScriptLaunches, type Launch } from "./launch.ts";
import type { Known } from "./located.ts";
import { isReadable, type Mapped, slice, spanOf, verbatim } from "./mapped.ts";
import { message } from "./message.ts";
import { splitCommand } from "./shell-words.ts";
import { longestText } from "./sniff.ts";
import type { Surroundings } from "./surroundings.ts";
import { LineMap } from "./text.ts";
import { plainUnit, type Unit, unknownHardware } from "./units.ts";
import type { Variables } from "./variables.ts";
import { visibleDevices } from "./visible-devices.ts";

export interface ReadCommandOptions {
  readonly catalog: Catalog;
  readonly surroundings: Surroundings;
}

/** Reads a launch command as people paste it into a terminal: assignments in front, continuation lines, `docker run IMAGE …`. Never throws. */
export function readCommand(text: string, { catalog, surroundings }: ReadCommandOptions): Reading {
  const lines = new LineMap(text);
  const script = verbatim(text.length > longestText ? "" : text, 0);
  const direct = findScriptLaunches(script, new Map());
  const started = direct.launches.length > 0 ? direct.launches.map((launch) => ({ launch, docker: undefined })) : dockerLaunches(script);
  const directives = readDirectives(text, lines);
  const units = started.map(
    ({ launch, docker }): Unit => commandUnit(launch, docker, direct.installedVersion, direct.strayOptions, text, lines),
  );
  const whole = { start: 0, end: text.length };
  const assigned = directivesFor(units, [whole], directives.all, text, lines);
  const deployments = joinUnits(units, assigned, { source: text, lines, catalog, surroundings });
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

/** What `docker run` says around the image. */
interface Docker {
  readonly image: Mapped;
  readonly environment: Variables;
  readonly gpus: Mapped | undefined;
  readonly sharedMemory: boolean;
}

function commandUnit(
  launch: Launch,
  docker: Docker | undefined,
  installedVersion: Mapped | undefined,
  strayOptions: readonly Mapped[],
  text: string,
  lines: LineMap,
): Unit {
  const model = launch.words.find(({ value }) => isReadable(value) && !value.startsWith("-"));
  const start = (launch.token ?? docker?.image ?? launch.words[0])?.span.start ?? 0;
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
    environmentComplete: docker !== undefined,
    instances: { value: 1, origin: "inferred", why: message("one command starts one server") },
    hardware: {
      ...unknownHardware,
      gpusPerNode: visibleDevices([launch.assignments, docker?.environment], lines) ?? dockerGpus(docker, lines),
      sharedMemory: docker ? (docker.sharedMemory ? { value: "memory", origin: "file" } : undefined) : unknownHardware.sharedMemory,
    },
    installedVersion,
    strayOptions,
    groupSize: "one-pod",
  };
}

function dockerGpus(docker: Docker | undefined, lines: LineMap): Known<number> {
  if (!docker?.gpus) return undefined;
  const { value } = docker.gpus;
  const devices = /^"?device=([\w,-]+)"?$/.exec(value)?.[1];
  const count = /^\d{1,4}$/.test(value) ? Number(value) : devices?.split(",").length;
  return count === undefined ? undefined : { value: count, origin: "file", range: lines.range(spanOf(docker.gpus)) };
}

/** Options of `docker run` that take no value; all others without `=` take the next word. */
const bareOptions =
  /^(-[dit]+|--rm|--init|--privileged|--detach|--interactive|--tty|--read-only|--no-healthcheck|--oom-kill-disable|-P|--publish-all|--sig-proxy)$/;

function dockerLaunches(script: Mapped): { readonly launch: Launch; readonly docker: Docker }[] {
  return splitCommand(script).flatMap(({ words }) => {
    const run = words.findIndex(({ value }, i) => value === "run" && /(^|\/)(docker|podman|nerdctl)$/.test(words[i - 1]?.value ?? ""));
    if (run < 0) return [];
    const environment = new Map<string, Mapped | undefined>();
    let gpus: Mapped | undefined;
    let sharedMemory = false;
    let at = run + 1;
    for (; at < words.length; at++) {
      const word = words[at];
      if (!word?.value.startsWith("-")) break;
      const equals = word.value.indexOf("=");
      const joined = equals > 0 && word.value.startsWith("--");
      const name = joined ? word.value.slice(0, equals) : word.value;
      if (!joined && bareOptions.test(name)) continue;
      const value = joined ? slice(word, equals + 1) : words[++at];
      if (!value) break;
      if (name === "--gpus") gpus = value;
      else if (name === "--shm-size" || (name === "--ipc" && value.value === "host")) sharedMemory = true;
      else if (name === "-e" || name === "--env") {
        const sign = value.value.indexOf("=");
        environment.set(sign < 0 ? value.value : value.value.slice(0, sign), sign < 0 ? undefined : slice(value, sign + 1));
      }
    }
    const image = words[at];
    const engine = image && engineOfImage(image.value);
    if (!image || !engine) return [];
    const launch: Launch = {
      engine,
      launcher: null,
      positionalModel: engine === "vllm",
      words: words.slice(at + 1),
      assignments: new Map(),
      style: "shell",
      token: image,
      script,
    };
    return [{ launch, docker: { image, environment, gpus, sharedMemory } }];
  });
}
