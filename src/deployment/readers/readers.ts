import { composeReader } from "./compose.ts";
import { kubernetesReader } from "./kubernetes.ts";
import { lwsReader } from "./lws.ts";
import type { Reader } from "./reader.ts";
import { vllmConfigReader } from "./vllm-config.ts";

/** The one list of families. The first that knows a document has it: custom resources by their group and kind, then files by their keys. */
export const readers: readonly Reader[] = [kubernetesReader, lwsReader, composeReader, vllmConfigReader];
