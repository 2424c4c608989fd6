import type { Deployment, Flag, Pool } from "./deployment.ts";
import { dialects } from "./engines/dialect.ts";
import { emptyRange } from "./text.ts";

/** The deployment on another GPU, in every pool or in one: "what if" takes the same path as the file itself. */
export function withGpu(deployment: Deployment, gpu: string, only?: number): Deployment {
  return withPools(deployment, (pool, index) =>
    only !== undefined && index !== only ? pool : { ...pool, hardware: { ...pool.hardware, gpu: { value: gpu, origin: "argument" } } },
  );
}

/** The deployment with other engine flags (canonical names without dashes), in every pool or in one; null takes a flag away. */
export function withFlags(deployment: Deployment, changes: Readonly<Record<string, string | null>>, only?: number): Deployment {
  const model = deployment.model?.value.facts?.value;
  return withPools(deployment, (pool, index) => {
    if (only !== undefined && index !== only) return pool;
    const flags = new Map(pool.engine.flags);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) flags.delete(name);
      else flags.set(name, writtenFlag(name, value, flags.get(name)));
    }
    const sized = Object.keys(changes).some(isSize);
    const parallel = sized ? dialects[deployment.engine].parallel(flags, pool.engine.complete, model) : pool.engine.parallel;
    return { ...pool, engine: { ...pool.engine, flags, parallel } };
  });
}

/** The deployment with another number of instances of one pool. */
export function withInstances(deployment: Deployment, index: number, count: number): Deployment {
  const instances = { value: count, origin: "argument" as const };
  return withPools(deployment, (pool, at) => (at === index ? { ...pool, instances } : pool));
}

/** One pool that does all as two that share its instances out: some compute prompts, the others decode. */
export function disaggregated(deployment: Deployment, prefill: number, decode: number): Deployment {
  const [pool] = deployment.pools;
  if (!pool) return deployment;
  const part = (role: Pool["role"], count: number): Pool => ({ ...pool, role, instances: { value: count, origin: "argument" } });
  return { ...deployment, pools: [part("prefill", prefill), part("decode", decode)] };
}

/** `tensor-parallel-size` of vLLM, `tp-size` of SGLang, `tp_size` of TensorRT-LLM. */
const isSize = (name: string): boolean => /parallel|(?:^|[_-])(?:tp|pp|dp|ep|cp|dcp)[_-]size$/.test(name);

/** A flag that no file holds; `true` and `false` as a switch is written. */
export function writtenFlag(name: string, value: string, before?: Flag): Flag {
  const isSwitch = /^(true|false)$/i.test(value);
  const located = { value: isSwitch ? null : value, origin: "argument" as const };
  const negated = value.toLowerCase() === "false";
  if (before) return { ...before, negated, value: located };
  return {
    name,
    spelled: `--${name}`,
    negated,
    value: located,
    flagRange: emptyRange,
    valueRange: undefined,
    wholeRange: emptyRange,
    known: true,
    oneWord: false,
  };
}

function withPools(deployment: Deployment, change: (pool: Pool, index: number) => Pool): Deployment {
  return { ...deployment, pools: deployment.pools.map(change) };
}
