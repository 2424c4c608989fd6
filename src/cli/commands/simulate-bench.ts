import { withTiming } from "../../deployment/write-calibration.ts";
import { type BenchmarkedDeployment, benchmarkedDeployment } from "../../live/bench/benchmarked-deployment.ts";
import { simulate } from "../../simulation/simulate.ts";
import { missingError } from "../cases.ts";
import { type Exit, exits, usage } from "../exit.ts";
import { benchOption } from "../input/bench-option.ts";
import type { Subject } from "../input/subjects.ts";
import { type KeptPart, keptCalibration } from "../kept-calibration.ts";
import { benchJson } from "../output/bench-json.ts";
import { benchText } from "../output/bench-text.ts";
import { refusalWords } from "../output/memory-text.ts";
import { withProgress } from "../progress.ts";
import type { Session } from "../session.ts";
import type { NamedOutcome } from "./outcomes.ts";
import { exitFor, tellOutcomes } from "./outcomes.ts";

interface BenchOptions {
  readonly format: "text" | "json";
  readonly seed: number;
  readonly calibrate?: boolean;
}

/** `simulate PATH --bench FILE…`: one deployment under the loads of a benchmark, predicted beside measured. */
export async function simulateBench(
  paths: readonly string[],
  subjects: readonly Subject[],
  { format, seed, calibrate = false }: BenchOptions,
  session: Session,
): Promise<Exit> {
  const found = subjects.flatMap((subject) => subject.analysis.deployments.map((one) => ({ subject, one })));
  const [first, ...more] = found;
  if (!first) throw usage("--bench needs a deployment to be laid beside, and nothing that was read holds one.");
  if (more.length > 0) {
    const names = found.map(({ one }) => one.deployment.id).join(", ");
    throw usage(`The benchmark is of one deployment, and ${found.length} were read: choose with --deployment. There are ${names}.`);
  }
  const { subject, one } = first;
  const { deployment, settlement, settled, memory } = one;
  const files = benchOption(paths);
  const tell = (outcome: NamedOutcome): Exit => {
    tellOutcomes([outcome], format, subjects, session);
    return exitFor([outcome], false);
  };
  const name = deployment.id;
  if (!settled) return tell({ name, error: missingError(settlement.missing ?? []) });
  const refused = memory.find((plan) => !plan.fits);
  if (refused) return tell({ name, error: { code: "does-not-fit", message: refusalWords(refused) } });
  const isFile = subject.input.kind === "file";
  if (calibrate && !isFile) throw usage("--calibrate keeps figures beside a file; what was read is none.");
  const compared = await benchmarkedDeployment(files.loads, {
    deployment,
    settled,
    source: "bench",
    date: new Date().toISOString().slice(0, 10),
    version: null,
    simulate: async (pools, workload) =>
      withProgress(name, session.terminal, (control) => simulate(pools, memory, workload, seed, control).report?.summary),
  });
  const kept = isFile ? keptCalibration(subject.input.place, name, timingPart(compared), calibrate) : null;
  const { paint } = session.terminal;
  tell({
    name,
    json: { benchmark: benchJson(compared, files.problems, kept) },
    text: () => benchText(name, compared, { files, kept, paint }),
  });
  return calibrate && kept?.written !== true ? exits.unusable : exits.ok;
}

function timingPart({ measured }: BenchmarkedDeployment): KeptPart {
  if (measured.problem) return measured;
  const { timing } = measured;
  return { into: (existing, owner) => withTiming(existing, { ...owner, timing }) };
}
