import { loadPart } from "./loading.ts";
import type { Measurement } from "./measure.ts";
import { checkPart, sniffPart } from "./reading.ts";
import { simulatePart, wallPart } from "./simulating.ts";

const parts: Readonly<Record<string, () => readonly Measurement[]>> = {
  load: loadPart,
  check: checkPart,
  sniff: sniffPart,
  simulate: simulatePart,
  wall: wallPart,
};

const part = parts[process.argv[2] ?? ""];
if (!part) throw new Error(`Parts: ${Object.keys(parts).join(", ")}`);
process.stdout.write(JSON.stringify(part()));
