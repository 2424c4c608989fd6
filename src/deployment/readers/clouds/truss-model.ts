import type { Mapped } from "../../mapped.ts";
import type { YamlValue } from "../../yaml-document.ts";

/** A checkpoint that Baseten puts into the container, with its folder there. */
interface Cached {
  readonly id: Mapped;
  readonly folder: string;
}

/** The model that a Truss serves: what is cached where the engine loads from, else what its metadata or its only cache names. */
export function trussModel(root: YamlValue, path: string | undefined): Mapped | undefined {
  const caches = cached(root);
  const there = path === undefined ? undefined : caches.find(({ folder }) => folder !== "" && path.includes(folder));
  if (there) return there.id;
  const metadata = root.at("model_metadata");
  const named = [metadata.at("repo_id"), metadata.at("arguments", "model"), metadata.at("model_id")].map((one) => one.text()).find(Boolean);
  return named ?? (caches.length === 1 ? caches[0]?.id : undefined);
}

/** `weights` of today, `model_cache` and `hf_cache` of earlier releases. */
function cached(root: YamlValue): Cached[] {
  const weights = root
    .at("weights")
    .items()
    .map((one) => ({ id: one.at("source").text(), folder: one.at("mount_location").string }));
  const caches = [root.at("model_cache"), root.at("hf_cache")]
    .flatMap((list) => list.items())
    .map((one) => ({ id: one.at("repo_id").text(), folder: one.at("volume_folder").string }));
  return [...weights, ...caches].flatMap(({ id, folder }) => (id ? [{ id, folder }] : []));
}
