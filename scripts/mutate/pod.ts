import { LineMap } from "../../src/deployment/text.ts";
import { plainValueRange, replaceAt, replaceNumber, sliceOf } from "./change.ts";
import type { Mutation } from "./mutation.ts";

const sharedMemoryGone: Mutation = {
  name: "shared memory removed",
  refusal: "reported failures of NCCL in 64 MiB",
  expected: ["shm-missing"],
  make({ pool, text }) {
    const { sharedMemory, gpusPerNode } = pool.hardware;
    const { parallel } = pool.engine;
    const ranks = parallel.tensor.value * parallel.sequence.value * parallel.pipeline.value;
    if (sharedMemory?.origin !== "file" || !sharedMemory.range || parallel.unreadable.size > 0) return undefined;
    // Ranks of one node share it; with one GPU a node there is nobody to share with.
    if (ranks <= 1 || !gpusPerNode || gpusPerNode.value <= 1) return undefined;
    const word = sliceOf(text, sharedMemory.range);
    const instead = smaller(word);
    return instead === undefined ? undefined : { what: `${word} → ${instead}`, changes: [replaceAt(sharedMemory.range, instead)] };
  },
};

/** The container's default in the words of Kubernetes, compose and the others; a mount moved elsewhere. */
function smaller(word: string): string | undefined {
  if (/^\d+(\.\d+)?[KMGT]i$/.test(word)) return "64Mi";
  if (/^\d+(\.\d+)?\s?[kmgKMG][bB]?$/.test(word)) return /[bB]$/.test(word) ? word.replace(/^[\d.]+/, "64").replace(/[gG]/, "M") : "64m";
  if (/^\/dev\/shm\/?$/.test(word)) return "/dev/other";
  if (word === "host") return "private";
  return word === "true" ? "false" : undefined;
}

const requestDiffers: Mutation = {
  name: "GPU request other than the limit",
  refusal: "Kubernetes: requests of extended resources equal their limits",
  expected: ["gpu-limit-request"],
  make({ pool, text }) {
    const { gpuRequest, gpusPerNode } = pool.hardware;
    if (!gpuRequest || gpuRequest.value !== gpusPerNode?.value) return undefined;
    const change = replaceNumber(text, gpuRequest, gpuRequest.value + 1);
    return change && { what: `request ${gpuRequest.value} → ${gpuRequest.value + 1}`, changes: [change] };
  },
};

const oneWord: Mutation = {
  name: "flag and value in one list item",
  refusal: "argparse: unrecognized arguments",
  expected: ["one-word"],
  make({ pool, text }) {
    const { site } = pool.engine;
    if (site?.style !== "block-list" && site?.style !== "flow-list") return undefined;
    const lines = new LineMap(text);
    for (const flag of pool.engine.flags.values()) {
      const value = flag.known ? plainValueRange(text, flag) : undefined;
      if (!value) continue;
      const between = { start: flag.flagRange.end, end: value.start };
      if (lines.span(between).end >= lines.span(between).start && sliceOf(text, between) === "=")
        return { what: `${flag.spelled} and its value`, changes: [replaceAt(between, " ")] };
    }
    return undefined;
  },
};

const conflictMarkers: Mutation = {
  name: "conflict markers",
  refusal: "YAML: no reader takes the document",
  expected: ["conflict-markers"],
  make({ deployment }) {
    const { line } = deployment.anchor.start;
    const at = { line, character: 0 };
    return {
      what: `markers above line ${line + 1}`,
      changes: [replaceAt({ start: at, end: at }, "<<<<<<< HEAD\n=======\n>>>>>>> main\n")],
    };
  },
};

/** What Kubernetes, the container's runtime or the file itself get wrong. */
export const podMutations: readonly Mutation[] = [sharedMemoryGone, requestDiffers, oneWord, conflictMarkers];
