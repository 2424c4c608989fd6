import { Anatomy } from "./anatomy.ts";
import type { OperatorShare } from "./operators/operator.ts";
import { type Batch, emptyBatch, type Operator, type StepBreakdown, type StepModel } from "./step-model.ts";

/** Passes of the drafter in one step, and the tokens that a sequence has in each behind the first. */
export interface Passes {
  readonly passes: number;
  readonly width: number;
  /** What the GPU waits for between them, in seconds. */
  readonly between: number;
}

/**
 * Steps in which a drafter of its own works behind the model, on the last stage: its first pass reads what the model has just computed,
 * prompts included, each further one the token before.
 */
export function draftedSteps(target: StepModel, drafter: StepModel, { passes, width, between }: Passes): StepModel {
  const scratch = emptyBatch();
  const last = target.stages - 1;
  const first = (batch: Batch): Batch => {
    Object.assign(scratch, batch);
    // Logits are asked for once a sequence.
    scratch.draftTokens = 0;
    scratch.draftSequences = 0;
    return scratch;
  };
  const further = ({ draftSequences, decodeSequences, decodeContext }: Batch): Batch => {
    const share = decodeSequences > 0 ? draftSequences / decodeSequences : 0;
    scratch.tokens = draftSequences * width;
    scratch.prefillTokens = 0;
    scratch.prefillChunks = 0;
    scratch.prefillPairs = 0;
    scratch.prefillContext = 0;
    scratch.decodeSequences = draftSequences;
    scratch.decodeContext = decodeContext * share;
    scratch.draftTokens = 0;
    scratch.draftSequences = 0;
    scratch.meanTokens = 0;
    return scratch;
  };
  const onDevice = (batch: Batch): number => drafter.stageSeconds(batch, 0) - drafter.hostSeconds(batch, 0);
  const works = (batch: Batch): boolean => batch.draftSequences > 0 || batch.prefillTokens > 0;
  /** Sums over the drafter's passes of what its model says of each. */
  const overPasses = (batch: Batch, of: (pass: Batch) => number): number => {
    if (!works(batch)) return 0;
    const once = of(first(batch));
    return batch.draftSequences > 0 && passes > 1 ? once + (passes - 1) * of(further(batch)) : once;
  };
  const hostSeconds = ({ draftSequences }: Batch): number => (draftSequences > 0 ? passes * between : 0);
  const draftSeconds = (batch: Batch): number => overPasses(batch, onDevice) + hostSeconds(batch);
  const breakdown = (batch: Batch): StepBreakdown => {
    const { seconds, total } = target.breakdown(batch);
    const added = (operator: Operator): number =>
      operator === "host"
        ? seconds.host + hostSeconds(batch)
        : seconds[operator] + overPasses(batch, (pass) => drafter.breakdown(pass).seconds[operator]);
    return {
      seconds: {
        matrix: added("matrix"),
        "prefill-attention": added("prefill-attention"),
        "decode-attention": added("decode-attention"),
        collectives: added("collectives"),
        host: added("host"),
      },
      total: total + draftSeconds(batch),
    };
  };
  const anatomy = (batch: Batch): readonly OperatorShare[] => {
    const whole = new Anatomy();
    for (const share of target.anatomy(batch)) whole.add(share);
    if (!works(batch)) return whole.shares;
    whole.add({ operator: "host", seconds: hostSeconds(batch), flops: 0, bytes: 0, basis: "analytical" });
    addTimes(whole, drafter.anatomy(first(batch)), 1);
    if (batch.draftSequences > 0 && passes > 1) addTimes(whole, drafter.anatomy(further(batch)), passes - 1);
    return whole.shares;
  };
  return {
    stages: target.stages,
    mode: (tokens) => target.mode(tokens),
    stageSeconds: (batch, stage) => target.stageSeconds(batch, stage) + (stage === last ? draftSeconds(batch) : 0),
    hostSeconds: (batch, stage) => target.hostSeconds(batch, stage) + (stage === last ? hostSeconds(batch) : 0),
    transferSeconds: (batch) => target.transferSeconds(batch),
    stepSeconds: (batch) => target.stepSeconds(batch) + draftSeconds(batch),
    breakdown,
    anatomy,
    requestSeconds: target.requestSeconds,
    promptTokenSeconds: target.promptTokenSeconds,
    frontEnd: target.frontEnd,
    peakFlops: target.peakFlops,
    peakBytesPerSecond: target.peakBytesPerSecond,
    flops: (batch) => target.flops(batch) + overPasses(batch, (pass) => drafter.flops(pass)),
    bytes: (batch) => target.bytes(batch) + overPasses(batch, (pass) => drafter.bytes(pass)),
    basis: target.basis,
    band: target.band,
    firstTokenBand: target.firstTokenBand,
  };
}

function addTimes(whole: Anatomy, shares: readonly OperatorShare[], times: number): void {
  for (const { operator, seconds, flops, bytes, basis } of shares)
    if (operator !== "host") whole.add({ operator, seconds: times * seconds, flops: times * flops, bytes: times * bytes, basis });
}
