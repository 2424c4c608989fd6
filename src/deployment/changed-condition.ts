import type { Conditions } from "./calibration.ts";
import { type Message, message } from "./message.ts";
import { compareVersions, parseVersion } from "./version.ts";

/** The first condition that is not as it was when something was measured; of the settings only those that it depends on count. */
export function changedCondition(then: Conditions, now: Conditions, dependsOn: readonly string[]): Message | undefined {
  const gpu = changedGpu(then, now);
  if (gpu) return gpu;
  if (then.engine !== now.engine) return was("engine", then.engine);
  if (!sameVersion(then.engineVersion, now.engineVersion)) return was("version", then.engineVersion);
  if (then.model !== now.model) return was("model", then.model);
  if (then.weights !== now.weights) return was("quantization", then.weights);
  for (const name of new Set([...Object.keys(then.layout), ...Object.keys(now.layout)])) {
    const before = then.layout[name] ?? 1;
    if (before !== (now.layout[name] ?? 1)) return was(layoutNames[name] ?? name, before);
  }
  for (const name of dependsOn) {
    const before = then.settings[name];
    if (same(before, now.settings[name])) continue;
    return before === undefined ? message("{0} was not set when this was measured", name) : was(name, before);
  }
  return undefined;
}

export function changedGpu(then: Conditions, now: Conditions): Message | undefined {
  return then.gpu === now.gpu ? undefined : was("GPU", then.gpu);
}

function was(name: string, before: string | number | boolean): Message {
  return message("{0} was {1} when this was measured", name, String(before));
}

const layoutNames: Readonly<Record<string, string>> = {
  tensor: "tensor parallel size",
  pipeline: "pipeline parallel size",
  data: "data parallel size",
  attentionData: "attention data parallel size",
  expert: "expert parallel size",
  sequence: "sequence parallel size",
  prefillContext: "prefill context parallel size",
  decodeContext: "decode context parallel size",
};

function sameVersion(a: string, b: string): boolean {
  const [one, other] = [parseVersion(a), parseVersion(b)];
  return one && other ? compareVersions(one, other) === 0 : a === b;
}

function same(before: string | number | boolean | undefined, now: string | number | boolean | undefined): boolean {
  return typeof before === "number" && typeof now === "number" ? Math.abs(before - now) < 1e-9 : before === now;
}
