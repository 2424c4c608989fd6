import type { ServerKind } from "../snapshot.ts";
import { type Alias, aliasKey } from "./aliases/alias.ts";
import { anyonesNames } from "./aliases/anyone.ts";
import { dcgmNames, kserveNames, lmcacheNames } from "./aliases/companions.ts";
import { dynamoNames } from "./aliases/dynamo.ts";
import { endpointPickerNames } from "./aliases/endpoint-picker.ts";
import { llamaCppNames } from "./aliases/llama-cpp.ts";
import { nimNames } from "./aliases/nim.ts";
import { gatewayNames, productionStackNames, vllmRouterNames } from "./aliases/routers.ts";
import { sglangNames } from "./aliases/sglang.ts";
import { iterationNames, tensorrtNames } from "./aliases/tensorrt-llm.ts";
import { tgiNames } from "./aliases/tgi.ts";
import { tritonNames } from "./aliases/triton.ts";
import { vllmNames } from "./aliases/vllm.ts";

/** Every name under which a server publishes a canonical quantity, by server, each server's in order of trust. */
export const aliases: readonly Alias[] = [
  ...vllmNames,
  ...sglangNames,
  ...tensorrtNames,
  ...iterationNames,
  ...tritonNames,
  ...tgiNames,
  ...llamaCppNames,
  ...nimNames,
  ...dynamoNames,
  ...endpointPickerNames,
  ...productionStackNames,
  ...gatewayNames,
  ...vllmRouterNames,
  ...lmcacheNames,
  ...dcgmNames,
  ...kserveNames,
  ...anyonesNames,
];

const byServer = new Map<ServerKind, Alias[]>();
const serversByKey = new Map<string, Set<ServerKind>>();
for (const alias of aliases) {
  const own = byServer.get(alias.server);
  if (own) own.push(alias);
  else byServer.set(alias.server, [alias]);
  serversByKey.set(alias.key, (serversByKey.get(alias.key) ?? new Set<ServerKind>()).add(alias.server));
}

const keysByName = new Map(aliases.map(({ name, key }) => [name, key]));

/** The key of a wire name; those of the table are known by heart. */
export function keyOf(wireName: string): string {
  return keysByName.get(wireName) ?? aliasKey(wireName);
}

/** A server's names, in order of trust. */
export function aliasesOf(server: ServerKind): readonly Alias[] {
  return byServer.get(server) ?? [];
}

/** The servers that use a name, by its key. */
export function serversNaming(key: string): ReadonlySet<ServerKind> | undefined {
  return serversByKey.get(key);
}
