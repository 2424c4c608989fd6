/** Cards of desktops and workstations that the collected facts lack, in the form of gpu-additions.mjs. */
const GiB = 2 ** 30;
const tera = (peaks) => Object.fromEntries(Object.entries(peaks).map(([type, value]) => [type, value * 1e12]));

/** Memory less 1.5 % where no total was read. */
const memory = (gib, gigabytesPerSecond) => ({
  memoryBytes: gib * GiB,
  driverBytes: Math.round(gib * GiB * 0.985),
  driverBytesAssumed: true,
  memoryBytesPerSecond: gigabytesPerSecond * 1e9,
});
/** Ada's cards without NVLink. */
const ada = { like: "RTX-4090" };

export const desktopGpus = [
  {
    id: "RTX-3090-Ti",
    like: "RTX-3090",
    memoryBytesPerSecond: 1008e9,
    flops: tera({ fp16: 80, bf16: 80, int8: 320 }),
    watts: 450,
    sources: ["NVIDIA GeForce RTX 3090 Ti page: 10,752 cores at 1.86 GHz, 24 GB at 1,008 GB/s, 450 W; peaks in proportion to the RTX 3090"],
  },
  {
    id: "RTX-4080",
    ...ada,
    ...memory(16, 716.8),
    flops: tera({ fp16: 97.5, bf16: 97.5, fp8: 194.9, int8: 389.9 }),
    watts: 320,
    sources: ["cputronic.com, thegpu.guru RTX 4080: 48.74 TFLOPS FP32, 256 bit at 22.4 GHz, 320 W; other peaks as on the RTX 4090"],
  },
  {
    id: "RTX-5000-Ada",
    ...ada,
    ...memory(32, 576),
    flops: tera({ fp16: 261.1, bf16: 261.1, fp8: 522.2, int8: 522.2 }),
    watts: 250,
    sources: ["hmc-tech.com, topcpu.net RTX 5000 Ada: 261.12 TFLOPS FP16 and 522.24 FP8 dense, 32 GB at 576 GB/s, 250 W"],
  },
  {
    id: "RTX-4000-Ada",
    ...ada,
    ...memory(20, 360),
    flops: tera({ fp16: 106.9, bf16: 106.9, fp8: 213.8, int8: 213.8 }),
    watts: 130,
    sources: ["hmc-tech.com, topcpu.net RTX 4000 Ada: 106.91 TFLOPS FP16 and 213.81 FP8 dense, 20 GB at 360 GB/s, 130 W"],
  },
  {
    id: "RTX-A4000",
    like: "RTX-3090",
    ...memory(16, 448),
    flops: tera({ fp16: 76.7, bf16: 76.7, int8: 153.4 }),
    watts: 140,
    sources: [
      "technical.city, sysrqmts.com RTX A4000: 19.17 TFLOPS FP32, 16 GB at 448 GB/s, 140 W; tensor peaks in proportion to the RTX A6000",
    ],
  },
  {
    id: "RTX-PRO-6000-Blackwell-Max-Q",
    like: "RTX-PRO-6000-Blackwell-Server",
    flops: tera({ fp16: 438.9, bf16: 438.9, fp8: 877.8, fp4: 1755.5, int8: 877.8 }),
    watts: 300,
    sources: ["NVIDIA RTX PRO 6000 Blackwell Max-Q product page: 3,511 AI TOPS (FP4 with sparsity), 96 GB at 1,792 GB/s, 300 W"],
  },
  {
    id: "V100-PCIE-32GB",
    like: "V100-PCIE-16GB",
    ...memory(32, 900),
    sources: ["NVIDIA V100 data sheet: the PCIe card of 32 GB has the rates of the one of 16 GB"],
  },
  {
    id: "A800-PCIE-80GB",
    like: "A100-PCIE-80GB",
    sources: ["aiwiki.ai/wiki/nvidia_a800: an A100 whose NVLink is cut; the PCIe card has none of its own"],
  },
];
