/** GiB that the driver reports in PyTorch's messages, for cards where the collected facts have no such total; each with the thread it stands in. */
export const driverTotals = {
  "RTX-3090": [23.68, "github.com/vllm-project/vllm/issues/16343"],
  "RTX-3090-Ti": [23.68, "as the RTX 3090"],
  // 23.64 with drivers before 560.
  "RTX-4090": [23.52, "github.com/sgl-project/sglang/issues/12496"],
  "RTX-4090D": [23.52, "as the RTX 4090"],
  "RTX-5090": [31.36, "github.com/TrajectoryCrafter/TrajectoryCrafter/issues/20"],
  "RTX-5090D": [31.36, "as the RTX 5090"],
  "RTX-5080": [15.48, "github.com/vllm-project/vllm/issues/14452"],
  "RTX-5070-Ti": [15.48, "as the RTX 5080"],
  "RTX-A4000": [15.61, "github.com/DengKaiCQ/VGGT-Long/issues/6"],
  "RTX-A5000": [23.68, "as the RTX 3090"],
  // With ECC switched on 44.43, as on the A40.
  "RTX-A6000": [47.53, "logs of 48 GB cards in public repositories"],
  "RTX-6000-Ada": [47.53, "logs of 48 GB cards in public repositories"],
  A30: [23.5, "github.com/LHRLAB/ChatKBQA/issues/2"],
  "V100-PCIE-32GB": [31.73, "logs of 32 GB cards in public repositories"],
  "GH200-96GB": [94.5, "a start-up log of SGLang and out-of-memory messages of 96 GB Hopper cards in public repositories"],
  MI325X: [255.98, "out-of-memory messages of 256 GB cards in public repositories"],
  // AMD's 288 GB are GiB, as the 192 of the MI300X are.
  MI355X: [287.98, "out-of-memory messages of 288 GB cards in public repositories"],
  MI350X: [287.98, "as the MI355X"],
  GB10: [121.69, "github.com/MiaAI-Lab/GLM-5.3-Flash-EXL3-2x-DGX-Sparks/issues/47"],
};
