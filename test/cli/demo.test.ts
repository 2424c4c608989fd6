import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMetrics } from "../../src/live/page/metrics-text.ts";
import { bundledCli, type Cli } from "./support.ts";

let cli: Cli;
beforeAll(async () => {
  cli = await bundledCli();
});
afterAll(() => cli.dispose());

/** Plays until `use` is done with its address. */
async function played<Result>(args: readonly string[], use: (url: string) => Promise<Result>): Promise<Result> {
  const child = cli.start(["demo", "--port", "0", ...args]);
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stdout?.on("data", (part) => {
        said += String(part);
        const found = /at (http:\S+)\/metrics/.exec(said)?.[1];
        if (found) resolve(found);
      });
      child.stderr?.on("data", (part) => {
        said += String(part);
      });
      child.once("exit", () => reject(new Error(said)));
    });
    return await use(url);
  } finally {
    child.removeAllListeners("exit");
    child.kill();
  }
}

describe("demo", () => {
  it("looks like the server, release and engines that were asked for", { timeout: 60_000 }, async () => {
    const args = ["--server", "sglang", "--engine-version", "0.5.23", "--engines", "2"];
    const [page, info] = await played(args, async (url) => [
      parseMetrics(await (await fetch(`${url}/metrics`)).text()),
      await (await fetch(`${url}/server_info`)).json(),
    ]);
    expect(page.families.get("sglang:num_running_reqs")?.samples.map(({ labels }) => labels.dp_rank)).toEqual(["0", "1"]);
    expect(info).toMatchObject({ version: "0.5.23", dp_size: 2, model_path: "meta-llama/Llama-3.3-70B-Instruct" });
  });

  it("differs from its file where told to, and says so", { timeout: 60_000 }, async () => {
    const blocks = (args: readonly string[]) =>
      played(args, async (url) => {
        const page = parseMetrics(await (await fetch(`${url}/metrics`)).text());
        return Number(page.families.get("vllm:cache_config_info")?.samples[0]?.labels.num_gpu_blocks);
      });
    const whole = await blocks([]);
    expect(await blocks(["--inject", "half-kv,double-rate"])).toBe(Math.floor(whole / 2));
  });

  it.each([
    [["--inject", "gremlins"], "No such difference: gremlins. There are half-kv"],
    [["--fault", "gremlins"], "No such fault: gremlins. There are hang"],
    [["--server", "sglang", "--engine-version", "0.3.0"], "The demo speaks as SGLang 0.4 or newer"],
    [["--engines", "100"], "Engines must be 1 to 64"],
  ])("refuses %j in words", { timeout: 60_000 }, async (args, words) => {
    const { code, stderr } = await cli.run(["demo", "--port", "0", ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
  });
});
