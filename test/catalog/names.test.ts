import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { InstanceType } from "../../src/catalog/facts.ts";
import { elementBytes, isSized } from "../../src/catalog/weight-format.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();

describe("GPU names", () => {
  test.each([
    ["H100", "H100-SXM5-80GB"],
    ["H100-80GB", "H100-SXM5-80GB"],
    ["H100-SXM-80GB", "H100-SXM5-80GB"],
    ["h100_sxm", "H100-SXM5-80GB"],
    ["NVIDIA-H100-80GB-HBM3", "H100-SXM5-80GB"],
    ["NVIDIA H100 80GB HBM3", "H100-SXM5-80GB"],
    ["nvidia-h100-80gb", "H100-SXM5-80GB"],
    ["nvidia-h100-mega-80gb", "H100-SXM5-80GB"],
    ["NVIDIA-H100-PCIe", "H100-PCIe"],
    ["h200_sxm", "H200-SXM"],
    ["nvidia-h200-141gb", "H200-SXM"],
    ["NVIDIA-H200", "H200-SXM"],
    ["b200_sxm", "B200-SXM"],
    ["nvidia-b200", "B200-SXM"],
    ["a100_sxm", "A100-SXM4-80GB"],
    ["A100-80GB", "A100-SXM4-80GB"],
    ["nvidia-a100-80gb", "A100-SXM4-80GB"],
    ["nvidia-tesla-a100", "A100-SXM4-40GB"],
    ["NVIDIA-A100-SXM4-40GB", "A100-SXM4-40GB"],
    ["NVIDIA-A100-80GB-PCIe", "A100-PCIE-80GB"],
    ["l40s", "L40S"],
    ["NVIDIA-L40S", "L40S"],
    ["nvidia-l4", "L4"],
    ["nvidia-tesla-t4", "T4"],
    ["Tesla-T4", "T4"],
    ["gb200", "GB200"],
    ["NVIDIA-GeForce-RTX-4090", "RTX-4090"],
    ["rtx 4090 d", "RTX-4090D"],
    ["NVIDIA-RTX-A6000", "RTX-A6000"],
    ["NVIDIA GeForce RTX 3090 Ti", "RTX-3090-Ti"],
    ["NVIDIA GeForce RTX 5090 D", "RTX-5090D"],
    ["RTX 5070 Ti", "RTX-5070-Ti"],
    ["NVIDIA RTX 5000 Ada Generation", "RTX-5000-Ada"],
    ["NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition", "RTX-PRO-6000-Blackwell-Max-Q"],
    ["NVIDIA GH200 480GB", "GH200-96GB"],
    ["Tesla V100-PCIE-32GB", "V100-PCIE-32GB"],
    ["NVIDIA A800 80GB PCIe", "A800-PCIE-80GB"],
    ["NVIDIA-GB10", "GB10"],
    ["A800", "A800-SXM4-80GB"],
    ["H800", "H800-SXM5-80GB"],
    ["NVIDIA-L20", "L20"],
    ["Ascend 910B", "Ascend-910B"],
    ["AMD-Instinct-MI300X", "MI300X"],
    ["tpu-v6e-slice", "TPU-v6e"],
    ["NVIDIA-A100-PCIE-40GB", "A100-PCIE-40GB"],
    ["Tesla-V100-PCIE-16GB", "V100-PCIE-16GB"],
    ["NVIDIA-H200-NVL", "H200-NVL"],
    ["NVIDIA-H20-3e", "H20-141GB"],
    ["DGX-H100", "H100-SXM5-80GB"],
    ["GB200-NVL72", "GB200"],
    // CoreWeave's `gpu.nvidia.com/class`.
    ["A100_NVLINK_80GB", "A100-SXM4-80GB"],
    ["A100_NVLINK", "A100-SXM4-40GB"],
    ["H100_NVLINK_80GB", "H100-SXM5-80GB"],
    ["RTX_A5000", "RTX-A5000"],
    // KubeAI's resource profiles.
    ["nvidia-gpu-h100", "H100-SXM5-80GB"],
    ["nvidia-gpu-l40s", "L40S"],
    ["nvidia-gpu-a100-40gb", "A100-SXM4-40GB"],
    ["nvidia-gpu-rtx4090", "RTX-4090"],
    ["amd-gpu-mi300x", "MI300X"],
    ["google-tpu-v5e-2x2", "TPU-v5e"],
    // Ray's accelerator types.
    ["AMD-Instinct-MI300X-OAM", "MI300X"],
    ["AMD-Instinct-MI325X-OAM", "MI325X"],
    ["TPU-V5LITEPOD", "TPU-v5e"],
    ["TPU-V4", "TPU-v4"],
    // SkyPilot and dstack.
    ["H100-MEGA-80GB", "H100-SXM5-80GB"],
    ["V100-32GB", "V100-SXM2-32GB"],
    ["RTX6000-Ada", "RTX-6000-Ada"],
    ["tpu-v5litepod-8", "TPU-v5e"],
    ["v5litepod-4", "TPU-v5e"],
    ["tpu-v6e-8", "TPU-v6e"],
    ["tpu7x", "TPU7x"],
    // Nebius' platforms.
    ["gpu-h100-sxm", "H100-SXM5-80GB"],
    // AMD's node labeller.
    ["74a1", "MI300X"],
    ["AMD_Instinct_MI300X_OAM", "MI300X"],
    ["Ascend910B3", "Ascend-910B"],
    ["module-a3-16", "Ascend-910C-die"],
  ])("%s is %s", (name, id) => {
    expect(catalog.gpu(name)?.id).toBe(id);
  });

  test.each([
    "",
    "gpu",
    "true",
    "NVIDIA-H100-80GB-HBM3-SHARED",
    "H100-120GB",
    "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb-SHARED",
    "L4-MIG-1g.10gb",
    "24GB..",
    "V100-8",
    "4090-2",
    "intel-gpu-max",
    "Intel-GPU-Max-1550",
    "Ascend910",
    "Ascend910B4",
    "NVIDIA-A10-24Q",
    "nvidia-gpu",
    "tpu",
    "Trainium",
  ])("%s is unknown", (name) => {
    expect(catalog.gpu(name)).toBeUndefined();
  });

  test("every id and alias finds its own GPU", () => {
    for (const gpu of catalog.gpus()) for (const name of [gpu.id, ...gpu.aliases]) expect(catalog.gpu(name)?.id, name).toBe(gpu.id);
  });

  test("suggested GPUs are known", () => {
    expect(catalog.commonGpus().map(({ id }) => id)).toEqual(["H100-SXM5-80GB", "H200-SXM", "A100-SXM4-80GB", "B200-SXM", "L40S", "L4"]);
  });
});

describe("MIG slices", () => {
  // A100-40GB in eighths of 5 GB: 3g.20gb = 4/8 of memory and bandwidth, 3/7 of 312 TFLOPS.
  test("a slice has its share of memory, bandwidth and compute", () => {
    const slice = catalog.gpu("NVIDIA-A100-SXM4-40GB-MIG-3g.20gb");
    expect(slice).toMatchObject({ id: "A100-SXM4-40GB-MIG-3g.20gb", memoryBytes: 20 * 2 ** 30, scaleUp: null, scaleUpGpus: 1 });
    expect(slice?.memoryBytesPerSecond).toBe(777.5e9);
    expect(slice?.flops.bf16).toBeCloseTo((312e12 * 3) / 7, -6);
  });

  test.each([
    ["NVIDIA-H100-80GB-HBM3-MIG-1g.10gb", 10],
    ["NVIDIA-H100-80GB-HBM3-MIG-1g.20gb", 20],
    ["NVIDIA-H200-MIG-1g.18gb", 140.4 / 8],
    ["NVIDIA-B200-MIG-2g.45gb", 179.06 / 4],
  ])("%s holds %f GiB", (name, gib) => {
    expect((catalog.gpu(name)?.memoryBytes ?? 0) / 2 ** 30).toBeCloseTo(gib, 1);
  });

  test("a profile that is no part of the GPU is unknown", () => {
    expect(catalog.gpu("NVIDIA-H100-80GB-HBM3-MIG-1g.14gb")).toBeUndefined();
    expect(catalog.gpu("NVIDIA-H100-80GB-HBM3-MIG-9g.80gb")).toBeUndefined();
  });
});

describe("instance types", () => {
  test.each([
    ["p5.48xlarge", "H100-SXM5-80GB", 8],
    ["p4d.24xlarge", "A100-SXM4-40GB", 8],
    ["g6.12xlarge", "L4", 4],
    ["G5.xlarge", "A10G", 1],
    ["ml.g5.12xlarge", "A10G", 4],
    ["p3.8xlarge", "V100-SXM2-16GB", 4],
    ["p6-b200.48xlarge", "B200-SXM", 8],
    ["p6e-gb200.36xlarge", "GB200", 4],
    ["Standard_NC24ads_A100_v4", "A100-PCIE-80GB", 1],
    ["standard_nc96ads_a100_v4", "A100-PCIE-80GB", 4],
    ["Standard_NC80adis_H100_v5", "H100-NVL", 2],
    ["Standard_ND96isr_H200_v5", "H200-SXM", 8],
    ["Standard_ND96isr_MI300X_v5", "MI300X", 8],
    ["Standard_ND128isr_NDR_GB200_v6", "GB200", 4],
    ["Standard_NC6s_v3", "V100-PCIE-16GB", 1],
    ["Standard_NV72ads_A10_v5", "A10", 2],
    ["a3-megagpu-8g", "H100-SXM5-80GB", 8],
    ["a4x-highgpu-4g", "GB200", 4],
    ["ct6e-standard-4t", "TPU-v6e", 4],
    ["gd-8xh100ib-i128", "H100-SXM5-80GB", 8],
    ["gpu-mi300x8-1536gb", "MI300X", 8],
  ])("%s is %s × %d", (name, gpu, gpus) => {
    expect(catalog.instance(name)).toMatchObject({ gpu, gpus });
  });

  // A part of a GPU has a part of its memory: `g6f` and the small NVadsA10 sizes are left out.
  test.each(["m5.large", "g6f.xlarge", "Standard_NV6ads_A10_v5", "Standard_NV18ads_A10_v5"])("%s is unknown", (name) => {
    expect(catalog.instance(name)).toBeUndefined();
  });

  test("every instance has a known GPU and is listed once", () => {
    const rows: readonly InstanceType[] = JSON.parse(
      readFileSync(new URL("../../src/catalog/data/instances.json", import.meta.url), "utf8"),
    );
    for (const { name, gpu } of rows) expect(catalog.gpu(gpu)?.id, name).toBe(gpu);
    expect(new Set(rows.map(({ name }) => name.toLowerCase())).size).toBe(rows.length);
  });

  test("a family has the GPU that all its machines have", () => {
    expect(catalog.family("g5")).toBe("A10G");
    expect(catalog.family("p3")).toBe("V100-SXM2-16GB");
    expect(catalog.family("m5")).toBeUndefined();
  });
});

describe("model names", () => {
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B-Instruct", "exact"],
    ["META-LLAMA/llama-3.1-8b-instruct", "meta-llama/Llama-3.1-8B-Instruct", "exact"],
    ["unsloth/Meta-Llama-3.1-8B-Instruct", "meta-llama/Meta-Llama-3.1-8B-Instruct", "re-upload"],
    ["unsloth/Llama-3.3-70B-Instruct", "meta-llama/Llama-3.3-70B-Instruct", "re-upload"],
    ["nvidia/llama-3.3-nemotron-super-49b-v1", "nvidia/Llama-3_3-Nemotron-Super-49B-v1", "alias"],
    ["OpenGVLab/InternVL3_5-8B-HF", "OpenGVLab/InternVL3_5-8B", "alias"],
    ["meta-llama/Meta-Llama-3.1-405B-Instruct", "meta-llama/Llama-3.1-405B-Instruct", "alias"],
    ["meta-llama/Meta-Llama-3.1-405B-Instruct-FP8", "meta-llama/Llama-3.1-405B-Instruct-FP8", "alias"],
    ["Qwen/Qwen3-8B-FP8", "Qwen/Qwen3-8B-FP8", "exact"],
    ["neuralmagic/Meta-Llama-3.1-70B-Instruct-FP8", "meta-llama/Meta-Llama-3.1-70B-Instruct", "quantised-variant"],
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "meta-llama/Llama-3.3-70B-Instruct", "quantised-variant"],
    ["RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "meta-llama/Meta-Llama-3.1-8B-Instruct", "quantised-variant"],
    ["Qwen/Qwen2.5-72B-Instruct-AWQ", "Qwen/Qwen2.5-72B-Instruct", "quantised-variant"],
    ["Qwen/Qwen2.5-72B-Instruct-GPTQ-Int4", "Qwen/Qwen2.5-72B-Instruct", "quantised-variant"],
    ["cognitivecomputations/DeepSeek-R1-AWQ", "deepseek-ai/DeepSeek-R1", "quantised-variant"],
    ["unsloth/Llama-3.2-3B-Instruct-bnb-4bit", "meta-llama/Llama-3.2-3B-Instruct", "quantised-variant"],
  ])("%s is %s (%s)", (name, id, how) => {
    const match = catalog.model(name);
    expect([match?.model.id, match?.how]).toEqual([id, how]);
  });

  test.each([
    ["RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w4a16", "int4"],
    ["RedHatAI/Meta-Llama-3.1-8B-Instruct-quantized.w8a8", "int8"],
    ["RedHatAI/Llama-3.3-70B-Instruct-FP8-dynamic", "fp8"],
    ["Qwen/Qwen2.5-72B-Instruct-AWQ", "int4"],
    ["nvidia/Llama-3.3-70B-Instruct-NVFP4", "fp4"],
    ["meta-llama/Llama-3.1-8B-Instruct", "bf16"],
    ["deepseek-ai/DeepSeek-V3", "fp8"],
    ["openai/gpt-oss-120b", "fp4"],
  ])("weights of %s are %s", (name, linear) => {
    expect(catalog.model(name)?.model.weights.linear).toBe(linear);
  });

  // [name, model, words of the format, bytes of an element with its scale, whether that is all there is to know]
  test.each([
    ["Qwen/Qwen3-14B-AWQ", "Qwen/Qwen3-14B", "awq", 0.5195, true],
    ["QuantTrio/Qwen3-Coder-30B-A3B-Instruct-AWQ", "Qwen/Qwen3-Coder-30B-A3B-Instruct", "awq", 0.5195, true],
    ["Qwen/Qwen2.5-32B-Instruct-GPTQ-Int8", "Qwen/Qwen2.5-32B-Instruct", "gptq", 1.0195, true],
    ["TheBloke/Llama-2-7B-Chat-GPTQ", "meta-llama/Llama-2-7b-chat-hf", "gptq", 0.5195, true],
    ["ISTA-DASLab/gemma-3-27b-it-GPTQ-4b-128g", "google/gemma-3-27b-it", "gptq", 0.5195, true],
    ["RedHatAI/Mistral-Small-3.2-24B-Instruct-2506-FP8", "mistralai/Mistral-Small-3.2-24B-Instruct-2506", "fp8", 1, true],
    ["RedHatAI/Qwen2.5-VL-7B-Instruct-FP8-dynamic", "Qwen/Qwen2.5-VL-7B-Instruct", "compressed-tensors", 1, true],
    ["RedHatAI/gemma-4-31B-it-FP8-block", "google/gemma-4-31B-it", "compressed-tensors", 1, true],
    ["nvidia/Qwen3-32B-FP8", "Qwen/Qwen3-32B", "fp8", 1, true],
    ["RedHatAI/Qwen3-32B-quantized.w4a16", "Qwen/Qwen3-32B", "gptq", 0.5195, true],
    ["RedHatAI/Phi-4-mini-instruct-quantized.w8a8", "microsoft/Phi-4-mini-instruct", "compressed-tensors", 1, true],
    ["boboliu/Qwen3-Embedding-4B-W4A16-G128", "Qwen/Qwen3-Embedding-4B", "compressed-tensors", 0.5156, true],
    ["unsloth/DeepSeek-V3-bf16", "deepseek-ai/DeepSeek-V3", "none", 2, true],
    // Its publisher names the precision of the other one as well.
    ["nvidia/NVIDIA-Nemotron-3-Nano-4B-FP8", "nvidia/NVIDIA-Nemotron-3-Nano-4B-BF16", "fp8", 1, true],
    ["unsloth/Qwen2.5-7B-Instruct-bnb-4bit", "Qwen/Qwen2.5-7B-Instruct", "bitsandbytes", 0.5625, true],
    // Some layers stay as trained, nobody says which.
    ["unsloth/Qwen2.5-7B-Instruct-unsloth-bnb-4bit", "Qwen/Qwen2.5-7B-Instruct", "bitsandbytes", 0.5625, false],
    ["RedHatAI/Llama-3.3-70B-Instruct-NVFP4", "meta-llama/Llama-3.3-70B-Instruct", "compressed-tensors", 0.5625, false],
    ["amd/Llama-3.3-70B-Instruct-MXFP4", "meta-llama/Llama-3.3-70B-Instruct", "quark", 0.53125, false],
    // Four bits, by whatever method and in whatever groups.
    ["cpatonn/Qwen3-30B-A3B-Instruct-2507-AWQ-4bit", "Qwen/Qwen3-30B-A3B-Instruct-2507", "int4", 0.5391, false],
    ["someone/Qwen3-8B-int4-AutoRound", "Qwen/Qwen3-8B", "int4", 0.5195, false],
    ["amd/Qwen3-8B-Quark-AWQ-INT4-W4A16", "Qwen/Qwen3-8B", "int4", 0.5391, false],
  ])("%s is %s in %s, %d bytes an element, sure: %s", (name, id, method, bytes, isSure) => {
    const known = catalog.model(id)?.model;
    const model = catalog.model(name)?.model;
    const weights = model && isSized(model.weights) ? model.weights : undefined;
    expect([model?.id, weights?.method]).toEqual([known?.id, method]);
    expect(weights && elementBytes[weights.linear] + weights.scaleBytesPerElement).toBeCloseTo(bytes, 3);
    expect(model?.approximate).toBe(known?.approximate || !isSure);
  });

  test.each([
    ["QuantTrio/GLM-4.6-GPTQ-Int4-Int8Mix", "zai-org/GLM-4.6"],
    ["cyankiwi/Qwen3.8-27B-AWQ-BF16-INT4", "Qwen/Qwen3.8-27B"],
    ["RedHatAI/GLM-5.2-NVFP4-FP8", "zai-org/GLM-5.2"],
    ["someone/Qwen3-32B-NVFP4-RTX5090", "Qwen/Qwen3-32B"],
    ["someone/Qwen3-32B-autoround", "Qwen/Qwen3-32B"],
    // Published ones of 27B weigh 21.85 and 30.24 GB.
    ["QuantTrio/Qwen3.5-27B-AWQ", "Qwen/Qwen3.5-27B"],
    ["Lorbus/Qwen3.6-27B-int4-AutoRound", "Qwen/Qwen3.6-27B"],
  ])("%s is %s in a format whose bytes are not known", (name, id) => {
    expect(catalog.model(name)?.model).toMatchObject({ id, weights: { linear: null } });
  });

  test.each([
    "mlx-community/Qwen3-32B-4bit",
    "lmstudio-community/Qwen3-32B-MLX-4bit",
    "unsloth/Qwen3-32B-GGUF",
    "nvidia/Qwen3-32B-FP8-Eagle3",
    "OpenVINO/Qwen3-32B-int8-ov",
  ])("%s is another program's, or another model", (name) => {
    expect(catalog.model(name)).toBeUndefined();
  });

  test.each([
    ["qwen3-32b-autoround-int4", "Qwen/Qwen3-32B", "int4"],
    ["gemma-2-9b-it", "google/gemma-2-9b-it", "none"],
    ["DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Flash", "fp8"],
    ["models/Qwen3-32B", undefined, undefined],
    ["nobody", undefined, undefined],
  ])("%s alone names %s in %s", (name, id, method) => {
    const model = catalog.namedModel(name)?.model;
    expect([model?.id, model?.weights.method]).toEqual([id, method]);
  });

  test.each([
    "",
    "Qwen3-32B",
    "/models/Qwen3-32B",
    "./Qwen3-32B",
    "/mnt/models/meta-llama/Llama-3.1-8B-Instruct",
    "s3://bucket/Qwen3-32B",
    "models/Qwen3-32B",
    "Qwen/Qwen9-32B",
    "someone/Llama-3.1-8B-Instruct-uncensored-v2",
    "unsloth/Llama-3.3-70B-Instruct-GGUF",
    "$(MODEL)",
  ])("%s is no known model", (name) => {
    expect(catalog.model(name)).toBeUndefined();
  });

  test("a path proposes the one id that ends alike", () => {
    expect(catalog.modelProposals("/models/Qwen3-32B")).toEqual(["Qwen/Qwen3-32B"]);
    expect(catalog.modelProposals("/models/Qwen3-32B/")).toEqual(["Qwen/Qwen3-32B"]);
    expect(catalog.modelProposals("/models/nothing")).toEqual([]);
  });
});
