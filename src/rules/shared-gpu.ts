import { percent } from "../catalog/quantity.ts";
import type { Deployment, Pool } from "../deployment/deployment.ts";
import { FlagReader } from "../deployment/flag-reader.ts";
import { message } from "../deployment/message.ts";
import { atLeast } from "../deployment/version.ts";
import { saidVersion } from "./certainty.ts";
import { finding } from "./finding.ts";
import { setFlagFix } from "./flag-fix.ts";
import { flagOf, wordOf } from "./place.ts";
import type { Rule } from "./rule.ts";

const code = "shared-gpu";

export const sharedGpu: Rule = {
  code,
  severity: "error",
  summary: "Engines that are given the same card want more of its memory than there is.",
  facts: ["VM01", "VM02"],
  engines: ["vllm"],
  check(context) {
    const { deployment, pool } = context;
    const own = utilisation(pool);
    const devices = pool.hardware.devices;
    if (own === undefined || !devices) return [];
    const { beside } = context;
    const others = sharers(deployment, pool, beside);
    const all = others.map((other) => utilisation(other.pool));
    const sum = all.reduce<number>((total, one) => total + (one ?? 0), own);
    // The last one to start finds the card taken: it is told there, once.
    const isLast = others.every(({ index }) => index < beside.findIndex((one) => one.pool === pool));
    if (others.length === 0 || all.includes(undefined) || sum <= 1 || !isLast) return [];
    const flag = flagOf(pool, "gpu-memory-utilization");
    const range = flag ? wordOf(flag) : (devices.range ?? deployment.anchor);
    const version = saidVersion(pool);
    // Hundredths of shares are no binary numbers: 1 − 0.5 must stay 0.5.
    const left = Math.floor((1 - (sum - own)) * 100 + 1e-6) / 100;
    return [
      finding(
        code,
        version && atLeast(version, "0.9.2") ? "error" : "warning",
        range,
        message(
          'Takes {0} of card {1}, of which {2} takes {3} already. vLLM would stop at start: "Free memory on device … is less than desired GPU memory utilization".',
          percent(own),
          devices.value.ids.join(", "),
          others.map((other) => other.deployment.name).join(", "),
          percent(sum - own),
        ),
        {
          related: others.map((other) => ({ range: other.pool.hardware.devices?.range, message: message("the same card") })),
          fixes: [left >= 0.1 ? setFlagFix(pool, "gpu-memory-utilization", String(left), undefined, true) : undefined],
        },
      ),
    ];
  },
};

interface Sharer {
  readonly deployment: Deployment;
  readonly pool: Pool;
  readonly index: number;
}

/** vLLM engines of this file that are given one of the pool's cards. */
function sharers(
  { engine }: Deployment,
  pool: Pool,
  beside: readonly { readonly deployment: Deployment; readonly pool: Pool }[],
): Sharer[] {
  const devices = pool.hardware.devices?.value;
  return beside.flatMap((one, index) => {
    const other = one.pool.hardware.devices?.value;
    const isShared = devices && other?.place === devices.place && other.ids.some((id) => devices.ids.includes(id));
    return one.pool !== pool && isShared && one.deployment.engine === engine ? [{ ...one, index }] : [];
  });
}

/** Share of the card that the engine takes at least (default 0.9, from 0.20.0 on 0.92); undefined where it cannot be read. */
function utilisation({ engine }: Pool): number | undefined {
  const reader = new FlagReader(engine.flags);
  if (reader.has("kv-cache-memory-bytes")) return undefined;
  if (!reader.has("gpu-memory-utilization")) return engine.complete ? 0.9 : undefined;
  const value = Number(reader.text("gpu-memory-utilization"));
  return value > 0 && value <= 1 ? value : undefined;
}
