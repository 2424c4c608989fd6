import type { MeasuredRun } from "../../catalog/measured-runs.ts";
import { figure, whole } from "../../catalog/quantity.ts";
import { engineNames } from "../../deployment/engine-names.ts";
import { type Message, message } from "../../deployment/message.ts";
import { poolsWords } from "./differences.ts";
import { runPoint } from "./serving-point.ts";

/** `vLLM 0.12.0 · Qwen3-32B · fp8 · TP 2 · H100-SXM5-80GB`: names alone, alike in every language. */
export function runTitle(run: MeasuredRun): string {
  const { engine, version, model, quantization, gpu } = run.setup;
  const server = [engineNames[engine], version].filter((part) => part !== null).join(" ");
  const name = model.id.split("/").at(-1) ?? model.id;
  return [server, name, quantization, poolsWords(runPoint(run).pools), gpu.id].filter((part) => part !== null).join(" · ");
}

/** The load under which it was measured. */
export function runLoad({ promptTokens, outputTokens, concurrency, ratePerSecond }: MeasuredRun): Message {
  const prompt = promptTokens === null ? "?" : whole(promptTokens);
  const output = whole(outputTokens);
  if (concurrency !== null) return message("{0} prompt and {1} output tokens, {2} requests at once", prompt, output, whole(concurrency));
  if (ratePerSecond !== null)
    return message("{0} prompt and {1} output tokens, {2} requests a second", prompt, output, figure(ratePerSecond));
  return message("{0} prompt and {1} output tokens, all queued at once", prompt, output);
}
