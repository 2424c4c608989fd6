import type { YamlValue } from "../../yaml-document.ts";

/** A service with what it extends in the same file. */
export class Service {
  constructor(
    readonly own: YamlValue,
    private readonly services: ReadonlyMap<string, YamlValue>,
  ) {}

  get(...path: readonly string[]): YamlValue {
    let service = this.own;
    for (let hops = 0; hops < 4; hops++) {
      const found = service.at(...path);
      const base = service.at("extends");
      const name = base.isMap ? (base.at("file").exists ? "" : base.at("service").string) : base.string;
      if (found.exists || name === "") return found;
      const next = this.services.get(name);
      if (!next) return found;
      service = next;
    }
    return service.at(...path);
  }
}
