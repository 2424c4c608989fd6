import type { Deployment, EngineId, Pool } from "../deployment/deployment.ts";

/** A place where the file says that an engine listens. */
export interface AttachAddress {
  /** `localhost:8000`: as it is reached where its port was forwarded to. */
  readonly address: string;
  readonly from: "flag" | "engine-default";
}

/** Ports that engines listen on where nobody says another. */
const defaultPorts: Readonly<Partial<Record<EngineId, number>>> = {
  vllm: 8000,
  sglang: 30_000,
  "tensorrt-llm": 8000,
  nim: 8000,
  "llama.cpp": 8080,
};

/** Where this deployment's engines would be reached from beside them: proposals, which nobody asks before a person chose one. */
export function attachAddresses({ engine, pools }: Deployment): readonly AttachAddress[] {
  const found = pools.flatMap((pool): readonly AttachAddress[] => {
    const written = portOf(pool);
    const port = written ?? (pool.engine.flags.has("port") || !pool.engine.complete ? undefined : defaultPorts[engine]);
    return port === undefined ? [] : [{ address: `localhost:${port}`, from: written === undefined ? "engine-default" : "flag" }];
  });
  return found.filter(({ address }, index) => found.findIndex((one) => one.address === address) === index);
}

function portOf({ engine }: Pool): number | undefined {
  const text = engine.flags.get("port")?.value?.value;
  const port = text && /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port > 0 && port < 65_536 ? port : undefined;
}
