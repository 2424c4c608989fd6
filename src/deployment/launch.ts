import type { EngineId } from "./deployment.ts";
import { type DockerRun, dockerRun } from "./docker-run.ts";
import { engineOfImage } from "./images.ts";
import { baseName, launchToken } from "./launch-tokens.ts";
import { isReadable, type Mapped, slice } from "./mapped.ts";
import { joinedWords, positionalVariables } from "./shell-positionals.ts";
import { type ShellCommand, splitCommand } from "./shell-words.ts";
import type { Variables } from "./variables.ts";
import { noFiles, type WrittenFiles } from "./written-files.ts";

/** One place that starts one engine. */
export interface Launch {
  readonly engine: EngineId;
  readonly launcher: string | null;
  /** Takes the model as first positional argument (`vllm serve MODEL`). */
  readonly positionalModel: boolean;
  /** Everything after the launch token. */
  readonly words: readonly Mapped[];
  /** `A=1` in front of the command, over the container's environment. */
  readonly assignments: Variables;
  readonly style: "list" | "shell";
  /** The last word of the launch token itself: arguments begin behind it. */
  readonly token: Mapped | undefined;
  /** The script it stands in. */
  readonly script: Mapped | undefined;
  /** Files that the script writes before it. */
  readonly files?: WrittenFiles;
  /** The container that the script itself starts for it. */
  readonly docker?: DockerRun;
}

/** The engines of a container, with what else its script tells. */
export interface Launches {
  readonly launches: readonly Launch[];
  /** `pip install vllm==X` in the script. */
  readonly installedVersion: Mapped | undefined;
  /** The script joins a Ray cluster whose size this container does not tell. */
  readonly joinsRay: boolean;
  /** Words that are options without a command: a comment or a missing backslash cut them off. */
  readonly strayOptions: readonly Mapped[];
}

const none: Launches = { launches: [], installedVersion: undefined, joinsRay: false, strayOptions: [] };

/** Commands that only talk about others. */
const talkers = new Set([
  "echo",
  "printf",
  "grep",
  "pip",
  "pip3",
  "cat",
  "curl",
  "which",
  "pkill",
  "pgrep",
  "kill",
  "ls",
  "rm",
  "mkdir",
  "cp",
  "sleep",
  "cd",
]);
const shells = new Set(["sh", "bash", "zsh", "dash", "ash"]);

/** Finds the engines that a command line starts, through shells and wrappers: a list of words, or words split from `script`. */
export function findLaunches(words: readonly Mapped[], environment: Variables, script?: Mapped): Launches {
  const found = inWords(words, script ? "shell" : "list", new Map(), environment, 0);
  if (!script) return found;
  return { ...found, launches: found.launches.map((launch) => ({ ...launch, script: launch.script ?? script })) };
}

/** Finds the engines that a shell script starts. */
export function findScriptLaunches(script: Mapped, environment: Variables): Launches {
  return inScript(script, environment, 0);
}

function inWords(words: readonly Mapped[], style: Launch["style"], assignments: Variables, variables: Variables, depth: number): Launches {
  const docker = depth < 4 ? dockerRun(words) : undefined;
  if (docker) return inContainer(docker, style, depth);
  const script = depth < 4 ? (shellScript(words) ?? evaluated(words) ?? unsplit(words, style)) : undefined;
  if (script) {
    const before = withEnvWords(words.slice(0, script.at), assignments);
    const inner = inScript(script.text, new Map([...variables, ...before, ...script.positionals]), depth + 1);
    if (before.size === 0) return inner;
    return {
      ...inner,
      launches: inner.launches.map((launch) => ({ ...launch, assignments: new Map([...before, ...launch.assignments]) })),
    };
  }
  const launch = launchIn(words, style, assignments);
  return launch ? { ...none, launches: [launch] } : none;
}

/** What a container starts: the words behind its image, or, where these are no command, its entry point with them. */
function inContainer(docker: DockerRun, style: Launch["style"], depth: number): Launches {
  const { image, entrypoint, words, environment } = docker;
  const found = inWords(entrypoint ? [entrypoint, ...words] : words, style, environment, environment, depth + 1);
  const launches = found.launches.map((launch) => ({ ...launch, docker: launch.docker ?? docker }));
  const engine = launches.length > 0 || entrypoint ? undefined : engineOfImage(image.value);
  if (!engine || /^(\/?\S*\/)?((ba|da|z)?sh|python[\d.]*)$/.test(words[0]?.value ?? "")) return { ...found, launches };
  const own: Launch = {
    engine,
    launcher: null,
    positionalModel: engine === "vllm" || engine === "tensorrt-llm",
    words: words[0]?.value === "serve" ? words.slice(1) : words,
    assignments: environment,
    style,
    token: image,
    script: undefined,
    docker,
  };
  return { ...found, launches: [own] };
}

function inScript(script: Mapped, variables: Variables, depth: number): Launches {
  const launches: Launch[] = [];
  const installed = new Map<EngineId, Mapped>();
  let installedVersion: Mapped | undefined;
  let joinsRay = false;
  const strayOptions: Mapped[] = [];
  for (const command of splitCommand(script, variables)) {
    const [first] = command.words;
    if (first?.value.startsWith("--") && launches.length > 0) strayOptions.push(first);
    for (const [engine, version] of installedPackages(command)) installed.set(engine, version);
    joinsRay ||= startsRayMember(command.words);
    const inner = inWords(command.words, "shell", command.assignments, command.variables, depth);
    launches.push(
      ...inner.launches.map((launch) => ({
        ...launch,
        assignments: new Map([...command.exported, ...launch.assignments]),
        script: launch.script ?? script,
        files: launch.files ?? (launch.docker ? noFiles : command.files),
      })),
    );
    installedVersion = inner.installedVersion ?? installedVersion;
    joinsRay ||= inner.joinsRay;
    strayOptions.push(...inner.strayOptions);
  }
  const [first] = launches;
  return {
    launches: withoutHeadless(launches),
    installedVersion: installedVersion ?? (first && installed.get(first.engine)),
    joinsRay,
    strayOptions,
  };
}

/** A script that starts a leader in one branch and `--headless` workers in another starts one engine. */
function withoutHeadless(launches: readonly Launch[]): readonly Launch[] {
  const leaders = launches.filter(({ words }) => !words.some(({ value }) => value === "--headless"));
  return leaders.length > 0 ? leaders : launches;
}

interface InnerScript {
  readonly text: Mapped;
  /** Words in front of it. */
  readonly at: number;
  /** What it is given; empty where it keeps what the script around it has. */
  readonly positionals: Variables;
}

/** The script of `sh -c SCRIPT`, `/bin/bash -lc SCRIPT`, wrappers like `env` and `exec` before it allowed; words behind it are `$0`, `$1` …. */
function shellScript(words: readonly Mapped[]): InnerScript | undefined {
  const start = words.findIndex(({ value }) => shells.has(baseName(value)));
  if (start < 0 || start > 6) return undefined;
  for (let i = start + 1; i < words.length; i++) {
    const word = words[i]?.value ?? "";
    if (/^-[a-z]*c[a-z]*$/.test(word)) {
      const at = words[i + 1]?.value === "--" ? i + 2 : i + 1;
      const text = words[at];
      return text && { text, at, positionals: positionalVariables(words.slice(at + 1), text) };
    }
    if (!word.startsWith("-") && !word.startsWith("+") && word !== "pipefail") return undefined;
  }
  return undefined;
}

/** `eval` reads its words once more, as one script. */
function evaluated(words: readonly Mapped[]): InnerScript | undefined {
  const [first, second] = words;
  if (first?.value !== "eval" || !second) return undefined;
  return { text: joinedWords(words.slice(1), first), at: 1, positionals: new Map() };
}

/** A whole command line written as the only item of a list: what a shell would make of it is meant. */
function unsplit(words: readonly Mapped[], style: Launch["style"]): InnerScript | undefined {
  const [text] = words;
  if (style !== "list" || words.length !== 1 || !text || !/\S\s+\S/.test(text.value)) return undefined;
  return { text, at: 0, positionals: new Map() };
}

function launchIn(words: readonly Mapped[], style: Launch["style"], before: Variables): Launch | undefined {
  if (talkers.has(baseName(words[0]?.value ?? ""))) return undefined;
  const texts = words.map(({ value }) => value);
  for (const [i, word] of texts.entries()) {
    const token = launchToken(texts, i);
    if (token) {
      return {
        engine: token.engine,
        launcher: token.launcher,
        positionalModel: token.positionalModel,
        words: words.slice(i + token.words),
        assignments: withEnvWords(words.slice(0, i), before),
        style,
        token: words[i + token.words - 1],
        script: undefined,
      };
    }
    // Beyond the first option of another program, words are its arguments and no command.
    if (word.startsWith("--") && i > 12) return undefined;
  }
  return undefined;
}

/** `env A=1 B=2 vllm serve`: the assignments among the wrapper's words. */
function withEnvWords(words: readonly Mapped[], before: Variables): Variables {
  const own = new Map(before);
  for (const word of words) {
    const match = /^([A-Za-z_]\w*)=/.exec(word.value);
    if (!match?.[1]) continue;
    const from = match[0].length;
    own.set(
      match[1],
      isReadable(word.value)
        ? { ...word, value: word.value.slice(from), starts: Array.from(word.starts).slice(from), ends: Array.from(word.ends).slice(from) }
        : undefined,
    );
  }
  return own;
}

const packages: readonly (readonly [RegExp, EngineId])[] = [
  [/^vllm(?:\[[\w,-]*\])?==/, "vllm"],
  [/^sglang(?:\[[\w,-]*\])?==/, "sglang"],
  [/^tensorrt[-_]llm(?:\[[\w,-]*\])?==/, "tensorrt-llm"],
];

function installedPackages({ words }: ShellCommand): [EngineId, Mapped][] {
  if (!words.some(({ value }) => /^(uv|pip3?)$/.test(baseName(value)) || value === "pip")) return [];
  return words.flatMap((word) =>
    packages.flatMap(([pattern, engine]): [EngineId, Mapped][] => {
      const from = pattern.exec(word.value)?.[0].length;
      return from === undefined ? [] : [[engine, slice(word, from)]];
    }),
  );
}

/** The version of an engine's package that a script of preparations installs. */
export function installedIn(script: Mapped, engine: EngineId, variables: Variables): Mapped | undefined {
  const found = splitCommand(script, variables).flatMap(installedPackages);
  return found.findLast(([name]) => name === engine)?.[1];
}

function startsRayMember(words: readonly Mapped[]): boolean {
  const values = words.map(({ value }) => value);
  if (values.some((value) => baseName(value) === "multi-node-serving.sh")) return true;
  const ray = values.findIndex((value) => baseName(value) === "ray");
  // Whoever asks how a cluster stands waits for others to join it.
  if (ray >= 0 && values[ray + 1] === "status") return true;
  return ray >= 0 && values[ray + 1] === "start" && values.some((value) => value.startsWith("--address") || value === "--head");
}
