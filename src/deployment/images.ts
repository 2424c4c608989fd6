import type { EngineId } from "./deployment.ts";
import type { Located } from "./located.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { LineMap } from "./text.ts";
import { parseVersion, type Version } from "./version.ts";

export interface Image {
  /** Registry host left out: `vllm/vllm-openai`. */
  readonly repository: string;
  /** Empty where there is none to read. */
  readonly tag: string;
  /** Where the tag begins in the written word. */
  readonly tagAt: number;
}

/** Splits `host:5000/org/name:tag@sha256:…`; a digest hides the tag's meaning only when there is no tag. */
export function parseImage(text: string): Image {
  const digest = text.indexOf("@");
  const named = digest >= 0 ? text.slice(0, digest) : text;
  const slash = named.lastIndexOf("/");
  const colon = named.indexOf(":", slash + 1);
  const name = colon >= 0 ? named.slice(0, colon) : named;
  const parts = name.split("/");
  const first = parts[0] ?? "";
  const hasHost = parts.length > 1 && (first.includes(".") || first.includes(":") || first === "localhost");
  return { repository: (hasHost ? parts.slice(1) : parts).join("/"), tag: colon >= 0 ? named.slice(colon + 1) : "", tagAt: colon + 1 };
}

/** Images whose entry point is the engine, so that `args` alone are its flags. */
const entryPoints: readonly { readonly pattern: RegExp; readonly engine: EngineId }[] = [
  { pattern: /^(vllm\/vllm-(openai|tpu|cpu)|lmcache\/vllm-openai|substratusai\/vllm)/, engine: "vllm" },
  { pattern: /(^|\/)vllm-(openai|cpu-release-repo|cpu|gaudi|rocm|tpu|xpu)([-_].*)?$/, engine: "vllm" },
  { pattern: /^opea\/vllm/, engine: "vllm" },
  { pattern: /^llm-d\/llm-d(-(cuda|xpu|hpu|cpu|aws|rocm))?$/, engine: "vllm" },
  { pattern: /^rocm\/vllm/, engine: "vllm" },
  { pattern: /(^|\/)(huggingface-)?text-generation-inference([-.].*)?$/, engine: "tgi" },
  { pattern: /(^|\/)tgi-gaudi$/, engine: "tgi" },
  { pattern: /^nim\//, engine: "nim" },
  { pattern: /^ollama\/ollama$/, engine: "ollama" },
];
const imitations = /mock|-sim$|-simulator|router|benchmark|bench/;

/** The engine that runs when a container names only its image. A tag that cannot be read says nothing against its repository. */
export function engineOfImage(text: string): EngineId | undefined {
  const { repository } = parseImage(text);
  if (!isReadable(repository)) return undefined;
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  if (imitations.test(name)) return undefined;
  return entryPoints.find(({ pattern }) => pattern.test(repository))?.engine;
}

/** Images without GPU support: what other sources say about GPUs does not hold for them. */
export function isCpuImage(text: string): boolean {
  return /(^|[/_-])(cpu|vllm-cpu-release-repo)([-_:]|$)/.test(parseImage(text).repository);
}

/** Repositories whose tags are vLLM's own releases. */
const ownTags = /^(vllm\/vllm-(openai|cpu|tpu|openai-rocm)|q9t5s3a7\/vllm-(cpu-)?release-repo)$/;
/** Built on vLLM's image and usually tagged like it. */
const alikeTags = /(^|\/)vllm-openai([-_].*)?$/;
const otherProducts = /^(lmcache|opea|llm-d|ghcr\.io)\//;

/** vLLM's version from an image tag: certain for its own images, inferred for images named after them, unknown for all others. */
export function versionOfImage(image: Mapped, lines: LineMap): Located<Version> | undefined {
  const { repository, tag, tagAt } = parseImage(image.value);
  if (!isReadable(tag)) return undefined;
  const rocm = repository.startsWith("rocm/vllm") ? /vllm_?(\d+\.\d+(?:\.\d+)?)/.exec(tag) : null;
  const own = ownTags.test(repository);
  if (!own && !rocm && (otherProducts.test(repository) || !alikeTags.test(repository))) return undefined;
  const match = rocm ?? /^v?(\d+\.\d+(?:\.\d+){0,2}(?:\.?(?:post|rc)\d+)?)(?![\w.])/.exec(tag);
  const version = match?.[1] ? parseVersion(match[1]) : undefined;
  if (!version) return undefined;
  const range = lines.range(spanOf(image, tagAt, tagAt + tag.length));
  return own
    ? { value: version, origin: "file", range, why: message("image tag") }
    : { value: version, origin: "inferred", range, why: message("the tag of an image named after vLLM's") };
}
