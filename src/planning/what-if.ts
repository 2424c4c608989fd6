import type { Catalog } from "../catalog/catalog.ts";
import type { Deployment } from "../deployment/deployment.ts";
import { type Message, message } from "../deployment/message.ts";
import { type RoutingPolicy, routingPolicies, routingRule } from "../deployment/routing.ts";
import type { Settled } from "../deployment/settled.ts";
import { servedBySystem } from "../deployment/systems/served.ts";
import { namedSystem, systemNames, systemTitles } from "../deployment/systems/system.ts";
import { memoryPlan } from "../memory/memory-plan.ts";
import { layoutWords } from "../simulation/report/layout-words.ts";
import type { RequestLengths } from "../timing/closed-form.ts";
import { changed } from "./change.ts";
import { layoutVariants } from "./layout-sweep.ts";
import { bestRatio, fitting, ratiosOf, splitOf } from "./split.ts";

/** The same load on the same GPUs, served otherwise. */
export interface Alternative {
  readonly id: string;
  readonly group: "layout" | "routing" | "system";
  readonly title: Message;
  /** In plain numbers; undefined where it does not fit. */
  readonly settled: () => Settled | undefined;
}

export interface WhatIfSite {
  readonly deployment: Deployment;
  readonly settled: Settled;
  readonly catalog: Catalog;
  readonly lengths: RequestLengths;
}

/** What else the GPUs of a deployment could be: another system, another routing, another layout. */
export function alternatives(site: WhatIfSite): readonly Alternative[] {
  return [...apart(site), ...systems(site), ...routings(site), ...layouts(site)];
}

function apart({ deployment, settled, catalog, lengths }: WhatIfSite): readonly Alternative[] {
  const split = splitOf(deployment, settled, catalog);
  const ratio = split && bestRatio(ratiosOf(split, catalog, lengths));
  const layout = ratio?.settled.pools[0]?.layout;
  if (!ratio || !layout) return [];
  return [
    {
      id: "system/apart",
      group: "system",
      title: message("{0} prefill and {1} decode instances of {2}", ratio.prefill, ratio.decode, layoutWords(layout)),
      settled: () => ratio.settled,
    },
  ];
}

/** As a system of a paper would serve on them, where its pools fit. */
function systems({ settled }: WhatIfSite): readonly Alternative[] {
  return systemNames.flatMap((kind): readonly Alternative[] => {
    const system = kind === settled.system?.kind ? undefined : namedSystem(kind);
    if (!system) return [];
    const whole = { ...settled, system };
    const served = servedBySystem(whole).settled;
    if (!served?.pools.every((pool) => memoryPlan(settled.model, pool).fits)) return [];
    return [{ id: `system/${kind}`, group: "system", title: message("as {0} serves", systemTitles[kind]), settled: () => whole }];
  });
}

function routings({ settled }: WhatIfSite): readonly Alternative[] {
  if (settled.pools.every(({ instances }) => instances < 2)) return [];
  const now = typeof settled.routing === "string" ? settled.routing : settled.routing?.policy;
  return routingPolicies
    .filter((policy) => policy !== now)
    .flatMap((policy): readonly Alternative[] => {
      const routing = routingRule(policy);
      if (!routing) return [];
      return [{ id: `routing/${policy}`, group: "routing", title: routingWords[policy], settled: () => ({ ...settled, routing }) }];
    });
}

const routingWords: Readonly<Record<RoutingPolicy, Message>> = {
  random: message("routed at random"),
  "round-robin": message("routed in turn"),
  "least-requests": message("routed to the fewest requests"),
  "join-shortest-queue": message("routed to the fewest tokens"),
  "power-of-two": message("routed to the better of two at random"),
  prefix: message("routed by prefix and queue"),
  "cache-aware": message("routed to the longest shared prompt"),
  "kv-cost": message("routed by the cost in KV blocks"),
  "least-ttft": message("routed to the soonest first token"),
  session: message("routed by session"),
};

function layouts({ deployment, settled, catalog }: WhatIfSite): readonly Alternative[] {
  const mixed = settled.pools.length === 1;
  if (!mixed) return [];
  const site = { deployment, settled };
  return layoutVariants(site).flatMap(({ change, name }): readonly Alternative[] =>
    change
      ? [
          {
            id: `layout/${name}`,
            group: "layout",
            title: message("{0}", name),
            settled: () => fitting(changed(deployment, change), catalog),
          },
        ]
      : [],
  );
}
