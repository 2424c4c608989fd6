import { describe, expect, test } from "vitest";
import type { Gpu } from "../../src/catalog/facts.ts";
import { plain } from "../../src/deployment/message.ts";
import { readGpus } from "../../src/deployment/read-gpus.ts";
import { LineMap } from "../../src/deployment/text.ts";
import { testCatalog } from "../support/catalog.ts";

const catalog = testCatalog();
const read = (text: string) => readGpus(text, catalog, "gpus.yaml");

function only(text: string): Gpu {
  const { gpus, problems } = read(text);
  expect(problems).toEqual([]);
  const [own, ...others] = gpus;
  if (!own || others.length > 0) throw new Error(`${gpus.length} GPUs`);
  return own.gpu;
}

function known(name: string): Gpu {
  const gpu = catalog.gpu(name);
  if (!gpu) throw new Error(name);
  return gpu;
}

/** Each problem with the words it stands at. */
function wrong(text: string): readonly string[] {
  const { gpus, problems } = read(text);
  expect(gpus.map(({ gpu }) => gpu.id)).toEqual([]);
  return problems.map(({ message, range }) => {
    const { start, end } = new LineMap(text).span(range);
    return `${text.slice(start, end).trim()} -> ${plain(message)}`;
  });
}

const bare = "name: Bare\nmemory: 64 GiB\nbandwidth: 1.6 TB/s\nflops: { bf16: 300 TFLOPS }\n";

describe("a GPU by its data sheet", () => {
  test("with all that can be said", () => {
    const gpu = only(`
- name: Acme X1
  aliases: [ACME-X1-64G, x1]
  vendor: other
  architecture: Roadrunner
  memory: 64 GiB
  usable: 62.5 GiB
  bandwidth: 1.6 TB/s
  flops: { bf16: 300 TFLOPS, fp8: 600 TFLOPS, int8: 1.2 POPS }
  links:
    intraNode: { kind: other, bandwidth: 200 GB/s, gpus: 16, switched: true }
    interNode: 200 Gbps
  watts: 450
`);
    expect(gpu).toEqual({
      id: "Acme-X1",
      vendor: "other",
      architecture: "Roadrunner",
      computeCapability: null,
      memoryBytes: 64 * 2 ** 30,
      driverBytes: 62.5 * 2 ** 30,
      driverBytesAssumed: false,
      memoryBytesPerSecond: 1.6e12,
      flops: { bf16: 300e12, fp8: 600e12, int8: 1200e12 },
      scaleUp: { kind: "other", name: "link between GPUs", bytesPerSecond: 200e9, switched: true },
      scaleUpGpus: 16,
      pcie: expect.objectContaining({ kind: "pcie" }),
      network: { kind: "network", name: "network between nodes", bytesPerSecond: 25e9, switched: true },
      watts: 450,
      aliases: ["ACME-X1-64G", "x1"],
      sources: ["gpus.yaml"],
    });
  });

  test("with the least: what drivers keep is assumed, and how cards are joined", () => {
    const gpu = only(bare);
    expect(gpu).toMatchObject({
      driverBytes: Math.round(64 * 2 ** 30 * 0.985),
      driverBytesAssumed: true,
      scaleUp: null,
      pcieAssumed: true,
    });
  });

  test("like another, which has what is not written", () => {
    const h100 = known("H100");
    const gpu = only("name: Lab\nlike: H100\nmemory: 96 GiB\n");
    expect(gpu).toEqual({
      ...h100,
      id: "Lab",
      memoryBytes: 96 * 2 ** 30,
      // The driver keeps the same share.
      driverBytes: Math.round((96 * 2 ** 30 * h100.driverBytes) / h100.memoryBytes),
      driverBytesAssumed: true,
      aliases: [],
      sources: ["gpus.yaml", "as the H100-SXM5-80GB"],
    });
    expect(read("name: Lab\nlike: H100\n").gpus[0]?.like?.id).toBe(h100.id);
  });

  test("formats that are not written keep their ratio to 16 bit", () => {
    // H100: 989 in 16 bit, 1,978 in FP8.
    expect(only("name: Lab\nlike: H100\nflops: { bf16: 494.5 TFLOPS }\n").flops).toMatchObject({
      bf16: 494.5e12,
      fp16: 494.5e12,
      fp8: 989e12,
    });
  });

  test("a link's speed alone keeps its kind where another's is known", () => {
    const gpu = only("name: Lab\nlike: H100\nlinks: { intraNode: 200 GB/s }\n");
    expect(gpu).toMatchObject({ scaleUp: { kind: "nvlink", name: "NVLink4", bytesPerSecond: 200e9, switched: true }, scaleUpGpus: 8 });
    const pcie = only("name: Lab\nlike: L40S\nlinks: { intraNode: 25 GB/s }\n");
    expect(pcie).toMatchObject({ scaleUp: null, pcie: { kind: "pcie", bytesPerSecond: 25e9 } });
  });

  test("a compute capability makes it NVIDIA's", () => {
    expect(only(`${bare}computeCapability: 9.0\n`)).toMatchObject({ vendor: "nvidia", computeCapability: 9 });
  });

  test("nothing, comments, and a list of none are no mistake", () => {
    for (const text of ["", "# soon\n", "[]\n", "---\n"]) expect(read(text)).toEqual({ gpus: [], problems: [] });
  });

  test("one that is wrong costs the others nothing", () => {
    const { gpus, problems } = read("- { name: A, like: H100 }\n- { name: B, like: H900 }\n- { name: C, like: L4 }\n");
    expect(gpus.map(({ gpu }) => gpu.id)).toEqual(["A", "C"]);
    expect(problems.map(({ range }) => range.start.line)).toEqual([1]);
  });
});

describe("what is wrong is told at its place, and the GPU is not used", () => {
  test.each([
    [`${bare}bandwith: 1 TB/s\n`, "bandwith -> Unknown key “bandwith”. Known: name, aliases, like, vendor, architecture"],
    [`${bare}links: { between: 1 GB/s }\n`, "between -> Unknown key “between”. Known: intraNode, interNode."],
    ["name: A\nlike: H100\nflops: { bf17: 1 TFLOPS }\n", "bf17 -> Unknown key “bf17”. Known: fp32, bf16"],
    ["name: A\nlike: H100\nmemory: 80\n", "80 -> “80” cannot be read as “memory”; write it like 80 GiB."],
    ["name: A\nlike: H100\nmemory: 80 TB/s\n", "80 TB/s -> “80 TB/s” cannot be read as “memory”; write it like 80 GiB."],
    ["name: A\nlike: H100\nbandwidth: 0 TB/s\n", "0 TB/s -> “0 TB/s” cannot be read as “bandwidth”; write it like 3.35 TB/s."],
    [
      "name: A\nlike: H100\nbandwidth: 3350 TB/s\n",
      "3350 TB/s -> “3350 TB/s” is not between 5.00 GB/s and 1.00 M GB/s: is its unit right?",
    ],
    ["name: A\nlike: H100\nbandwidth: .inf\n", ".inf -> “Infinity” cannot be read as “bandwidth”; write it like 3.35 TB/s."],
    ["name: A\nlike: H100\nmemory: [80 GiB]\n", "[80 GiB] -> “” cannot be read as “memory”; write it like 80 GiB."],
    ["name: A\nlike: H100\nusable: 90 GiB\n", "90 GiB -> More memory is usable than the card has."],
    ["name: A\nlike: H900\n", "H900 -> “H900” is no GPU that the catalogue knows."],
    ["name: H100\nmemory: 80 GiB\nlike: H100\n", "H100 -> “H100” is a name of H100-SXM5-80GB in the catalogue; choose another."],
    ["name: A\nlike: H100\naliases: [B, nvidia-l4]\n", "nvidia-l4 -> “nvidia-l4” is a name of L4 in the catalogue; choose another."],
    [
      "name: A\nlike: H100\naliases: p5.48xlarge\n",
      "p5.48xlarge -> “p5.48xlarge” is a name of H100-SXM5-80GB in the catalogue; choose another.",
    ],
    ["name: A\nlike: H100\naliases: [a]\n", "a -> “a” is the name of two GPUs."],
    ["name: '`rm`'\nlike: H100\n", "'`rm`' -> “`rm`” is no name for a GPU: letters, digits, blanks and . _ + - alone."],
    ["like: H100\n", "like: H100 -> “name” is missing."],
    ["name: A\nvendor: acme\nlike: H100\n", "acme -> “acme” is not known here. Known: nvidia, amd, intel, google, huawei, other."],
    ["name: A\nlike: MI300X\ncomputeCapability: 9\n", "9 -> Only GPUs of NVIDIA have a compute capability."],
    ["name: A\nlike: H100\ncomputeCapability: -1\n", "-1 -> “computeCapability” must be a number above 0, at most 99."],
    ["name: A\nlike: H100\nlinks: 450 GB/s\n", "450 GB/s -> “links” must hold keys and values."],
    ["name: A\nlike: H100\nlinks: { intraNode: { kind: nvlink } }\n", "{ kind: nvlink } -> “bandwidth” is missing."],
    ["name: A\nlike: H100\nlinks: { intraNode: { bandwidth: 1 GB/s, gpus: 1 } }\n", "1 -> “gpus” must be a whole number from 2 up."],
    [
      "name: A\nlike: H100\nlinks: { intraNode: { bandwidth: 1 GB/s, switched: perhaps } }\n",
      "perhaps -> “switched” must be true or false.",
    ],
    ["name: A\n", "A -> “memory” is missing; write it like 80 GiB, or name a GPU of the catalogue as “like”."],
    ["name: A\nmemory: 80 GiB\n", "A -> “bandwidth” is missing; write it like 3.35 TB/s, or"],
    [
      "name: A\nmemory: 80 GiB\nbandwidth: 1 TB/s\nflops: { fp8: 1 PFLOPS }\n",
      "{ fp8: 1 PFLOPS } -> “flops” is missing; write it like { bf16: 989 TFLOPS }, or",
    ],
    ["H100\n", "H100 -> Write a list of GPUs, each with its “name”."],
    ["- H100\n", "H100 -> Write a list of GPUs, each with its “name”."],
  ])("%j", (text, expected) => {
    const [first, ...others] = wrong(text);
    expect(first?.startsWith(expected), first).toBe(true);
    expect(others).toEqual([]);
  });

  test("two GPUs of one name", () => {
    const { gpus, problems } = read("- { name: My Card, like: H100 }\n- { name: my-card, like: L4 }\n");
    expect(gpus.map(({ gpu }) => gpu.id)).toEqual(["My-Card"]);
    expect(problems.map(({ message }) => plain(message))).toEqual(["“my-card” is the name of two GPUs."]);
  });

  test("broken YAML at its place, and nothing of it is used", () => {
    const { gpus, problems } = read("- { name: A, like: H100 }\n- { name: B\n");
    expect(gpus).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.range.start.line).toBeGreaterThan(0);
  });

  test.each([
    ["deep brackets", "[".repeat(50_000)],
    ["a cycle", "&a [*a]"],
    ["an alias to nothing", "- *a\n"],
    ["binary", `\0\x01\x02PK\x03${"\x04".repeat(1000)}`],
    ["HTML", "<!DOCTYPE html><html></html>"],
  ])("%s is told, and nothing is used", (_, text) => {
    const { gpus, problems } = read(text);
    expect(gpus).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
  });

  test("thousands of mistakes are told up to a bound, and soon", () => {
    const text = "- { name: H100, memory: 0, flops: { a: b } }\n".repeat(5000);
    expect(read(text).problems.length).toBeLessThanOrEqual(50);
  });
});
