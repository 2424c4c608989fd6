import { spanOf } from "../../mapped.ts";
import type { Unit } from "../../units.ts";
import type { YamlValue } from "../../yaml-document.ts";

export type BenchmarkRole = "prefill" | "decode" | "standalone";

/** One stack of a scenario, over what all stacks share. */
export class BenchmarkStack {
  private readonly owners: readonly YamlValue[];

  constructor(
    private readonly stack: YamlValue,
    shared: YamlValue,
  ) {
    // The renderer lifts what stands below `common` and `modelservice` over what stands beside them, after it has merged.
    const nested = ["common", "modelservice"].flatMap((key) => [stack.at(key), shared.at(key)]);
    this.owners = [...nested, stack, shared];
  }

  get name(): string {
    return this.stack.at("name").string || "benchmark";
  }

  /** Where a role stands: what all stacks share says nothing of the one. */
  place(role: YamlValue): Pick<Unit, "anchor" | "extent"> {
    const { key, span } = role;
    const own = this.stack.span ?? role.document.span;
    const isOwn = key !== undefined && key.span.start >= own.start && key.span.end <= own.end;
    if (isOwn) return { anchor: spanOf(key), extent: span ?? spanOf(key) };
    const name = this.stack.at("name").text();
    return { anchor: name ? spanOf(name) : own, extent: own };
  }

  /** The nearest place that says it. */
  setting(...path: readonly string[]): YamlValue {
    const found = this.owners.map((owner) => owner.at(...path)).find((value) => value.exists || value.key !== undefined);
    return found ?? this.stack.at(...path);
  }

  /** Decode engines run unless they are switched off; prefill and stand-alone ones are off unless they are switched on. */
  roles(): BenchmarkRole[] {
    // Manifests of a guide take the place of everything else.
    if (this.setting("kustomize", "enabled").boolean === true) return [];
    const isOff = (...path: readonly string[]): boolean => this.setting(...path, "enabled").boolean === false;
    const isServed = !isOff("modelservice");
    const hasCopies = (role: BenchmarkRole): boolean => this.setting(role, "replicas").string !== "0";
    const runs: Readonly<Record<BenchmarkRole, boolean>> = {
      prefill: isServed && !isOff("prefill") && (this.setting("prefill", "enabled").exists || this.setting("prefill", "replicas").exists),
      decode: isServed && !isOff("decode"),
      standalone: this.setting("standalone", "enabled").boolean === true,
    };
    return this.written().filter((role) => runs[role] && hasCopies(role));
  }

  /** Roles by their keys, in the order written. */
  private written(): BenchmarkRole[] {
    const keys = this.owners.flatMap((owner) => owner.entries().flatMap(({ key }) => key?.value ?? []));
    return [...new Set(keys)].filter((key) => key === "prefill" || key === "decode" || key === "standalone");
  }
}
