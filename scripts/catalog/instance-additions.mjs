/** Machines that the collected facts lack: `name: [GPU, GPUs of the machine]` by cloud, each list with its source. Fractions of a GPU are left out. */
export const furtherInstances = [
  {
    cloud: "aws",
    // docs.aws.amazon.com EC2 accelerated computing instances; kaito pkg/sku/aws_sku_handler.go for p3.
    types: {
      "p3.2xlarge": ["V100-SXM2-16GB", 1],
      "p3.8xlarge": ["V100-SXM2-16GB", 4],
      "p3.16xlarge": ["V100-SXM2-16GB", 8],
      "p6e-gb200.36xlarge": ["GB200", 4],
    },
  },
  {
    cloud: "azure",
    // learn.microsoft.com GPU accelerated VM sizes: NCv3, ND MI300X v5, ND GB200 v6, ND GB300 v6, NC RTX PRO 6000 BSE v6, NVadsA10 v5.
    types: {
      Standard_NC6s_v3: ["V100-PCIE-16GB", 1],
      Standard_NC12s_v3: ["V100-PCIE-16GB", 2],
      Standard_NC24s_v3: ["V100-PCIE-16GB", 4],
      Standard_NC24rs_v3: ["V100-PCIE-16GB", 4],
      Standard_NV36adms_A10_v5: ["A10", 1],
      Standard_ND96is_MI300X_v5: ["MI300X", 8],
      Standard_ND128isr_NDR_GB200_v6: ["GB200", 4],
      Standard_ND128isr_GB300_v6: ["GB300", 4],
      Standard_NC144ds_xl_RTXPRO6000BSE_v6: ["RTX-PRO-6000-Blackwell-Server", 1],
      Standard_NC144lds_xl_RTXPRO6000BSE_v6: ["RTX-PRO-6000-Blackwell-Server", 1],
      Standard_NC288ds_xl_RTXPRO6000BSE_v6: ["RTX-PRO-6000-Blackwell-Server", 2],
      Standard_NC288lds_xl_RTXPRO6000BSE_v6: ["RTX-PRO-6000-Blackwell-Server", 2],
    },
  },
  {
    cloud: "gcp",
    // cloud.google.com accelerator-optimized machines and TPUs in GKE (chips of one VM).
    types: {
      "a3-edgegpu-8g": ["H100-SXM5-80GB", 8],
      "a4x-maxgpu-4g-metal": ["GB300", 4],
      "ct4p-hightpu-4t": ["TPU-v4", 4],
      "ct5lp-hightpu-1t": ["TPU-v5e", 1],
      "ct5lp-hightpu-4t": ["TPU-v5e", 4],
      "ct5lp-hightpu-8t": ["TPU-v5e", 8],
      "ct5p-hightpu-4t": ["TPU-v5p", 4],
      "ct6e-standard-1t": ["TPU-v6e", 1],
      "ct6e-standard-4t": ["TPU-v6e", 4],
      "ct6e-standard-8t": ["TPU-v6e", 8],
      "tpu7x-standard-4t": ["TPU7x", 4],
    },
  },
  {
    cloud: "oci",
    // docs.oracle.com compute shapes.
    types: {
      "VM.GPU.A10.1": ["A10", 1],
      "VM.GPU.A10.2": ["A10", 2],
      "BM.GPU.L40S.4": ["L40S", 4],
      "BM.GPU.GB200.4": ["GB200", 4],
      "BM.GPU.MI300X.8": ["MI300X", 8],
    },
  },
  {
    cloud: "coreweave",
    // docs.coreweave.com instances: `node.kubernetes.io/instance-type`.
    types: {
      "gd-8xa100-i128": ["A100-SXM4-80GB", 8],
      "gd-8xh100ib-i128": ["H100-SXM5-80GB", 8],
      "gd-8xh200ib-i128": ["H200-SXM", 8],
      "gd-8xl40-i128": ["L40", 8],
      "gd-8xl40s-i128": ["L40S", 8],
      "gd-1xgh200": ["GH200-96GB", 1],
      "b200-8x": ["B200-SXM", 8],
      "gb200-4x": ["GB200", 4],
    },
  },
  {
    cloud: "digitalocean",
    // docs.digitalocean.com GPU Droplets.
    types: {
      "gpu-h100x1-80gb": ["H100-SXM5-80GB", 1],
      "gpu-h100x8-640gb": ["H100-SXM5-80GB", 8],
      "gpu-h200x1-141gb": ["H200-SXM", 1],
      "gpu-h200x8-1128gb": ["H200-SXM", 8],
      "gpu-mi300x1-192gb": ["MI300X", 1],
      "gpu-mi300x8-1536gb": ["MI300X", 8],
      "gpu-l40sx1-48gb": ["L40S", 1],
      "gpu-6000adax1-48gb": ["RTX-6000-Ada", 1],
    },
  },
];
