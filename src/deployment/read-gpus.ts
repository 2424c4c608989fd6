import { isMap, isScalar, isSeq, parseDocument, type YAMLMap } from "yaml";
import type { Catalog } from "../catalog/catalog.ts";
import type { DType, Gpu, Link } from "../catalog/facts.ts";
import { plainName } from "../catalog/gpu-names.ts";
import { isTooDeep } from "../catalog/nesting.ts";
import { type OwnGpu, ownGpu, type WrittenGpu, type WrittenLink } from "../catalog/own-gpu.ts";
import type { ReadProblem } from "./deployment.ts";
import { type GpuFigure, gpuFigures } from "./gpu-figures.ts";
import { MemberReader, scalarWords } from "./gpu-members.ts";
import { message } from "./message.ts";
import { LineMap } from "./text.ts";

export interface ReadGpus {
  readonly gpus: readonly OwnGpu[];
  readonly problems: readonly ReadProblem[];
}

const members = [
  "name",
  "aliases",
  "like",
  "vendor",
  "architecture",
  "computeCapability",
  "memory",
  "usable",
  "bandwidth",
  "flops",
  "links",
  "watts",
];
const vendors: readonly Gpu["vendor"][] = ["nvidia", "amd", "intel", "google", "huawei", "other"];
const formats: readonly DType[] = ["fp32", "bf16", "fp16", "fp8", "int8", "int4", "fp4"];
const linkKinds: readonly Link["kind"][] = ["nvlink", "xgmi", "pcie", "network", "other"];
const mostGpus = 200;

/**
 * Reads `.inference-lens/gpus.yaml`: a list of GPUs, or one alone. Never throws: what is wrong is told at its place, and such a GPU is not
 * used. `source` says where its figures are from.
 */
export function readGpus(text: string, catalog: Catalog, source: string): ReadGpus {
  const reader = new MemberReader(new LineMap(text));
  if (isTooDeep(text)) {
    reader.report(message("Nested too deeply to be read."), undefined);
    return { gpus: [], problems: reader.problems };
  }
  const document = parseDocument(text, { prettyErrors: false });
  const [broken] = document.errors;
  if (broken) {
    reader.report(message("Not valid YAML: {0}", broken.message), { range: broken.pos });
    return { gpus: [], problems: reader.problems };
  }
  const root = document.contents;
  // A file of comments, or one that is about to be written.
  const isEmpty = root === null || (isScalar(root) && root.value === null);
  const items = isSeq(root) ? root.items : isEmpty ? [] : [root];
  if (items.length > mostGpus) reader.report(message("Only {0} of {1} GPUs are read.", mostGpus, items.length), root);
  const names = new GpuNamesTaken(reader, catalog);
  const gpus = items.slice(0, mostGpus).flatMap((item) => {
    const before = reader.problems.length;
    const gpu = isMap(item)
      ? gpuOf(item, reader, { catalog, names, source })
      : reader.report(message("Write a list of GPUs, each with its “name”."), item);
    return gpu && reader.problems.length === before ? [gpu] : [];
  });
  return { gpus, problems: reader.problems };
}

interface Context {
  readonly catalog: Catalog;
  readonly names: GpuNamesTaken;
  readonly source: string;
}

function gpuOf(node: YAMLMap, reader: MemberReader, { catalog, names, source }: Context): OwnGpu | undefined {
  const before = reader.problems.length;
  reader.only(node, members);
  const figure = (key: string, kind: GpuFigure): number | undefined => reader.figure(node, key, kind);
  const name = reader.words(node, "name");
  if (name === undefined) reader.report(message("“{0}” is missing.", "name"), node);
  else names.take(name, node.get("name", true));
  const like = likeOf(node, reader, catalog);
  const written: WrittenGpu = {
    name: name ?? "",
    aliases: aliasesOf(node, reader, names),
    vendor: reader.oneOf(node, "vendor", vendors),
    architecture: reader.words(node, "architecture"),
    computeCapability: reader.number(node, "computeCapability", 99),
    memoryBytes: figure("memory", gpuFigures.memory),
    usableBytes: figure("usable", gpuFigures.memory),
    memoryBytesPerSecond: figure("bandwidth", gpuFigures.bandwidth),
    flops: flopsOf(node, reader),
    ...linksOf(node, reader),
    watts: reader.number(node, "watts", 100_000),
  };
  // What is not there is told once all that is there can be read.
  if (reader.problems.length > before) return undefined;
  const gpu = ownGpu(written, like, source);
  if (!gpu) return tellMissing(node, reader, written);
  if (gpu.driverBytes > gpu.memoryBytes)
    return reader.report(message("More memory is usable than the card has."), node.get("usable", true) ?? node.get("memory", true));
  if (written.computeCapability !== undefined && gpu.vendor !== "nvidia")
    return reader.report(message("Only GPUs of NVIDIA have a compute capability."), node.get("computeCapability", true));
  return { gpu, like: like ?? null };
}

function tellMissing(node: YAMLMap, reader: MemberReader, { memoryBytes, memoryBytesPerSecond }: WrittenGpu): undefined {
  const { memory, bandwidth, flops } = gpuFigures;
  const missing =
    memoryBytes === undefined
      ? (["memory", memory.example] as const)
      : memoryBytesPerSecond === undefined
        ? (["bandwidth", bandwidth.example] as const)
        : (["flops", `{ bf16: ${flops.example} }`] as const);
  const words = message("“{0}” is missing; write it like {1}, or name a GPU of the catalogue as “like”.", ...missing);
  return reader.report(words, node.get("flops", true) ?? node.get("name", true));
}

function likeOf(node: YAMLMap, reader: MemberReader, catalog: Catalog): Gpu | undefined {
  const name = reader.words(node, "like");
  if (name === undefined) return undefined;
  return catalog.gpu(name) ?? reader.report(message("“{0}” is no GPU that the catalogue knows.", name), node.get("like", true));
}

function aliasesOf(node: YAMLMap, reader: MemberReader, names: GpuNamesTaken): readonly string[] {
  const list = node.get("aliases", true);
  if (list === undefined) return [];
  return (isSeq(list) ? list.items : [list]).flatMap((item) => {
    const alias = scalarWords(item);
    if (alias === undefined) reader.report(message("“{0}” must be a name.", "aliases"), item);
    else names.take(alias, item);
    return alias ?? [];
  });
}

function flopsOf(node: YAMLMap, reader: MemberReader): WrittenGpu["flops"] {
  const map = reader.map(node, "flops");
  if (!map) return {};
  reader.only(map, formats);
  const peaks = formats.map((format) => [format, reader.figure(map, format, gpuFigures.flops)] as const);
  return Object.fromEntries(peaks.filter(([, peak]) => peak !== undefined));
}

function linksOf(node: YAMLMap, reader: MemberReader): Pick<WrittenGpu, "intraNode" | "interNodeBytesPerSecond"> {
  const map = reader.map(node, "links");
  if (!map) return {};
  reader.only(map, ["intraNode", "interNode"]);
  return { intraNode: intraNodeOf(map, reader), interNodeBytesPerSecond: reader.figure(map, "interNode", gpuFigures.link) };
}

/** A speed alone, or what more is known of the link. */
function intraNodeOf(node: YAMLMap, reader: MemberReader): WrittenLink | undefined {
  const link = node.get("intraNode", true);
  if (!isMap(link)) {
    const bytesPerSecond = reader.figure(node, "intraNode", gpuFigures.link);
    return bytesPerSecond === undefined ? undefined : { bytesPerSecond };
  }
  reader.only(link, ["kind", "bandwidth", "gpus", "switched"]);
  const bytesPerSecond = reader.figure(link, "bandwidth", gpuFigures.link);
  const gpus = reader.number(link, "gpus", 4096);
  if (!link.has("bandwidth")) reader.report(message("“{0}” is missing.", "bandwidth"), link);
  if (gpus !== undefined && (!Number.isInteger(gpus) || gpus < 2))
    reader.report(message("“{0}” must be a whole number from {1} up.", "gpus", 2), link.get("gpus", true));
  const rest = { kind: reader.oneOf(link, "kind", linkKinds), gpus, switched: reader.flag(link, "switched") };
  return bytesPerSecond === undefined ? undefined : { ...rest, bytesPerSecond };
}

/** A name stands for one GPU alone: the catalogue's keep theirs. */
class GpuNamesTaken {
  private readonly taken = new Set<string>();

  constructor(
    private readonly reader: MemberReader,
    private readonly catalog: Catalog,
  ) {}

  take(name: string, place: unknown): void {
    const plain = plainName(name);
    const known = this.catalog.gpu(name)?.id ?? this.catalog.instance(name)?.gpu;
    if (!/^[\p{L}\p{N}][\p{L}\p{N} ._+-]{0,79}$/u.test(name))
      this.reader.report(message("“{0}” is no name for a GPU: letters, digits, blanks and . _ + - alone.", name), place);
    else if (known !== undefined)
      this.reader.report(message("“{0}” is a name of {1} in the catalogue; choose another.", name, known), place);
    else if (this.taken.has(plain)) this.reader.report(message("“{0}” is the name of two GPUs.", name), place);
    this.taken.add(plain);
  }
}
