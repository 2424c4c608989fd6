import type { ServerKind } from "../snapshot.ts";
import { llamaProps, modelsAnswer, nimMetadata, nimVersion, tgiInfo, tritonModel, tritonServer, versionAnswer } from "./other-servers.ts";
import { sglangModelInfo, sglangServerInfo } from "./sglang.ts";
import type { ToldPart } from "./told-part.ts";
import { vllmServerInfo } from "./vllm.ts";

/** An address beside a metrics page that changes nothing when it is asked. */
export interface SafeEndpoint {
  /** Names of one answer, today's first; the first that answers is read. `{model}` stands for the served model. */
  readonly paths: readonly string[];
  readonly query?: string;
  readonly read: (answer: unknown) => ToldPart;
  /** Asked only where the server's own list of its paths (`/openapi.json`) has it. */
  readonly isListed?: true;
}

const version: SafeEndpoint = { paths: ["version"], read: versionAnswer };
const models: SafeEndpoint = { paths: ["v1/models"], read: modelsAnswer };

/**
 * All that is ever asked of a server beside its metrics, in the order in which it is believed. Not every GET is harmless: SGLang's
 * `/health` makes an idle server compute a token, and `/flush_cache`, `/start_profile`, `/release_memory_occupation` and others act.
 */
export const safeEndpoints: Readonly<Partial<Record<string, readonly SafeEndpoint[]>>> = {
  // Without VLLM_SERVER_DEV_MODE there is no /server_info (entrypoints/openai/api_server.py).
  vllm: [{ paths: ["server_info"], query: "config_format=json", read: vllmServerInfo, isListed: true }, version, models],
  sglang: [
    { paths: ["server_info", "get_server_info"], read: sglangServerInfo },
    { paths: ["model_info", "get_model_info"], read: sglangModelInfo },
    models,
  ],
  "trtllm-serve": [version, models],
  triton: [
    { paths: ["v2"], read: tritonServer },
    { paths: ["v2/models/{model}/config"], read: tritonModel },
  ],
  tgi: [{ paths: ["info"], read: tgiInfo }],
  "llama.cpp": [{ paths: ["props"], read: llamaProps }, models],
  nim: [{ paths: ["v1/version"], read: nimVersion }, { paths: ["v1/metadata"], read: nimMetadata }, models],
  dynamo: [models],
  unknown: [version, models],
} satisfies Partial<Record<ServerKind | "trtllm-serve" | "triton" | "tgi" | "dynamo", readonly SafeEndpoint[]>>;

/** Where a server lists its own paths. */
export const pathList = "openapi.json";
