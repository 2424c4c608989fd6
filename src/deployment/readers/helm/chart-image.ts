import { concat, type Mapped, opaque } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";

/** A chart's image: one text, or registry, repository and tag, each of which keeps its place. */
export function chartImage(image: YamlValue): Mapped | undefined {
  if (!image.isMap) return image.text();
  const repository = image.at("repository").text() ?? image.at("name").text();
  if (!repository || repository.value === "") return undefined;
  return imageOf(image.at("registry").text(), repository, image.at("tag").text());
}

/** `registry/repository:tag` of its written parts. */
export function imageOf(registry: Mapped | undefined, repository: Mapped, tag: Mapped | undefined): Mapped {
  const before = registry && registry.value !== "" ? [registry, opaque("/", registry.span)] : [];
  const after = tag && tag.value !== "" ? [opaque(":", tag.span), tag] : [];
  return concat([...before, repository, ...after], repository.span);
}
