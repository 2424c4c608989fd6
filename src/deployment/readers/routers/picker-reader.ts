import { spanOf } from "../../mapped.ts";
import type { Reader } from "../reader.ts";
import { type PickerRules, pickerRules, pickerText } from "./picker-config.ts";

/** An endpoint picker's configuration on its own, or in a ConfigMap that a picker mounts: it serves beside engines of other documents. */
export const pickerReader: Reader = (root, extent) => {
  const data = root.at("kind").string === "ConfigMap" ? root.at("data").entries() : [];
  const rules = pickerRules(root) ?? data.reduce<PickerRules | undefined>((found, entry) => found ?? pickerText(entry.string), undefined);
  if (!rules) return undefined;
  const { key } = root.at("kind");
  const span = key ? spanOf(key) : extent;
  return { format: null, units: [], companions: [{ kind: "router", name: "endpoint picker", span, routing: { ...rules, span } }] };
};
