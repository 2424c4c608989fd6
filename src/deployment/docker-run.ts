import { type Mapped, slice } from "./mapped.ts";
import type { Variables } from "./variables.ts";

/** What `docker run` says around an engine, and what it starts. */
export interface DockerRun {
  readonly image: Mapped;
  /** In place of the image's own entry point. */
  readonly entrypoint: Mapped | undefined;
  /** Behind the image. */
  readonly words: readonly Mapped[];
  readonly environment: Variables;
  readonly environmentComplete: boolean;
  readonly gpus: Mapped | undefined;
  readonly sharedMemory: boolean;
}

/** Options that take no value; all others without `=` take the next word. */
const bareOptions =
  /^(-[ditPq]+|--rm|--init|--privileged|--detach|--interactive|--tty|--read-only|--no-healthcheck|--oom-kill-disable|--publish-all|--quiet|--sig-proxy|--disable-content-trust|--replace)$/;

/** `docker run [OPTIONS] IMAGE [WORDS]`, by Podman and nerdctl too; undefined for other commands. */
export function dockerRun(command: readonly Mapped[]): DockerRun | undefined {
  const run = command.findIndex(
    ({ value }, i) => value === "run" && /(^|\/)(docker|podman|nerdctl|container)$/.test(command[i - 1]?.value ?? ""),
  );
  if (run < 0) return undefined;
  const environment = new Map<string, Mapped | undefined>();
  let environmentComplete = true;
  let gpus: Mapped | undefined;
  let sharedMemory = false;
  let entrypoint: Mapped | undefined;
  let at = run + 1;
  for (; at < command.length; at++) {
    const word = command[at];
    if (!word?.value.startsWith("-")) break;
    const equals = word.value.indexOf("=");
    const joined = equals > 0 && word.value.startsWith("--");
    const name = joined ? word.value.slice(0, equals) : word.value;
    if (!joined && bareOptions.test(name)) continue;
    const value = joined ? slice(word, equals + 1) : command[++at];
    if (!value) break;
    if (name === "--gpus") gpus = value;
    else if (name === "--entrypoint") entrypoint = value;
    else if (name === "--env-file") environmentComplete = false;
    else if (name === "--shm-size" || (name === "--ipc" && value.value === "host")) sharedMemory = true;
    else if (name === "-e" || name === "--env") {
      const sign = value.value.indexOf("=");
      environment.set(sign < 0 ? value.value : value.value.slice(0, sign), sign < 0 ? undefined : slice(value, sign + 1));
    }
  }
  const image = command[at];
  return image && { image, entrypoint, words: command.slice(at + 1), environment, environmentComplete, gpus, sharedMemory };
}
