import { describe, expect, test } from "vitest";
import type { EngineId } from "../../src/deployment/deployment.ts";
import { engineOfImage, isCpuImage, isOwnImage, parseImage, versionOfImage } from "../../src/deployment/images.ts";
import { verbatim } from "../../src/deployment/mapped.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { compareVersions, parseVersion, type Version } from "../../src/deployment/version.ts";

describe("the parts of an image", () => {
  test.each([
    ["vllm/vllm-openai", "docker.io", "vllm/vllm-openai", ""],
    ["docker.io/vllm/vllm-openai:v0.11.0", "docker.io", "vllm/vllm-openai", "v0.11.0"],
    ["registry-1.docker.io/vllm/vllm-openai", "docker.io", "vllm/vllm-openai", ""],
    ["registry.example:5000/team/engine:1", "registry.example:5000", "team/engine", "1"],
    ["localhost/engine", "localhost", "engine", ""],
    ["ollama", "docker.io", "ollama", ""],
    ["mirror.example/ghcr.io/huggingface/text-generation-inference:3.3.4", "ghcr.io", "huggingface/text-generation-inference", "3.3.4"],
    ["vllm/vllm-openai@sha256:0123", "docker.io", "vllm/vllm-openai", ""],
    ["vllm/vllm-openai:v0.20.0@sha256:0123", "docker.io", "vllm/vllm-openai", "v0.20.0"],
    ["nvcr.io#nvidia/ai-dynamo/tensorrtllm-runtime:0.8.1", "nvcr.io", "nvidia/ai-dynamo/tensorrtllm-runtime", "0.8.1"],
    ["docker:lmsysorg/sglang:latest", "docker.io", "lmsysorg/sglang", "latest"],
    ["docker://lmsysorg/sglang:latest", "docker.io", "lmsysorg/sglang", "latest"],
  ])("%s", (text, registry, repository, tag) => {
    const image = parseImage(text);
    expect(image).toMatchObject({ registry, repository, tag });
    if (tag !== "") expect(text.slice(image.tagAt, image.tagAt + tag.length)).toBe(tag);
  });
});

describe("the engine behind an image's entry point", () => {
  test.each<[string, EngineId | undefined]>([
    ["vllm/vllm-openai:v0.11.0", "vllm"],
    ["vllm/vllm-openai-rocm:v0.14.0", "vllm"],
    ["public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.10.1", "vllm"],
    ["registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2.5", "vllm"],
    ["registry.redhat.io/rhaiis-early-access/vllm-rocm-rhel9:3.3.0", "vllm"],
    ["public.ecr.aws/deep-learning-containers/vllm:0.11.1-gpu-py312-cu129-ubuntu22.04-ec2-v1.0", "vllm"],
    ["registry.example/aibrix/vllm-openai:v0.10.2-nixl", "vllm"],
    ["lmcache/vllm-openai:latest", "vllm"],
    ["rocm/vllm-dev:nightly", "vllm"],
    ["intel/vllm:0.10.0-xpu", "vllm"],
    ["opea/vllm-gaudi:1.22.0", "vllm"],
    ["ghcr.io/llm-d/llm-d-cuda:v0.9.0", "vllm"],
    ["ghcr.io/huggingface/text-generation-inference:3.3.4", "tgi"],
    ["gcr.io/project/huggingface-text-generation-inference-cu124.2-3.ubuntu2204.py311", "tgi"],
    ["ghcr.io/huggingface/tgi-gaudi:2.3.1", "tgi"],
    ["nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.4", "nim"],
    ["ollama/ollama", "ollama"],
    ["ghcr.io/ggml-org/llama.cpp:server-cuda-b4719", "llama.cpp"],
    ["kserve/huggingfaceserver:v0.15.2-gpu", "other"],
    // These start a shell: a container has to name its program.
    ["lmsysorg/sglang:v0.5.3-cu129", undefined],
    ["vllm/vllm-tpu:nightly", undefined],
    ["quay.io/ascend/vllm-ascend:v0.11.0rc0", undefined],
    ["nvcr.io/nvidia/tensorrt-llm/release:1.2.0rc1", undefined],
    ["nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.4.1", undefined],
    ["nvcr.io/nvidia/vllm:25.09-py3", undefined],
    ["ghcr.io/ggml-org/llama.cpp:full-cuda", undefined],
    ["ghcr.io/ggml-org/llama.cpp", undefined],
    // These bear an engine's name only.
    ["lmsysorg/sglang-router:v0.2.4", undefined],
    ["aibrix/vllm-mock:nightly", undefined],
    ["ghcr.io/llm-d/llm-d-inference-sim:latest", undefined],
    ["ghcr.io/llm-d/llm-d-routing-sidecar:latest", undefined],
    ["registry.example/vllm-bench:v0.10.2", undefined],
    ["ghcr.io/huggingface/text-embeddings-inference:1.7", undefined],
    ["nvcr.io/nim/nvidia/k8s-nim-operator", undefined],
    ["pytorch/pytorch:2.6.0", undefined],
  ])("%s is %s", (image, engine) => {
    expect(engineOfImage(image)).toBe(engine);
  });

  test.each([
    ["vllm/vllm-openai-cpu:v0.19.0", true],
    ["public.ecr.aws/q9t5s3a7/vllm-cpu-release-repo:v0.10.1", true],
    ["ghcr.io/huggingface/text-generation-inference:2.4.0-intel-cpu", true],
    ["substratusai/vllm:v0.6.3.post1-cpu", true],
    ["vllm/vllm-openai:v0.11.0", false],
    ["example/cpuset:1", false],
  ])("%s without GPU support: %s", (image, isCpu) => {
    expect(isCpuImage(image)).toBe(isCpu);
  });
});

describe("the version that a tag tells", () => {
  const version = (image: string, engine: EngineId) => {
    const found = versionOfImage(verbatim(image, 0), engine, new LineMap(image));
    return found && [found.value.text, found.origin];
  };

  test.each<[string, EngineId, string]>([
    ["vllm/vllm-openai:v0.11.0", "vllm", "0.11.0"],
    ["vllm/vllm-openai:v0.10.1.1", "vllm", "0.10.1.1"],
    ["docker.io/vllm/vllm-openai:v0.19.1-x86_64-cu130", "vllm", "0.19.1"],
    ["vllm/vllm-openai:v0.20.0-ubuntu2404@sha256:46da", "vllm", "0.20.0"],
    ["mirror.gcr.io/vllm/vllm-openai:v0.11.0", "vllm", "0.11.0"],
    ["m.mirror.example/docker.io/vllm/vllm-openai:v0.11.0", "vllm", "0.11.0"],
    ["vllm/vllm-openai-cpu:v0.23.0", "vllm", "0.23.0"],
    ["public.ecr.aws/q9t5s3a7/vllm-arm64-cpu-release-repo:v0.10.1", "vllm", "0.10.1"],
    ["intel/vllm:0.10.0-xpu", "vllm", "0.10.0"],
    ["rocm/vllm:rocm7.14.0_cdna_ubuntu24.04_py3.14_pytorch_2.11.0_vllm_0.23.0", "vllm", "0.23.0"],
    ["lmsysorg/sglang:v0.5.3-cu129", "sglang", "0.5.3"],
    ["lmsysorg/sglang:v0.5.5.post3-cu129-amd64", "sglang", "0.5.5.post3"],
    ["lmsysorg/sglang:v0.5.10.post1", "sglang", "0.5.10.post1"],
    ["lmsysorg/sglang:v0.5.3rc0-cu126", "sglang", "0.5.3rc0"],
    ["lmsysorg/sglang:v0.5.4-rocm700-mi35x", "sglang", "0.5.4"],
    ["nvcr.io/nvidia/tensorrt-llm/release:1.2.0rc1", "tensorrt-llm", "1.2.0rc1"],
    ["nvcr.io#nvidia/tensorrt-llm/release:1.1.0rc2.post2", "tensorrt-llm", "1.1.0rc2.post2"],
    ["ghcr.io/huggingface/text-generation-inference:3.3.4", "tgi", "3.3.4"],
    ["ghcr.io/huggingface/text-generation-inference:2.4.0-intel-cpu", "tgi", "2.4.0"],
    ["nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.4", "nim", "1.8.4"],
    ["ollama/ollama:0.5.7-rocm", "ollama", "0.5.7"],
  ])("%s is certain", (image, engine, text) => {
    expect(version(image, engine)).toEqual([text, "file"]);
  });

  test.each<[string, EngineId, string]>([
    // A copy or a build of somebody else under the name of the engine's image.
    ["registry.example/vllm/vllm-openai:0.11.0", "vllm", "0.11.0"],
    ["aibrix/vllm-openai:v0.9.2-cu128-nixl-v0.4.1", "vllm", "0.9.2"],
    ["registry.example/aibrix/vllm-openai:v0.10.2-aibrix-v0.5.0.pdr-nixl-0.7.1-20251219", "vllm", "0.10.2"],
    ["registry.example/aibrix/sglang:v0.5.7-mooncake", "sglang", "0.5.7"],
    ["registry.example/aibrix/tensorrt-llm:1.3.0rc8", "tensorrt-llm", "1.3.0rc8"],
    ["quay.io/ascend/vllm-ascend:v0.11.0rc1-a3", "vllm", "0.11.0rc1"],
    ["public.ecr.aws/deep-learning-containers/vllm:0.11-gpu-py312", "vllm", "0.11"],
    ["substratusai/vllm:v0.6.3.post1-cpu", "vllm", "0.6.3.post1"],
    ["registry.example/nim/meta/llama-3.1-8b-instruct:1.8.4", "nim", "1.8.4"],
    // A dated build lies behind its release.
    ["rocm/vllm:rocm6.3.1_vllm_0.8.5_20250415", "vllm", "0.8.5"],
    ["rocm/vllm:rocm6.3.1_instinct_vllm0.8.3_20250415", "vllm", "0.8.3"],
    ["lmsysorg/sglang:v0.5.5-rocm700-mi35x-20251108", "sglang", "0.5.5"],
    ["rocm/sgl-dev:v0.5.2rc1-rocm700-mi35x-20250901", "sglang", "0.5.2rc1"],
    // The tag of any image may name the engine.
    ["rocm/vllm-dev:rocm6.4.2_navi_ubuntu24.04_py3.12_pytorch_2.7_vllm_0.9.2", "vllm", "0.9.2"],
    ["gpustack/runner:rocm7.2-sglang0.5.12.post1", "sglang", "0.5.12.post1"],
    ["example/images:0.3.4.post2-sglang0.4.10.post2-pytorch2.7.1.8-cuda12.8.1", "sglang", "0.4.10.post2"],
    ["example/verl:ngc-th2.6.0-cu126-vllm0.8.4-flashinfer0.2.2-cxx11abi0", "vllm", "0.8.4"],
    ["ghcr.io/volcano-sh/kthena-engine:vllm-ascend_v0.10.1rc1_mooncake_v0.3.5", "vllm", "0.10.1rc1"],
  ])("%s is inferred", (image, engine, text) => {
    expect(version(image, engine)).toEqual([text, "inferred"]);
  });

  test.each<[string, EngineId]>([
    ["vllm/vllm-openai", "vllm"],
    ["vllm/vllm-openai:latest", "vllm"],
    ["vllm/vllm-openai:nightly-0123abc", "vllm"],
    ["vllm/vllm-openai:gemma", "vllm"],
    ["vllm/vllm-openai:v0.9.2.dev3", "vllm"],
    ["vllm/vllm-openai@sha256:0123", "vllm"],
    ["lmsysorg/sglang:blackwell", "sglang"],
    ["lmsysorg/sglang:deepseek-v3.2-mi350", "sglang"],
    ["rocm/vllm:v0.14.0_amd_dev", "vllm"],
    ["rocm/vllm-dev:open-mi300-08052025", "vllm"],
    // A product's own number.
    ["nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.4.1", "vllm"],
    ["nvcr.io/nvidia/ai-dynamo/sglang-runtime:1.3.1", "sglang"],
    ["nvcr.io/nvidia/ai-dynamo/tensorrtllm-runtime:0.8.1.post3", "tensorrt-llm"],
    ["registry.example/aibrix/ai-dynamo-vllm-runtime:1.2.0", "vllm"],
    ["nvcr.io/nvidia/vllm:25.09-py3", "vllm"],
    ["ghcr.io/llm-d/llm-d-cuda:v0.7.0-rc.2", "vllm"],
    ["lmcache/vllm-openai:v0.3.1", "vllm"],
    ["opea/vllm-gaudi:1.22.0", "vllm"],
    ["registry.redhat.io/rhaiis/vllm-cuda-rhel9:3.2.5-1766067105", "vllm"],
    ["quay.io/modh/vllm:rhoai-2.20-cuda", "vllm"],
    ["kserve/huggingfaceserver:v0.15.2-gpu", "other"],
    ["ghcr.io/ggml-org/llama.cpp:server-cuda-b4719", "llama.cpp"],
    // Years and a product's second or later generation.
    ["registry.example/team/sglang:25.10", "sglang"],
    ["registry.example/team/vllm-openai:1.0.3", "vllm"],
    // Another engine's image: its tag says nothing of the one that is started.
    ["vllm/vllm-openai:v0.11.0", "sglang"],
    ["example/verl:vllm011.latest", "vllm"],
  ])("%s is unknown", (image, engine) => {
    expect(version(image, engine)).toBeUndefined();
  });

  test("the range is the tag's", () => {
    const text = "vllm/vllm-openai:v0.20.0-ubuntu2404@sha256:46da";
    const lines = new LineMap(text);
    const range = versionOfImage(verbatim(text, 0), "vllm", lines)?.range;
    const { start, end } = range ? lines.span(range) : { start: 0, end: 0 };
    expect(text.slice(start, end)).toBe("v0.20.0-ubuntu2404");
  });
});

describe("an engine's own image holds no plugin", () => {
  test.each<[string, EngineId, boolean]>([
    ["vllm/vllm-openai:latest", "vllm", true],
    ["vllm/vllm-openai@sha256:0123", "vllm", true],
    ["lmsysorg/sglang:v0.5.3", "sglang", true],
    ["nvcr.io/nvidia/tensorrt-llm/release:1.2.0rc1", "tensorrt-llm", true],
    ["registry.example/vllm/vllm-openai:v0.11.0", "vllm", false],
    ["aibrix/vllm-openai:v0.9.2", "vllm", false],
    ["rocm/vllm:latest", "vllm", false],
    ["vllm/vllm-openai:v0.11.0", "sglang", false],
    ["nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.4.1", "vllm", false],
    ["quay.io/ascend/vllm-ascend:v0.11.0rc0", "vllm", false],
  ])("%s for %s: %s", (image, engine, isOwn) => {
    expect(isOwnImage(image, engine)).toBe(isOwn);
  });
});

describe("versions", () => {
  const parsed = (text: string): Version => parseVersion(text) ?? { text, major: -1, minor: 0, patch: 0, post: 0 };

  test.each([
    ["0.4.6.post5", [0, 4, 6, 5]],
    ["1.2.0rc1", [1, 2, 0, 0]],
    ["v0.10.1.1", [0, 10, 1, 1]],
    ["0.18", [0, 18, 0, 0]],
    ["0.11.1.dev12+gabc", [0, 11, 1, 0]],
  ])("%s", (text, [major, minor, patch, post]) => {
    expect(parsed(text)).toMatchObject({ major, minor, patch, post });
  });

  test("in order: a candidate with its release, post releases after it", () => {
    const ordered = ["0.4.6", "0.4.6.post1", "0.4.6.post5", "0.4.9", "0.5.1.post3", "0.10.1", "0.10.1.1", "1.2.0rc1"].map(parsed);
    for (const [index, version] of ordered.entries()) {
      const next = ordered[index + 1];
      if (next) expect(compareVersions(version, next), version.text).toBeLessThan(0);
    }
    expect(compareVersions(parsed("0.11.0rc2"), parsed("0.11.0"))).toBe(0);
  });
});
