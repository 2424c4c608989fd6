import { plain } from "../../deployment/message.ts";
import type { LoggedDeployment } from "../../live/starts/logged-deployment.ts";
import type { StartLog } from "../../live/starts/start-log.ts";
import type { Kept } from "../kept-calibration.ts";

/** `log` of interfaces.md: what a log tells of its last start, beside the prediction. Bytes are whole, lines count from zero. */
export function startJson(path: string, log: StartLog, logged: LoggedDeployment | undefined, kept: Kept | null) {
  return {
    path,
    engine: log.engine,
    engineVersion: log.engineVersion,
    model: log.model,
    outcome: log.outcome,
    refusal: log.refusal,
    line: log.line,
    cut: log.cut,
    settings: Object.fromEntries(Object.entries(log.settings).map(([name, { value }]) => [name, value])),
    ranks: log.ranks.map(({ label, stage, figures }) => ({ label, stage, ...values(figures) })),
    tightest: log.tightest,
    cache: values(log.cache),
    conflicts: log.conflicts,
    earlier: log.earlier,
    comparison: logged ? comparisonJson(logged) : null,
    calibration: kept,
  };
}

function values(figures: Readonly<Record<string, { readonly value: number } | undefined>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(figures).flatMap(([name, figure]) => (figure ? [[name, figure.value] as const] : [])));
}

function comparisonJson({ pool, comparison: { rank, rows, settings, outcome } }: LoggedDeployment) {
  return {
    pool,
    rank,
    rows: rows.map(({ part, unit, predicted, logged, difference, share, verdict, why, line }) => ({
      part,
      unit,
      predicted,
      logged,
      difference,
      share,
      verdict,
      why: why && plain(why),
      line,
    })),
    settings,
    outcome: { logged: outcome.logged, predictedRefusal: outcome.predictedRefusal, agree: outcome.agree },
  };
}
