import { rootAnchor } from "../pods/workload.ts";
import type { Reader } from "../reader.ts";
import { chartServer, serverContainer } from "./chart-server.ts";

/** OPEA's charts have these at the top where others have sections for them. */
const opeaKeys = ["LLM_MODEL_ID", "extraCmdArgs", "accelDevice"];

/** Values of a chart that runs one engine: vLLM's own chart, which has the whole command, and others by their image. */
export const chartValuesReader: Reader = (root, extent, context) => {
  // A bare word under `image` is what many other files have.
  const server = serverContainer(root).at("image").isMap ? chartServer(root, undefined, context) : undefined;
  if (!server) return undefined;
  const isOpea = opeaKeys.some((key) => root.at(key).exists);
  const format = isOpea ? "helm-values-umbrella" : server.ownCommand ? "helm-vllm-chart" : "helm-values-other";
  const name = root.at("fullnameOverride").string || root.at("nameOverride").string || "server";
  return { format, units: [{ ...server.unit, format, name, anchor: rootAnchor(root, extent), extent }] };
};
