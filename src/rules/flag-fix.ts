import type { Flag, Pool } from "../deployment/deployment.ts";
import { removeFlag, setFlag, setGpuCount } from "../deployment/edit.ts";
import { type Message, message } from "../deployment/message.ts";
import type { Range } from "../deployment/text.ts";
import type { Fix, RuleContext } from "./rule.ts";

/** Writes `value` where the flag stands, or adds the flag; undefined where the file has no place for it. */
export function setFlagFix(pool: Pool, name: string, value: string, title?: Message, preferred = false): Fix | undefined {
  return setFlagsFix(pool, { [name]: value }, title ?? message("Set {0} to {1}", name, grouped(value)), preferred);
}

/** Several flags at once. */
export function setFlagsFix(pool: Pool, values: Readonly<Record<string, string>>, title: Message, preferred = false): Fix | undefined {
  const edits = Object.entries(values).map(([name, value]) => setFlag(pool, name, value));
  if (edits.length === 0 || edits.some((edit) => edit.length === 0)) return undefined;
  return { title, edits: edits.flat(), preferred };
}

/** Switches a bare flag on. */
export function switchOnFix(pool: Pool, name: string, title: Message, preferred = false): Fix | undefined {
  const edits = setFlag(pool, name, null);
  return edits.length === 0 ? undefined : { title, edits, preferred };
}

/** vLLM's flags for the sizes that fixes change. */
const sizeFlags = { tensor: "tensor-parallel-size", pipeline: "pipeline-parallel-size" } as const;

/** Another parallel size: on vLLM wherever it goes, on other engines only where the size stands as it counts, under whatever name. */
export function setSizeFix(
  { deployment, pool }: RuleContext,
  size: keyof typeof sizeFlags,
  value: number,
  preferred = false,
): Fix | undefined {
  const { value: current, range } = pool.engine.parallel[size];
  const name =
    deployment.engine === "vllm"
      ? sizeFlags[size]
      : pool.engine.written.find((flag) => range && sameRange(flag.valueRange, range) && flag.value?.value === String(current))?.name;
  return name === undefined ? undefined : setFlagFix(pool, name, String(value), undefined, preferred);
}

function sameRange(a: Range | undefined, b: Range): boolean {
  return a?.start.line === b.start.line && a.start.character === b.start.character && a.end.character === b.end.character;
}

/** Takes the flag out with its value and separators. */
export function removeFlagFix(pool: Pool, flag: Flag, preferred = false): Fix | undefined {
  const edits = removeFlag(pool, flag.name);
  if (edits.length === 0) return undefined;
  return { title: message("Remove {0}", flag.spelled), edits, preferred };
}

/** Asks for `gpus` GPUs on each node, where limits and requests say so. */
export function askGpusFix(pool: Pool, total: number, preferred = false): Fix | undefined {
  const nodes = pool.hardware.nodes?.value ?? 1;
  if (total % nodes !== 0) return undefined;
  const edits = setGpuCount(pool, total / nodes);
  const title = total === 1 ? message("Ask for 1 GPU") : message("Ask for {0} GPUs", total);
  return edits.length === 0 ? undefined : { title, edits, preferred };
}

/** 131072 → `131,072`; other texts as they stand. */
function grouped(value: string): string {
  return /^\d{4,}$/.test(value) ? value.replace(/\B(?=(\d{3})+$)/g, ",") : value;
}
