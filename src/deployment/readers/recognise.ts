import type { FlagNames } from "../flag-names.ts";
import type { Image } from "../images.ts";
import { engineOfImage } from "../images.ts";
import { findLaunches, type Launch, type Launches } from "../launch.ts";
import { isReadable, type Mapped } from "../mapped.ts";
import type { Variables } from "../variables.ts";

export type { Image };

const nothing: Launches = { launches: [], installedVersion: undefined, joinsRay: false, strayOptions: [] };

/** Flags that no other engine and no other tool spells so. */
export const unmistakableFlags = new Set([
  "tensor-parallel-size",
  "pipeline-parallel-size",
  "data-parallel-size",
  "max-model-len",
  "gpu-memory-utilization",
  "max-num-batched-tokens",
  "max-num-seqs",
  "kv-cache-dtype",
  "enable-prefix-caching",
  "enable-chunked-prefill",
  "ulysses-sequence-parallel-size",
  "enable-shift-parallel",
  "kv-transfer-config",
  "served-model-name",
  "enforce-eager",
]);
const othersFlags = new Set(["--model-path", "--model-id", "--model_id", "--num-shard", "--mem-fraction-static", "--tp-size", "--tp"]);

/** The engines a container starts: by its command line, by its image's entry point, or, in a patch, by its arguments alone. */
export function recognise(
  command: readonly Mapped[] | undefined,
  args: readonly Mapped[],
  image: Mapped | undefined,
  environment: Variables,
  names: FlagNames,
  saysVllm: boolean,
  script?: Mapped,
): Launches {
  const found = findLaunches([...(command ?? []), ...args], environment, script);
  // A command that is all template tells as much as none.
  if (found.launches.length > 0 || command?.some(({ value }) => isReadable(value))) return found;
  const imageEngine = image && engineOfImage(image.value);
  const first = args[0]?.value ?? "";
  if (imageEngine) {
    const otherProgram = /^(\/|(ba|da|z)?sh$|python|bash)/.test(first) && !/^\/[\w./-]+$/.test(first);
    if (otherProgram) return nothing;
    return { ...nothing, launches: [entryPoint(imageEngine, first === "serve" ? args.slice(1) : args, script)] };
  }
  const imageUnknown = !image || !isReadable(image.value) || /replaced?-by|placeholder/i.test(image.value);
  return imageUnknown && looksLikeVllmArguments(args, names, saysVllm)
    ? { ...nothing, launches: [entryPoint("vllm", args, script)] }
    : nothing;
}

function entryPoint(engine: Launch["engine"], words: readonly Mapped[], script: Mapped | undefined): Launch {
  return {
    engine,
    launcher: null,
    positionalModel: engine === "vllm",
    words,
    assignments: new Map(),
    style: script ? "shell" : "list",
    token: undefined,
    script,
  };
}

/** At least two flags, all of them vLLM's, one of them nobody else's; where the document names vLLM, `--model` will do. */
function looksLikeVllmArguments(args: readonly Mapped[], names: FlagNames, saysVllm: boolean): boolean {
  const heads = args.map(({ value }) => /^--?[\w.-]+/.exec(value)?.[0]).filter((head) => head !== undefined);
  if (heads.length < 2 || heads.some((head) => othersFlags.has(head))) return false;
  const resolved = heads.map((head) => names.resolve(head));
  return (
    resolved.every(({ facts }) => facts !== undefined) &&
    resolved.some(({ name }) => unmistakableFlags.has(name) || (saysVllm && name === "model"))
  );
}
