import { withMemory } from "../../deployment/write-calibration.ts";
import { type LoggedDeployment, loggedDeployment } from "../../live/starts/logged-deployment.ts";
import { type Exit, exits, usage } from "../exit.ts";
import { startLogOption } from "../input/start-log-option.ts";
import type { Subject } from "../input/subjects.ts";
import { type KeptPart, keptCalibration } from "../kept-calibration.ts";
import { inspectJson } from "../output/inspect-json.ts";
import { inspectText } from "../output/inspect-text.ts";
import { startJson } from "../output/start-json.ts";
import { startText } from "../output/start-text.ts";
import type { Session } from "../session.ts";

interface LogOptions {
  readonly format: "text" | "json";
  readonly calibrate?: boolean;
}

/** `inspect PATH --log FILE`: one deployment with the start that its engine logged beside the prediction. */
export function inspectLog(path: string, subjects: readonly Subject[], { format, calibrate = false }: LogOptions, session: Session): Exit {
  const found = subjects.flatMap((subject) => subject.analysis.deployments.map((deployment) => ({ subject, deployment })));
  const [one, ...more] = found;
  if (!one) throw usage("--log needs a deployment to be laid beside, and nothing that was read holds one.");
  if (more.length > 0) {
    const names = found.map(({ deployment }) => deployment.deployment.id).join(", ");
    throw usage(`The log is of one deployment, and ${found.length} were read: choose with --deployment. There are ${names}.`);
  }
  const log = startLogOption(path);
  const { subject, deployment } = one;
  const { settled } = deployment;
  const date = new Date().toISOString().slice(0, 10);
  const logged = settled && loggedDeployment(log, settled, deployment.deployment.model?.value.name ?? null, date);
  const isFile = subject.input.kind === "file";
  if (calibrate && !isFile) throw usage("--calibrate keeps figures beside a file; what was read is none.");
  const kept = logged && isFile ? keptCalibration(subject.input.place, deployment.deployment.id, memoryPart(logged), calibrate) : null;
  const json = inspectJson(deployment, subject.catalog);
  const { paint } = session.terminal;
  session.terminal.write(
    format === "json"
      ? `${JSON.stringify({
          version: 1,
          files: [
            {
              path: subject.input.path,
              formats: subject.analysis.formats,
              deployments: [{ ...json, log: startJson(path, log, logged, kept) }],
            },
          ],
        })}\n`
      : `${paint("underline", subject.input.path)}\n${inspectText(deployment, json, paint)}${startText(path, log, logged, kept, paint)}`,
  );
  return calibrate && kept?.written !== true ? exits.unusable : exits.ok;
}

function memoryPart({ measured }: LoggedDeployment): KeptPart {
  if (measured.problem) return measured;
  const { memory, evidence } = measured;
  return { into: (existing, owner) => withMemory(existing, { ...owner, memory, evidence }) };
}
