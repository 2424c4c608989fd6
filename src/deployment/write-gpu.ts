import { isMap, isSeq, parseDocument } from "yaml";
import type { Gpu } from "../catalog/facts.ts";

/** A list of GPUs with one more, to be filled in: its figures are those of `near`, or placeholders. Undefined where the text is no such list. */
export function withGpuDescribed(existing: string, name: string, near: Gpu | undefined): string | undefined {
  const list = asList(existing);
  if (list === undefined) return undefined;
  const before = list === "" ? heading : list.endsWith("\n") ? list : `${list}\n`;
  return `${before}${entry(name, near)}`;
}

const heading = `# GPUs that the catalogue does not have. Dense figures: data sheets often give twice as much, which holds with sparsity only.
`;

/** A GPU that stands there alone becomes the first of a list. */
function asList(text: string): string | undefined {
  const { contents, errors } = parseDocument(text, { prettyErrors: false });
  if (errors.length > 0) return undefined;
  if (text.trim() === "" || contents === null) return text;
  if (isSeq(contents)) return contents.flow ? undefined : text;
  if (!isMap(contents) || contents.flow) return undefined;
  const start = text.lastIndexOf("\n", contents.range?.[0] ?? 0) + 1;
  const [first = "", ...others] = text.slice(start).split("\n");
  return `${text.slice(0, start)}${[`- ${first}`, ...others.map((line) => (line === "" ? "" : `  ${line}`))].join("\n")}`;
}

function entry(name: string, near: Gpu | undefined): string {
  const { memoryBytes = 80 * 2 ** 30, driverBytes = 78.8 * 2 ** 30, memoryBytesPerSecond = 2e12, watts = 300 } = near ?? {};
  const flops = Object.entries(near?.flops ?? { bf16: 300e12, fp8: 600e12 }).map(
    ([format, peak]) => `${format}: ${short(peak / 1e12)} TFLOPS`,
  );
  const link = near?.scaleUp ?? near?.pcie ?? { kind: "pcie", bytesPerSecond: 32e9, switched: false };
  const gpus = near?.scaleUp ? `, gpus: ${near.scaleUpGpus}, switched: ${link.switched}` : "";
  const like = near
    ? `  like: ${near.id} # its measured kernels are scaled to the figures below; what is not written is taken from it`
    : "  # like: H100 # a GPU of the same generation: its measured kernels are scaled to the figures below";
  return `- name: ${JSON.stringify(name)} # as deployment files write it
  # aliases: [${JSON.stringify(aliasOf(name))}]
${like}
  memory: ${short(memoryBytes / 2 ** 30)} GiB # the data sheet's GB of memory are GiB
  # usable: ${short(driverBytes / 2 ** 30)} GiB # what the driver reports (nvidia-smi)
  bandwidth: ${short(memoryBytesPerSecond / 1e12)} TB/s
  flops: { ${flops.join(", ")} }
  links:
    intraNode: { kind: ${link.kind}, bandwidth: ${short(link.bytesPerSecond / 1e9)} GB/s${gpus} } # of one GPU, in one direction
    # interNode: 400 Gbps # of one GPU
  # computeCapability: ${near?.computeCapability ?? "9.0"}
  # watts: ${watts ?? 300}
`;
}

/** As the label of a node has it, where a person wrote the name alone, and the other way round. */
function aliasOf(name: string): string {
  const plain = name.replace(/\s+/g, "-");
  return /^nvidia-/i.test(plain) ? plain.slice("nvidia-".length) : `NVIDIA-${plain}`;
}

/** Four digits are more than data sheets have. */
function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
