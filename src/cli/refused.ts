import { type Message, plain } from "../deployment/message.ts";
import type { MemoryPlan } from "../memory/plan.ts";
import type { Severity } from "../rules/rule.ts";
import type { CaseError } from "./cases.ts";
import { refusalWords } from "./output/memory-text.ts";

interface Judged {
  readonly code: string;
  readonly severity: Severity;
  readonly message: Message | string;
}

/**
 * Why a deployment has no speed at all: its layout is one that no kernel can run (heads that cannot be split), or it does not fit. Other
 * refusals to start are told beside the figures.
 */
export function refusedOf(plans: readonly MemoryPlan[], findings: readonly Judged[]): CaseError | undefined {
  const impossible = findings.find(({ code, severity }) => code === "heads-divisible" && severity === "error");
  if (impossible) {
    const { message } = impossible;
    return { code: "will-not-start", rule: impossible.code, message: typeof message === "string" ? message : plain(message) };
  }
  const refused = plans.find((plan) => !plan.fits);
  return refused && { code: "does-not-fit", message: refusalWords(refused) };
}
