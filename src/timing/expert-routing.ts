import type { SettledPool } from "../deployment/settled.ts";

/** Whether a pool tells how its experts are asked, or evens that out: else it is as uneven as the kernels' measurements. */
export function tellsRouting({ expertLoad, settings }: Pick<SettledPool, "expertLoad" | "settings">): boolean {
  return expertLoad !== undefined || settings.expertsBalanced !== undefined;
}
