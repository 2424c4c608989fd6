import { type Batch, emptyBatch, type StepModel } from "../../../timing/step-model.ts";
import type { BorrowedBlocks } from "./borrowed-blocks.ts";

/** What instances exchange for contexts that lie elsewhere. */
export interface AttentionLink {
  readonly bytesPerSecond: number;
  /** Of one message. */
  readonly latencySeconds: number;
  /** Of a token's query in one layer, and of what comes back: largest score, sum and partial output. */
  readonly queryBytes: number;
  /** Keys and values of a token in all layers. */
  readonly tokenBytes: number;
  readonly layers: number;
}

/**
 * Seconds of a step where parts of its contexts lie on other instances, as DistAttention computes it (arXiv 2401.02669, section 4): who
 * holds a part computes attention over it and sends the partial result, which is merged exactly; so a layer's attention lasts as long as
 * the longer of its parts, plus a message each way. Who lends does that work in its own steps. Keys and values of a prompt that go straight
 * to another instance are written over the same link.
 */
export class RemoteAttention {
  private readonly asked: Batch = emptyBatch();

  constructor(
    private readonly model: StepModel,
    private readonly blocks: BorrowedBlocks,
    private readonly link: AttentionLink,
  ) {}

  stageSeconds(batch: Batch, stage: number): number {
    const { model, blocks } = this;
    if (blocks.borrowed === 0 && blocks.lentTokens === 0) return model.stageSeconds(batch, stage);
    const context = batch.decodeContext;
    const remote = Math.min(blocks.remoteTokens, Math.max(0, context - batch.decodeSequences));
    batch.decodeContext = context - remote;
    const own = model.stageSeconds(batch, stage);
    batch.decodeContext = context;
    const seconds = own + this.attentionSeconds(blocks.lentTokens, stage);
    return blocks.borrowed === 0 ? seconds : seconds + this.waitSeconds(batch, remote, stage) + this.exchangeSeconds(batch, remote);
  }

  /** How much longer the busiest of the others takes for its part than this one for its own. */
  private waitSeconds(batch: Batch, remote: number, stage: number): number {
    const { remoteTokens, mostRemoteTokens } = this.blocks;
    const most = remote * (mostRemoteTokens / remoteTokens);
    const local = batch.decodeContext - remote - batch.decodeSequences;
    return Math.max(0, this.attentionSeconds(most, stage) - this.attentionSeconds(local, stage));
  }

  private exchangeSeconds(batch: Batch, remote: number): number {
    const { blocks, link, model } = this;
    const answers = remote > 0 ? Math.min(blocks.debtors, batch.decodeSequences) : 0;
    // A prompt whose blocks lie elsewhere asks with every token of its chunk, and writes them there.
    const prompt = blocks.remoteTokens > remote ? batch.prefillTokens : 0;
    const layers = link.layers / model.stages;
    const queries = (answers + prompt) * layers * link.queryBytes;
    const written = (prompt * link.tokenBytes) / model.stages;
    return 2 * layers * link.latencySeconds + (queries + written) / link.bytesPerSecond;
  }

  /** Of attention over so many tokens of context. */
  private attentionSeconds(tokens: number, stage: number): number {
    if (tokens <= 0) return 0;
    const { asked, model } = this;
    asked.tokens = 1;
    asked.decodeSequences = 1;
    asked.decodeContext = tokens + 1;
    const withContext = model.stageSeconds(asked, stage);
    asked.decodeContext = 1;
    return withContext - model.stageSeconds(asked, stage);
  }
}
