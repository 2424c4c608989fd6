import type { Mount } from "../../units.ts";
import { expandCompose } from "../../variables.ts";
import type { Service } from "./compose-service.ts";

/** Folders of the machine that a service sees, as `HOST:CONTAINER[:MODE]` or in the long form; named volumes are no folders. */
export function composeMounts(service: Service): readonly Mount[] {
  return service
    .get("volumes")
    .items()
    .flatMap((item) => {
      const read = (key: string) => {
        const text = item.at(key).text();
        return text ? expandCompose(text).value : "";
      };
      const text = item.text();
      const [source = "", target = ""] = item.isMap ? [read("source"), read("target")] : text ? expandCompose(text).value.split(":") : [];
      return /^[./~]/.test(source) && target.startsWith("/") ? [{ source: withoutSlash(source), target: withoutSlash(target) }] : [];
    });
}

function withoutSlash(path: string): string {
  return path.replace(/(.)\/+$/, "$1");
}
