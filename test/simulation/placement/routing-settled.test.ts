import { expect, test } from "vitest";
import { readCase } from "../../../src/deployment/case.ts";
import { settle } from "../../../src/deployment/settle.ts";
import { memoryPlan } from "../../../src/memory/memory-plan.ts";
import { routingOf } from "../../../src/simulation/placement/router.ts";
import { simulate } from "../../../src/simulation/simulate.ts";
import { testCatalog } from "../../support/catalog.ts";

const catalog = testCatalog();

function ttft(routing: string | null): number {
  const value = {
    id: "r",
    deployment: { engineVersion: "0.19.0", model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100", routing, pools: [{ instances: 4 }] },
  };
  const { deployment } = readCase(value, { catalog });
  const { settled } = deployment ? settle(deployment, catalog) : {};
  if (!settled) throw new Error("not settled");
  const plans = settled.pools.map((pool) => memoryPlan(settled.model, pool));
  const { report, error } = simulate(settled, plans, { kind: "offline", requests: 64, promptTokens: 1000, outputTokens: 8 }, 1);
  if (!report) throw new Error(error?.message);
  return report.summary.ttftSeconds?.mean ?? Number.NaN;
}

test("the cores behind one server share requests as their engine has them", () => {
  const cores = (["vllm", "sglang", "tensorrt-llm"] as const).map((engine) => routingOf({ engine, pools: [] }).cores);
  expect(cores).toEqual(["least-requests", "round-robin", "least-requests"]);
});

// 64 prompts of 1,000 tokens over four engines: even shares of 16 end before uneven ones that chance makes.
test("what a case says of routing reaches the run", () => {
  expect(ttft("round-robin")).toBeLessThan(ttft("random"));
  expect(ttft("least-requests")).toBeLessThanOrEqual(ttft("random"));
  expect(ttft(null)).toBe(ttft("random"));
});
