import { duration, figure, percent } from "../../catalog/quantity.ts";
import { type Message, message } from "../../deployment/message.ts";
import type { MeasuredSteps } from "./benchmarked-deployment.ts";

/** What correction explains the loads, in a sentence or two, or why none does. */
export function correctionWords(measured: MeasuredSteps): readonly Message[] {
  if (measured.problem) return [measured.problem];
  const { correction, band } = measured.timing;
  const { device, host, requestSeconds } = correction;
  const steps =
    device === host
      ? message("Corrected: steps × {0}, within ± {1}", figure(device), percent(band))
      : message("Corrected: GPU × {0} and host × {1}, within ± {2}", figure(device), figure(host), percent(band));
  return requestSeconds === null ? [steps] : [steps, message("a request spends {0} outside its steps", duration(requestSeconds))];
}
