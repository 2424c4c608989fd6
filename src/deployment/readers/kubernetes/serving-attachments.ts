import type { FormatId } from "../../deployment.ts";
import type { Reader } from "../reader.ts";

/** Custom resources that belong to engines elsewhere: adapters and claims on pools that serve already, routes to them. */
const attachments: readonly { readonly group: string; readonly kinds: Readonly<Record<string, FormatId>> }[] = [
  { group: "model.aibrix.ai/", kinds: { ModelAdapter: "aibrix-modeladapter", ModelClaim: "aibrix-modelclaim" } },
  { group: "networking.serving.volcano.sh/", kinds: { ModelRoute: "kthena-router", ModelServer: "kthena-router" } },
];

export const servingAttachmentReader: Reader = (root) => {
  const version = root.at("apiVersion").string;
  const kinds = attachments.find(({ group }) => version.startsWith(group))?.kinds;
  const kind = root.at("kind").string;
  const format = kinds && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  return format && { format, units: [] };
};
