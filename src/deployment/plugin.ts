import type { EngineConfig, Flag } from "./deployment.ts";
import { parseImage } from "./images.ts";
import type { Known, Located } from "./located.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { LineMap } from "./text.ts";
import type { Unit } from "./units.ts";
import type { Variables } from "./variables.ts";

const arcticFlags = ["ulysses-sequence-parallel-size", "enable-shift-parallel", "shift-parallel-threshold"];

/** The engine's environment: the container's, and over it what stands in front of the command. */
export function environmentOf(unit: Unit, lines: LineMap): ReadonlyMap<string, Known<string>> {
  return locatedAll([unit.environment, unit.launch?.assignments ?? new Map()], lines);
}

/** Variables with their places; of those set twice the later ones count. */
function locatedAll(sets: readonly Variables[], lines: LineMap): ReadonlyMap<string, Known<string>> {
  const found = new Map<string, Known<string>>();
  for (const variables of sets) {
    for (const [name, text] of variables) found.set(name, text && isReadable(text.value) ? located(text, lines) : undefined);
  }
  return found;
}

/** Members of the files that name a KV store's settings, as far as they can be seen. */
export function storeSettings(unit: Unit, lines: LineMap): EngineConfig["storeSettings"] {
  return new Map([...unit.storeFiles].map(([variable, members]) => [variable, locatedAll([members], lines)] as const));
}

/** Arctic Inference is inert unless ARCTIC_INFERENCE_ENABLED=1 (plugin.py:27 @9d46438): on, off, or unknown. */
export function arcticPlugin(unit: Unit, flags: ReadonlyMap<string, Flag>, lines: LineMap): Known<boolean> {
  const name = "ARCTIC_INFERENCE_ENABLED";
  const assigned = unit.launch?.assignments ?? new Map<string, Mapped | undefined>();
  const source = assigned.has(name) ? assigned : unit.environment.has(name) ? unit.environment : undefined;
  if (source) {
    const text = source.get(name);
    return text && isReadable(text.value) ? { ...located(text, lines), value: text.value.trim() === "1" } : undefined;
  }
  const repository = unit.image && isReadable(unit.image.value) ? parseImage(unit.image.value).repository : undefined;
  if (repository && /arctic/i.test(repository) && arcticFlags.some((flag) => flags.has(flag))) {
    return { value: true, origin: "inferred", why: message("an image of the plugin, started with its flags") };
  }
  // Only the engine's own image is known to set nothing by itself; a script may export what we do not see.
  const plain = repository !== undefined && /^vllm\/vllm-openai$/.test(repository);
  if (plain && unit.environmentComplete && unit.complete && !unit.launch?.script) {
    return { value: false, origin: "inferred", why: message("{0} is not set", name) };
  }
  return undefined;
}

function located(text: Mapped, lines: LineMap): Located<string> {
  return { value: text.value, origin: "file", range: lines.range(spanOf(text)) };
}
