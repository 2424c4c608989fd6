import type { Companion } from "../../deployment.ts";
import { parseImage } from "../../images.ts";
import { isReadable, spanOf } from "../../mapped.ts";
import { splitCommand } from "../../shell-words.ts";
import type { CompanionUnit } from "../../units.ts";
import type { Variables } from "../../variables.ts";
import type { WrittenRouting } from "../../written-routing.ts";
import type { YamlValue } from "../../yaml-document.ts";
import { routerCommand } from "../routers/router-command.ts";
import { containerEnvironment } from "./environment.ts";
import { expandedWords, type PodUnit } from "./pod.ts";

type Kind = Companion["kind"];

/** Programs that serve beside engines, as they are started. */
const commands: readonly (readonly [RegExp, Kind])[] = [
  [/\bsglang_router\b|\bvllm[-_]router\b|\bdynamo\.(frontend|router|global_router)\b|\btrtllm-serve disaggregated\b/, "router"],
  [/\blmdeploy serve proxy\b|\bdisagg_proxy|\btoy_proxy_server\b|\brouting-proxy\b|\blitellm\b/, "router"],
  [
    /\bvllm bench\b|\bsglang\.bench_\w+|\bguidellm\b|\bgenai-perf\b|\baiperf\b|\binference-perf\b|\blm[-_]eval\b|\bevalscope\b/,
    "benchmark",
  ],
  [/\bbenchmark_serving(_\w+)?\.py\b|\bbench_serving\b|\bllmperf\b/, "benchmark"],
  [/\bmooncake_master\b|\bmooncake\.mooncake_store_service\b|\blmcache_server\b|\blmcache\.[\w.]*server\b|\binfinistore\b/, "cache"],
  [/\b(huggingface-cli|hf) download\b|\bsnapshot_download\b|\baibrix_download\b|\bmodelscope download\b/, "downloader"],
];

/** Images of such programs, by the last part of the repository. */
const images: readonly (readonly [RegExp, Kind])[] = [
  [/router|gateway|routing-(sidecar|proxy)|inference-scheduler|endpoint-picker|^epp$|litellm/, "router"],
  [/guidellm|inference-perf|genai-perf|aiperf|bench/, "benchmark"],
  [/mooncake|lmcache-server|infinistore/, "cache"],
  [/download|model-loader|storage-initializer/, "downloader"],
  [/mock|-sim$|simulator/, "simulator"],
];

/** More of a script than it takes to start a program. */
const searched = 4_000;

/** What serves beside the engines of a pod: its other containers and native sidecars, and what fetches models before they start. */
export function podCompanions(pod: YamlValue, engines: readonly PodUnit[]): CompanionUnit[] {
  const taken = new Set(engines.map(({ containerAnchor }) => containerAnchor?.start));
  return [...pod.at("initContainers").items(), ...pod.at("containers").items()].flatMap((container) => {
    const key = container.entries()[0]?.key;
    const kind = key && !taken.has(spanOf(key).start) ? kindOf(container) : undefined;
    const name = container.at("name").text();
    if (!kind || !name || !isReadable(name.value)) return [];
    const routing = kind === "router" ? containerRouting(container, new Map()) : undefined;
    return [{ kind, name: name.value, span: spanOf(name), ...(routing ? { routing } : {}) }];
  });
}

/** The policy of a container's router, by its command and variables over the platform's. */
export function containerRouting(container: YamlValue, platform: Variables): WrittenRouting | undefined {
  const { variables } = containerEnvironment(container, platform);
  return commandRouting([container.at("command"), container.at("args")], variables);
}

/** The same of command lines one behind the other, each a list or one text. */
export function commandRouting(command: readonly YamlValue[], variables: Variables): WrittenRouting | undefined {
  const words = command.flatMap((part) => {
    const text = part.isList ? undefined : part.text();
    return text ? splitCommand(text, variables).flatMap((one) => one.words) : expandedWords(part, variables);
  });
  return routerCommand(words, variables);
}

function kindOf(container: YamlValue): Kind | undefined {
  return companionKind([container.at("command"), container.at("args")], container.at("image").string);
}

/** What a command line, lists or texts one behind the other, or else its image serves beside an engine. */
export function companionKind(command: readonly YamlValue[], image: string): Kind | undefined {
  const words = command.flatMap((part) => (part.isList ? part.items().map((item) => item.string) : [part.string]));
  const line = words.join(" ").slice(0, searched);
  const started = commands.find(([pattern]) => pattern.test(line))?.[1];
  if (started) return started;
  const { repository } = parseImage(image);
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  return images.find(([pattern]) => pattern.test(name))?.[1];
}
