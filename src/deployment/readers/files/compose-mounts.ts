import type { Mount } from "../../units.ts";
import { expandCompose } from "../../variables.ts";
import type { YamlDocument } from "../../yaml-document.ts";
import type { ReaderContext } from "../context.ts";
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

/** The YAML file that a service sees at a path, of the folder or file mounted deepest above it. */
export function mountedDocument(path: string, mounts: readonly Mount[], context: ReaderContext): YamlDocument | undefined {
  const above = mounts.filter(({ target }) => path === target || path.startsWith(`${target}/`));
  const deepest = above.sort((a, b) => b.target.length - a.target.length)[0];
  if (!deepest || !/\.(ya?ml|json)$/.test(path)) return undefined;
  return context.fileAt(`${deepest.source}${path.slice(deepest.target.length)}`, undefined)?.documents[0];
}

function withoutSlash(path: string): string {
  return path.replace(/(.)\/+$/, "$1");
}
