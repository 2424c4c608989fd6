/** How long layers remember a token. */
export type Span =
  | { readonly kind: "context" }
  /** Tokens that stay: the window's and those in flight (VM10). */
  | { readonly kind: "window"; readonly tokens: number }
  /** Tokens of a chunk and those in flight. */
  | { readonly kind: "chunk"; readonly tokens: number }
  /** A fixed number of states, however long the sequence (VM12). */
  | { readonly kind: "states"; readonly count: number }
  /** A state for each block of tokens, and those of drafted tokens. */
  | { readonly kind: "every-state"; readonly drafted: number };

/** Layers that share one table of blocks. */
export interface KvGroup {
  readonly span: Span;
  /** Groups that are alike. */
  readonly times: number;
  /** Tokens of one of its blocks. */
  readonly blockTokens: number;
  /** Bytes of one of its blocks over the layers of a group. */
  readonly bytes: number;
}

/** KV cache of one rank: layers in groups that take blocks from one pool (RULES VM08–VM14). */
export interface KvShape {
  readonly groups: readonly KvGroup[];
  /** Bytes that the pool gives for one block. */
  readonly blockBytes: number;
  /** Tokens of a block as the engine's configuration ends up with; groups of small entries take more, windows of their own fewer. */
  readonly blockTokens: number;
  /** Bytes that one further token takes over all layers that keep it. */
  readonly bytesPerToken: number;
  /** The same with the numbers put in. */
  readonly tokenFormula: string;
  /** Ranks that share the tokens of one sequence. */
  readonly contextRanks: number;
  readonly start: StartCheck;
}

/** How the engine sees at its start whether one request of max-model-len fits (VM07). */
export interface StartCheck {
  readonly groups: readonly KvGroup[];
  /** All groups count, or only the one that needs the least. */
  readonly counts: "all" | "least";
  /** Bytes of the pool that the check leaves out. */
  readonly spareBytes: number;
}

/** Blocks of a group that a sequence of so many tokens holds at most (VM09, VM10, VM12). */
function blocksOf({ span, blockTokens }: KvGroup, tokens: number, contextRanks: number): number {
  switch (span.kind) {
    case "context":
      return Math.ceil(Math.ceil(tokens / contextRanks) / blockTokens);
    case "window":
      // One more, as the window may begin inside a block.
      return Math.ceil(Math.min(span.tokens, tokens) / blockTokens) + 1;
    case "chunk":
      return Math.ceil(Math.min(span.tokens, tokens) / blockTokens);
    case "states":
      return span.count;
    case "every-state":
      return Math.ceil(tokens / blockTokens) + span.drafted;
    default: {
      const never: never = span;
      return never;
    }
  }
}

/** Blocks of the pool that one sequence of `tokens` takes (VM14); groups whose blocks are smaller than the first's count by their bytes. */
export function blocksNeeded({ groups, contextRanks }: KvShape, tokens: number): number {
  const first = groups[0]?.bytes ?? 0;
  if (first <= 0) return 0;
  return Math.ceil(groups.reduce((sum, group) => sum + (group.times * blocksOf(group, tokens, contextRanks) * group.bytes) / first, 0));
}

/** Bytes of one sequence of `tokens`, as the start check counts them (VM07). */
export function bytesNeeded({ start, contextRanks }: KvShape, tokens: number): number {
  const bytes = start.groups.map((group) => group.times * blocksOf(group, tokens, contextRanks) * group.bytes);
  if (start.counts === "all") return bytes.reduce((sum, part) => sum + part, 0);
  return bytes.length > 0 ? Math.min(...bytes) : 0;
}

/** Blocks that these bytes give. */
export function poolBlocks({ blockBytes }: KvShape, kvBytes: number): number {
  return blockBytes > 0 ? Math.max(0, Math.floor(kvBytes / blockBytes)) : 0;
}

/** Whether the start check lets a sequence of `tokens` pass with these bytes. */
export function fitsAtStart(shape: KvShape, kvBytes: number, tokens: number): boolean {
  return bytesNeeded(shape, tokens) <= kvBytes - shape.start.spareBytes;
}

const longest = 2 ** 31;

/** Longest sequence that the start check lets pass, found as the engine does by halving; 0 where not one token fits. */
export function longestSequence(shape: KvShape, kvBytes: number): number {
  let fits = 0;
  let over = longest;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (fitsAtStart(shape, kvBytes, middle)) fits = middle;
    else over = middle;
  }
  return fits;
}
