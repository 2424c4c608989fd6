import type { Gpu } from "./facts.ts";
import { migSlice } from "./mig.ts";

/** Lower case, with `_` and blanks as `-`. */
export function plainName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[_\s]+/g, "-")
    .replace(/-{2,}/g, "-");
}

/** Without the words in front that labels and resource profiles carry (`NVIDIA-GeForce-…`, `amd-gpu-…`) and people leave out. */
function withoutVendor(name: string): string {
  return name
    .replace(/^(?:nvidia|amd|intel|huawei|google)-/, "")
    .replace(/^gpu-/, "")
    .replace(/^(?:tesla|geforce|instinct)-/, "");
}

/** `tpu-v5e-2x4`, `v5litepod-8`: a slice's shape or size behind the type. */
function withoutSlice(name: string): string {
  return /^(?:tpu|v\d(?:e|p|litepod))/.test(name) ? name.replace(/-\d+(?:x\d+){0,2}$/, "") : name;
}

/** Names to GPUs: whole names first, so that a platform's own label (GKE's `nvidia-tesla-a100`, the 40 GB one) wins over the short form. */
export class GpuNames {
  private readonly whole = new Map<string, Gpu>();
  private readonly short = new Map<string, Gpu>();

  constructor(gpus: readonly Gpu[]) {
    for (const gpu of gpus) {
      for (const name of [gpu.id, ...gpu.aliases]) {
        const plain = plainName(name);
        if (!this.whole.has(plain)) this.whole.set(plain, gpu);
      }
    }
    for (const [name, gpu] of this.whole) {
      const short = withoutVendor(name);
      if (!this.whole.has(short) && !this.short.has(short)) this.short.set(short, gpu);
    }
  }

  /** A label's `-SHARED` stands for a share nobody wrote down: unknown. A MIG profile comes back as that slice. */
  find(name: string): Gpu | undefined {
    const plain = plainName(name);
    if (plain.endsWith("-shared")) return undefined;
    const mig = /^(.+)-mig-(\d+g\.\d+gb)$/.exec(plain);
    if (mig) {
      const [, parent = "", profile = ""] = mig;
      const gpu = this.exact(parent);
      return gpu && migSlice(gpu, profile);
    }
    return this.exact(plain);
  }

  private exact(plain: string): Gpu | undefined {
    const short = withoutVendor(plain);
    return this.whole.get(plain) ?? this.whole.get(short) ?? this.short.get(short) ?? this.whole.get(withoutSlice(short));
  }
}

/** `H100-SXM5-80GB` → `H100-80GB`, `B200-SXM` → `B200`: as people write them. */
export function shortGpuName(id: string): string {
  return id.replace(/-(?:SXM\d?|PCIE)(?=-|$)/, "");
}
