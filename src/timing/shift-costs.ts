const us = 1e-6;

/**
 * ArcticInference's own ways, fitted on what its authors publish of Llama-70B in FP8 on eight H200 as DP 8, TP 8, SP 8 and Shift
 * (arXiv 2509.16495): what an all-to-all of Ulysses takes beyond the exchange itself, and choosing the layout of a step.
 */
export const ulyssesExchangeSeconds = 50 * us;
export const shiftStepSeconds = 500 * us;
