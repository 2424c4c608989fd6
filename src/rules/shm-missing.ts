import { figure } from "../catalog/quantity.ts";
import { addSharedMemory } from "../deployment/edit.ts";
import { message } from "../deployment/message.ts";
import { finding } from "./finding.ts";
import { layoutWords, ranksOf } from "./layout.ts";
import { flagOf, placeOf } from "./place.ts";
import { type Fix, laidOutEngines, type Rule } from "./rule.ts";

const code = "shm-missing";
/** The container default. */
const containerDefault = 64 * 2 ** 20;

export const shmMissing: Rule = {
  code,
  severity: "warning",
  summary: "Several GPUs of one container talk through /dev/shm, which has the container's default of 64 MiB.",
  facts: ["reported failures"],
  engines: laidOutEngines,
  check({ deployment, pool }) {
    const { hardware, engine } = pool;
    const ranks = ranksOf(engine.parallel);
    const shared = hardware.sharedMemory?.value;
    // One process drives the TPU chips of a host, without NCCL.
    if (hardware.resource === "google.com/tpu") return [];
    if (!ranks || ranks.tensor * ranks.sequence * ranks.pipeline <= 1) return [];
    if (typeof shared === "string" || (shared !== undefined && shared > containerDefault)) return [];
    // One GPU a node leaves nobody to share memory with.
    if (hardware.gpusPerNode?.value === 1 && (hardware.nodes?.value ?? 1) > 1) return [];
    const flag = flagOf(pool, "tensor-parallel-size");
    const mount: Fix | undefined =
      hardware.sharedMemorySites.length > 0
        ? {
            title:
              deployment.format === "docker-compose"
                ? message("Give the service shared memory")
                : message("Mount a memory volume at /dev/shm"),
            edits: addSharedMemory(pool),
            preferred: true,
          }
        : undefined;
    return [
      finding(
        code,
        "warning",
        placeOf(deployment, engine.parallel.tensor, flag),
        shared === undefined
          ? message(
              '{0} passes data through /dev/shm, which has the container default of 64 MiB. NCCL often fails: "Error while creating shared memory segment".',
              layoutWords(ranks),
            )
          : message(
              '{0} passes data through /dev/shm, which has only {1} MiB. NCCL often fails: "Error while creating shared memory segment".',
              layoutWords(ranks),
              figure(shared / 2 ** 20),
            ),
        { related: [{ range: hardware.sharedMemory?.range, message: message("shared memory is sized here") }], fixes: [mount] },
      ),
    ];
  },
};
