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
  "public log of 2026-06-10 14:41": { "block-size": 128 },
  "public log of 2026-04-23 22:37": { "enable-prefix-caching": true },
  "public log of 2026-04-19 15:30": {
    "enable-prefix-caching": true,
    "speculative-config": '{"method":"eagle","model":"RedHatAI/gemma-4-26B-A4B-it-speculator.eagle3","num_speculative_tokens":3}',
  },
  "public log of 2026-03-01 11:10": { "enable-prefix-caching": true, "disable-custom-all-reduce": true },
  "public log of 2026-02-12 19:46": { "disable-custom-all-reduce": true },
  // Started as LLM(…), whose default batch on such a card is twice that of a server.
  "github.com/vllm-project/vllm/issues/44376": { "enable-prefix-caching": true, "block-size": 256, "max-num-batched-tokens": 16_384 },
};
