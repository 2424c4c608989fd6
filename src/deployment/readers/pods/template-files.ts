import type { Reader } from "../reader.ts";

/** A JSON patch (RFC 6902) of workloads, as kustomize takes it: what it makes of them only they can tell. */
export const jsonPatchReader: Reader = (root) => {
  const operations = root.items();
  const isPatch =
    operations.length > 0 && operations.every((one) => one.at("op").string !== "" && one.at("path").string.startsWith("/spec/"));
  return isPatch ? { format: "kustomize-patch", units: [] } : undefined;
};

/** A Jinja template that names an engine and is no other family's: its generator decides what stands in the end. */
export const jinjaTemplateReader: Reader = (root, _extent, { fileName }) =>
  /\.(j2|jinja2?)$/i.test(fileName) && root.document.mentions(/vllm|sglang|trtllm|tensorrt/i)
    ? { format: "jinja-template", units: [] }
    : undefined;
