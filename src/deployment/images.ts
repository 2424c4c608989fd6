import type { EngineId } from "./deployment.ts";
import { type ImageFamily, imageFamilies, imitations, llamaCpp } from "./image-families.ts";
import type { Located } from "./located.ts";
import { isReadable, type Mapped, spanOf } from "./mapped.ts";
import { message } from "./message.ts";
import type { LineMap } from "./text.ts";
import { parseVersion, type Version } from "./version.ts";

export interface Image {
  /** `docker.io` where none is written. */
  readonly registry: string;
  /** Without the registry: `vllm/vllm-openai`. */
  readonly repository: string;
  /** Empty where there is none to read. */
  readonly tag: string;
  /** Where the tag begins in the written word. */
  readonly tagAt: number;
}

const dockerHub = /^((index\.|registry-1\.)?docker\.io|registry\.hub\.docker\.com|mirror\.gcr\.io)$/;

/** Splits `host:5000/org/name:tag@sha256:…`, enroot's `host#org/name` and SkyPilot's `docker:name`; a digest hides the tag's meaning only when there is no tag. */
export function parseImage(text: string): Image {
  const start = /^docker:(\/\/)?/.exec(text)?.[0].length ?? 0;
  const digest = text.indexOf("@");
  const named = digest >= 0 ? text.slice(0, digest) : text;
  const slash = Math.max(named.lastIndexOf("/"), named.lastIndexOf("#"), start - 1);
  const colon = named.indexOf(":", slash + 1);
  const parts = named.slice(start, colon >= 0 ? colon : named.length).split(/[/#]/);
  // A mirror may repeat the registry that it copies: `mirror.example/docker.io/vllm/vllm-openai`.
  let hosts = 0;
  while (hosts < parts.length - 1 && isHost(parts[hosts] ?? "")) hosts++;
  const registry = parts[hosts - 1] ?? "docker.io";
  return {
    registry: dockerHub.test(registry) ? "docker.io" : registry,
    repository: parts.slice(hosts).join("/"),
    tag: colon >= 0 ? named.slice(colon + 1) : "",
    tagAt: colon + 1,
  };
}

function isHost(part: string): boolean {
  return part.includes(".") || part.includes(":") || part === "localhost";
}

function familyOf({ repository }: Image): ImageFamily | undefined {
  if (!isReadable(repository)) return undefined;
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  return imitations.test(name) ? undefined : imageFamilies.find(({ pattern }) => pattern.test(repository));
}

/** The engine that runs when a container names only its image. A tag that cannot be read says nothing against its repository. */
export function engineOfImage(text: string): EngineId | undefined {
  const image = parseImage(text);
  if (llamaCpp.pattern.test(image.repository)) return llamaCpp.serverTag.test(image.tag) ? "llama.cpp" : undefined;
  const family = familyOf(image);
  return family?.serves === true ? family.engine : undefined;
}

/** The engine that an image is built around, whatever a container of it starts. */
export function engineInImage(text: string): EngineId | undefined {
  return familyOf(parseImage(text))?.engine;
}

/** Images without GPU support: what other sources say about GPUs does not hold for them. */
export function isCpuImage(text: string): boolean {
  const { repository, tag } = parseImage(text);
  return /(^|[/_-])cpu([-_]|$)/.test(repository) || /(^|[._-])cpu([._-]|$)/.test(tag);
}

/** Whether the engine's own project publishes this very image, so that it holds the engine as released and no plugin. */
export function isOwnImage(text: string, engine: EngineId): boolean {
  const image = parseImage(text);
  const family = familyOf(image);
  return family !== undefined && family.engine === engine && family.maker === "engine" && family.registry === image.registry;
}

const release = String.raw`v?(\d+\.\d+(?:\.\d+){0,2}(?:\.?(?:post|rc)\d+){0,2})`;
const leading = new RegExp(`^${release}(?![\\w.])`);
/** An engine's name with its release anywhere in a tag: `cuda12.8-vllm0.11.0`, `rocm7.0.0_vllm_0.11.1_20251024`. */
const named: Readonly<Partial<Record<EngineId, RegExp>>> = {
  vllm: namedRelease("vllm(?:-ascend)?"),
  sglang: namedRelease("(?:sglang|sgl)"),
  "tensorrt-llm": namedRelease("(?:tensorrt-?llm|trt-?llm)"),
};
/** A build of some day lies behind the release that its tag names. */
const dated = /[-_]20\d{6}(?!\d)/;
/** First numbers that the engines' releases have reached; a greater one counts something else, such as years. */
const greatestMajor: Readonly<Partial<Record<EngineId, number>>> = { vllm: 0, sglang: 0, "tensorrt-llm": 1 };

function namedRelease(name: string): RegExp {
  return new RegExp(`(?:^|[^a-z])${name}[-_]?${release}(?![.\\da-z])`);
}

/** The engine's version from an image tag: certain where its project or a vendor publishes the image, inferred where others tag alike, else unknown. */
export function versionOfImage(written: Mapped, engine: EngineId, lines: LineMap): Located<Version> | undefined {
  const image = parseImage(written.value);
  const { tag, tagAt } = image;
  if (!isReadable(tag) || tag === "") return undefined;
  const found = familyOf(image);
  const family = found?.engine === engine ? found : undefined;
  const text = (family?.tag === "release" ? leading : named[engine])?.exec(tag)?.[1];
  const version = text === undefined ? undefined : parseVersion(text);
  if (!version) return undefined;
  const range = lines.range(spanOf(written, tagAt, tagAt + tag.length));
  if (family && family.registry === image.registry && !dated.test(tag))
    return { value: version, origin: "file", range, why: message("image tag") };
  if (version.major > (greatestMajor[engine] ?? Number.POSITIVE_INFINITY)) return undefined;
  return { value: version, origin: "inferred", range, why: message("the tag of an image that others than the engine's project build") };
}
