type Settings = Readonly<Record<string, string | number | boolean>>;

const twoCards: Settings = {
  "enable-prefix-caching": true,
  "speculative-config": '{"method":"mtp","num_speculative_tokens":3}',
};

/** What a start's own source states and the table has no column for, by its address. */
export const furtherSettings: Readonly<Record<string, Settings>> = {
  "github.com/noonghunna/club-3090/issues/612": { "enable-prefix-caching": true },
  "github.com/noonghunna/club-3090/issues/294": twoCards,
  "github.com/noonghunna/club-3090/issues/295": twoCards,
  // Started as LLM(…), whose default batch on such a card is twice that of a server.
  "github.com/vllm-project/vllm/issues/44376": { "enable-prefix-caching": true, "block-size": 256, "max-num-batched-tokens": 16_384 },
};
