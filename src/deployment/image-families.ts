import type { EngineId } from "./deployment.ts";

/** Images that are built and tagged alike. */
export interface ImageFamily {
  /** Of the repository, its registry left out. */
  readonly pattern: RegExp;
  readonly engine: EngineId;
  /** Who builds it: the engine's own project, which adds nothing, a vendor, or somebody else. */
  readonly maker: "engine" | "vendor" | "other";
  /** Where its maker publishes it, null where many do; the same name elsewhere is a copy or a build of somebody else. */
  readonly registry: string | null;
  /** Whether its entry point is the engine's server, so that `args` alone are its flags. */
  readonly serves: boolean;
  /** What its tag begins with (the engine's release) or names somewhere (`vllm_0.10.1`); a product's own number says nothing of the engine. */
  readonly tag: "release" | "named" | "product";
}

const dockerHub = "docker.io";

function own(engine: EngineId, pattern: RegExp, serves: boolean, registry = dockerHub): ImageFamily {
  return { pattern, engine, maker: "engine", registry, serves, tag: "release" };
}

function vendors(engine: EngineId, pattern: RegExp, serves: boolean, tag: ImageFamily["tag"], registry = dockerHub): ImageFamily {
  return { pattern, engine, maker: "vendor", registry, serves, tag };
}

/** Built by anybody on an engine's image, or named after it: usually tagged like it, never for sure. */
function alike(engine: EngineId, pattern: RegExp, serves: boolean, tag: ImageFamily["tag"] = "release"): ImageFamily {
  return { pattern, engine, maker: "other", registry: null, serves, tag };
}

/** The first that fits counts. Entry points: the Dockerfiles of the projects. */
export const imageFamilies: readonly ImageFamily[] = [
  own("vllm", /^vllm\/vllm-(openai|cpu)(-[\w-]+)?$/, true),
  own("vllm", /^q9t5s3a7\/vllm-([\w-]+-)?release-repo$/, true, "public.ecr.aws"),
  vendors("vllm", /^rocm\/vllm$/, true, "named"),
  vendors("vllm", /^intel\/vllm$/, true, "release"),
  vendors("vllm", /^opea\/vllm/, true, "product"),
  vendors("vllm", /^nvidia\/vllm$/, false, "product", "nvcr.io"),
  vendors("vllm", /^ai-dynamo\/vllm-runtime$/, false, "product", "nvcr.io"),
  vendors("vllm", /^rhaii[\w-]*\/vllm-[\w-]+$/, true, "product", "registry.redhat.io"),
  alike("vllm", /^llm-d\/llm-d(-(cuda|xpu|hpu|cpu|aws|rocm))?(-dev)?$/, true, "product"),
  alike("vllm", /^lmcache\/vllm-openai/, true, "product"),
  // Patched builds from points between releases, tagged with the release that they follow.
  alike("vllm", /^deep-learning-containers\/vllm$/, true),
  alike("vllm", /^rocm\/vllm/, true, "named"),
  alike("vllm", /^substratusai\/vllm$/, true),
  // v0.14.0rc1 of the plugin runs on vLLM 0.14.1: the minor version is vLLM's (vllm-ascend's versioning policy).
  alike("vllm", /(^|\/)vllm-ascend([-_].*)?$/, false),
  alike("vllm", /(^|\/)vllm-openai([-_].*)?$/, true),
  alike("vllm", /^vllm\/vllm-tpu$/, false),
  alike("vllm", /(^|\/)vllm-(cpu-release-repo|cpu|gaudi|rocm|xpu)([-_].*)?$/, true, "named"),

  own("sglang", /^lmsysorg\/sglang$/, false),
  vendors("sglang", /^ai-dynamo\/sglang-runtime$/, false, "product", "nvcr.io"),
  alike("sglang", /(^|\/)(sglang|sgl-dev)([-_].*)?$/, false),

  own("tensorrt-llm", /^nvidia\/tensorrt-llm\/(release|devel)$/, false, "nvcr.io"),
  vendors("tensorrt-llm", /^ai-dynamo\/tensorrtllm-runtime$/, false, "product", "nvcr.io"),
  alike("tensorrt-llm", /(^|\/)(tensorrt-llm|trtllm|trt-llm)(\/release|\/devel)?$/, false),

  own("tgi", /^huggingface\/text-generation-inference$/, true, "ghcr.io"),
  vendors("tgi", /(^|\/)tgi-gaudi$/, true, "product", "ghcr.io"),
  alike("tgi", /(^|\/)(huggingface-)?text-generation-inference([-.].*)?$/, true),
  own("nim", /^nim\/(?!.*-operator$)/, true, "nvcr.io"),
  own("ollama", /^ollama\/ollama$/, true),
  alike("other", /^(.*\/)?huggingfaceserver(-\w+)?$/, true, "product"),
];

/** llama.cpp puts what a container starts into the tag: `server`, `server-cuda-b4719`; `full` and `light` start other programs. */
export const llamaCpp = { pattern: /(^|\/)llama\.cpp$/, serverTag: /^server(-|$)/ };

/** Stand-ins, routers and benchmarks around an engine bear its name and are none. */
export const imitations = /mock|-sim$|-simulator|router|gateway|bench/;
