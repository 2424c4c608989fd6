import type { Known, Located } from "../../located.ts";
import { isReadable, spanOf } from "../../mapped.ts";
import type { LineMap } from "../../text.ts";
import type { GpuHint } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";

/** Extended resources that count accelerators. */
const accelerators =
  /^(nvidia\.com\/(gpu(\.shared)?|mig-[\w.]+)|amd\.com\/gpu|google\.com\/tpu|habana\.ai\/gaudi|huawei\.com\/[\w.-]+|aws\.amazon\.com\/neuron(core|device)?|gpu\.intel\.com\/(i915|xe)|rebellions\.ai\/ATOM|vke\.volcengine\.com\/(?!rdma)[\w.-]+|aliyun\.com\/gpu-[\w.-]+)$/;

export interface GpuCount {
  readonly resource: string | null;
  readonly count: Known<number>;
  readonly request: Known<number>;
  readonly hints: readonly GpuHint[];
}

/** Accelerators of one container; a request without a limit, which Kubernetes refuses, is both the count and the request. */
export function gpuCount(container: YamlValue, lines: LineMap): GpuCount {
  const limits = container.at("resources", "limits");
  const found = acceleratorCount(limits, container.at("resources", "requests"), lines);
  return accelerator(limits) ? found : { ...found, request: found.count };
}

/** Accelerators among resources: limits win over requests; the kind of resource may itself tell the GPU type. */
export function acceleratorCount(limited: YamlValue, requested: YamlValue, lines: LineMap): GpuCount {
  const limits = accelerator(limited);
  const requests = accelerator(requested);
  const main = limits ?? requests;
  if (!main) return { resource: null, count: undefined, request: undefined, hints: [] };
  const resource = main.key?.value ?? null;
  const hints: GpuHint[] = resource?.startsWith("nvidia.com/mig-") && main.key ? [{ words: [main.key], where: "resource" }] : [];
  const beside = limits && requests && requests.key?.value === resource ? requests : undefined;
  return { resource, count: wholeNumber(main, lines), request: beside && wholeNumber(beside, lines), hints };
}

function accelerator(resources: YamlValue): YamlValue | undefined {
  return resources.entries().find(({ key }) => key !== undefined && accelerators.test(key.value));
}

/** A whole number as YAML writes it, quoted or not. */
export function wholeNumber(value: YamlValue, lines: LineMap): Located<number> | undefined {
  const text = value.text();
  if (!text || !/^\d{1,9}$/.test(text.value.trim())) return undefined;
  return { value: Number(text.value), origin: "file", range: lines.range(spanOf(text)) };
}

const units: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes of a Kubernetes quantity (`15Gi`, `500M`); undefined when it is none. */
export function quantityBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti|[kKMGT])?$/.exec(text.trim());
  const unit = match ? units[match[2] ?? ""] : undefined;
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** Bytes at /dev/shm of a container in its pod. */
export function podSharedMemory(pod: YamlValue, container: YamlValue, lines: LineMap): Known<number | "host" | "memory"> {
  const hostIpc = pod.at("hostIPC");
  if (hostIpc.boolean === true) return located("host", hostIpc, lines);
  const mount = container
    .at("volumeMounts")
    .items()
    .find((one) => /^\/dev\/shm\/?$/.test(one.at("mountPath").string));
  if (!mount) return undefined;
  const name = mount.at("name").string;
  const volume = pod
    .at("volumes")
    .items()
    .find((one) => one.at("name").string === name);
  const where = mount.at("mountPath");
  const emptyDir = volume?.at("emptyDir");
  if (!emptyDir?.exists) return located(volume?.at("hostPath").exists ? "host" : "memory", where, lines);
  const limit = emptyDir.at("sizeLimit");
  const text = limit.text();
  const bytes = text && isReadable(text.value) ? quantityBytes(text.value) : undefined;
  return bytes === undefined ? located("memory", where, lines) : located(bytes, limit, lines);
}

function located<T>(value: T, at: YamlValue, lines: LineMap): Located<T> {
  const text = at.text();
  return text ? { value, origin: "file", range: lines.range(spanOf(text)) } : { value, origin: "file" };
}
