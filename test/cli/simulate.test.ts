import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { duration } from "../../src/catalog/quantity.ts";
import { at, bundledCli, type Cli, lines, members } from "./support.ts";

let cli: Cli;
let folder: string;
beforeAll(async () => {
  cli = await bundledCli();
  folder = mkdtempSync(join(tmpdir(), "inference-lens-simulate-"));
});
afterAll(() => {
  cli.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const quantiles = ["mean", "p50", "p90", "p95", "p99"];

async function simulated(args: readonly string[]): Promise<unknown> {
  const { stdout, stderr, code } = await cli.run(["simulate", "--format", "json", ...args]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

describe("simulate --format json", () => {
  it("holds every member of the interface, with the deployment's name as id", async () => {
    const json = await simulated(["fits.yaml", "--requests", "200", "--rate", "5"]);
    expect(members(json)).toEqual(["cases", "version"]);
    expect(at(json, "version")).toBe(1);
    const one = at(json, "cases", 0);
    expect(at(one, "id")).toBe("llama-8b");
    const summary = at(one, "summary");
    for (const name of ["ttftSeconds", "tpotSeconds", "itlSeconds", "e2eSeconds", "queueSeconds"]) {
      expect(members(at(summary, name))).toEqual([...quantiles].sort());
      expect(Number(at(summary, name, "p99"))).toBeGreaterThanOrEqual(Number(at(summary, name, "p50")));
    }
    expect(at(summary, "requests")).toBe(200);
    for (const name of [
      "durationSeconds",
      "requestsPerSecond",
      "outputTokensPerSecond",
      "totalTokensPerSecond",
      "outputTokensPerSecondPerGpu",
      "mfu",
      "mbu",
    ]) {
      expect(Number(at(summary, name))).toBeGreaterThan(0);
    }
    expect(Number(at(summary, "sloAttainment"))).toBeLessThanOrEqual(1);
    expect(Number(at(summary, "goodputRequestsPerSecond"))).toBeGreaterThan(0);
    expect(members(at(summary, "kvCache"))).toEqual(["capacityTokens", "peakUsage", "prefixHitRate"]);
    expect(at(summary, "preemptions")).toBe(0);
    expect(members(at(summary, "shift"))).toEqual(["sequenceSteps", "tensorSteps"]);
    expect(at(one, "confidence", "timing")).toMatch(/measured|interpolated|analytical/);
    expect(at(one, "confidence", "memory")).toMatch(/engine-law|fitted|estimated/);
    expect(Array.isArray(at(one, "warnings"))).toBe(true);
  });

  it("gives each figure its band, or none where it was not asked for", async () => {
    const args = ["fits.yaml", "--requests", "60", "--rate", "4"];
    const summary = at(await simulated(args), "cases", 0, "summary");
    const bands = at(summary, "bands");
    expect(members(bands)).toEqual([
      "e2eSeconds",
      "goodputRequestsPerSecond",
      "outputTokensPerSecond",
      "requestsPerSecond",
      "seeds",
      "sloAttainment",
      "tpotSeconds",
      "ttftSeconds",
    ]);
    for (const name of ["ttftSeconds", "tpotSeconds", "e2eSeconds"])
      for (const quantile of quantiles) {
        const value = Number(at(summary, name, quantile));
        expect(Number(at(bands, name, quantile, 0))).toBeLessThan(value);
        expect(Number(at(bands, name, quantile, 1))).toBeGreaterThan(value);
      }
    expect(at(await simulated([...args, "--no-bands"]), "cases", 0, "summary", "bands")).toBeNull();
  });

  it("names the nearest measured runs with what this build says of them, in JSON, text and page", async () => {
    const json = await simulated(["fits.yaml", "--requests", "50", "--rate", "2"]);
    const nearest = at(json, "cases", 0, "nearestRuns");
    expect(members(at(nearest, 0))).toEqual([
      "concurrency",
      "distance",
      "engine",
      "engineVersion",
      "gpu",
      "measured",
      "model",
      "notPredicted",
      "outputTokens",
      "pools",
      "predicted",
      "promptTokens",
      "ratePerSecond",
      "source",
      "weightQuantization",
      "words",
    ]);
    const page = join(folder, "near.html");
    const { stdout } = await cli.run(["simulate", "fits.yaml", "--requests", "50", "--rate", "2", "--report", page]);
    const text = stdout.slice(stdout.indexOf("Nearest measured runs"));
    for (const said of [text, readFileSync(page, "utf8")]) {
      expect(said).toContain(String(at(nearest, 0, "source")));
      expect(said).toContain("this build");
    }
  });

  it("gives the same bytes for the same seed and others for another", async () => {
    const args = ["simulate", "--format", "json", "fits.yaml", "--requests", "100", "--prompt-tokens", "100-900", "--output-tokens", "50"];
    const [first, again, other] = await Promise.all([cli.run(args), cli.run(args), cli.run([...args, "--seed", "2"])]);
    expect(again.stdout).toBe(first.stdout);
    expect(other.stdout).not.toBe(first.stdout);
  });

  it("takes workloads by name, rate, concurrency, lengths and trace", async () => {
    const closed = await simulated([
      "fits.yaml",
      "--concurrency",
      "4",
      "--prompt-tokens",
      "256",
      "--output-tokens",
      "64",
      "--requests",
      "40",
    ]);
    expect(at(closed, "cases", 0, "workload")).toMatchObject({ requests: 40, promptMean: 256, outputMean: 64, ratePerSecond: null });
    const offline = await simulated(["fits.yaml", "--workload", "code", "--rate", "inf", "--requests", "50"]);
    expect(at(offline, "cases", 0, "workload")).toMatchObject({ name: "code", requests: 50, ratePerSecond: null });
    const trace = join(folder, "trace.csv");
    writeFileSync(trace, "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44\n2023-11-16 18:15:50.99,396,109\n");
    const traced = await simulated(["fits.yaml", "--trace", trace]);
    expect(at(traced, "cases", 0, "workload")).toMatchObject({ name: "trace.csv", requests: 2, promptMean: 385, outputMean: 76.5 });
    const file = join(folder, "own.yaml");
    writeFileSync(file, "kind: open-loop\nratePerSecond: 2\nrequests: 30\npromptTokens: { uniform: [100, 200] }\noutputTokens: 20\n");
    expect(at(await simulated(["fits.yaml", "--workload", file]), "cases", 0, "workload", "requests")).toBe(30);
  });

  it("takes limits from --slo above those of the file", async () => {
    const json = await simulated(["fits.yaml", "--requests", "50", "--rate", "2", "--slo", "ttft=1ms,tpot=50ms"]);
    expect(at(json, "cases", 0, "summary", "sloAttainment")).toBe(0);
    expect(at(json, "cases", 0, "slo", "ttftSeconds")).toBe(0.001);
  });
});

describe("simulate: exit codes", () => {
  it.each([
    ["does not fit", ["overflow.yaml"], 3, "Does not fit"],
    ["GPU unknown", ["two.yaml", "--deployment", "small"], 2, "does not name its GPU"],
    ["no deployment", ["folder/values.yaml"], 2, "no deployment found"],
    ["an unknown workload", ["fits.yaml", "--workload", "poetry"], 2, "poetry"],
    ["a trace that is not there", ["fits.yaml", "--trace", "absent.csv"], 2, "absent.csv does not exist"],
    ["a report of two deployments", ["two.yaml", "--report", "/dev/null/x.html"], 2, "choose one with --deployment"],
    ["a report that cannot be written", ["fits.yaml", "--requests", "5", "--report", "/dev/null/x.html"], 2, "cannot be written"],
    ["paths and cases", ["fits.yaml", "--cases", "-"], 2, "either paths or --cases"],
    ["limits that are none", ["fits.yaml", "--slo", "ttft=fast"], 2, "ttft=500ms"],
    ["a rate that is none", ["fits.yaml", "--rate", "-1"], 2, "above 0"],
    ["lengths that are none", ["fits.yaml", "--prompt-tokens", "many"], 2, "100-900"],
  ])("%s", async (_, args, code, words) => {
    const ran = await cli.run(["simulate", ...args]);
    expect(ran.code).toBe(code);
    expect(ran.stdout + ran.stderr).toContain(words);
  });

  it("answers what does not fit as an error in JSON too", async () => {
    const { stdout, code } = await cli.run(["simulate", "--format", "json", "overflow.yaml"]);
    expect(code).toBe(3);
    expect(at(JSON.parse(stdout), "cases", 0)).toMatchObject({ id: "too-large", error: { code: "does-not-fit" } });
  });
});

describe("simulate: files", () => {
  it("writes a page of its own and each request's times", async () => {
    const page = join(folder, "out.html");
    const csv = join(folder, "out.csv");
    const ran = await cli.run([
      "simulate",
      "fits.yaml",
      "--requests",
      "60",
      "--rate",
      "5",
      "--report",
      page,
      "--requests-out",
      csv,
      "--format",
      "json",
    ]);
    expect(ran.code).toBe(0);
    const summary = at(JSON.parse(ran.stdout), "cases", 0, "summary");
    const html = readFileSync(page, "utf8");
    expect(html.startsWith("<!doctype html>")).toBe(true);
    expect(html.match(/<script|https?:\/\/|src=|@import|url\(/)).toBeNull();
    expect(html.includes("prefers-color-scheme: dark")).toBe(true);
    expect(html.match(/<svg /g)?.length).toBeGreaterThanOrEqual(9);
    // The page's own figures are those of the JSON.
    const ttft = at(summary, "ttftSeconds");
    const cells = ["mean", "p50", "p90", "p95", "p99"].map((name) => `<td>${duration(Number(at(ttft, name)))}</td>`);
    expect(html.includes(`TTFT</th>${cells.join("")}`)).toBe(true);
    const rows = readFileSync(csv, "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(61);
    expect(rows[0]).toMatch(/^request,arrival_seconds,queue_seconds,ttft_seconds/);
    const ttfts = rows.slice(1).map((row) => Number(row.split(",")[3]));
    const mean = ttfts.reduce((sum, value) => sum + value, 0) / ttfts.length;
    expect(mean).toBeCloseTo(Number(at(summary, "ttftSeconds", "mean")), 5);
  });

  it("writes what happened in the run as a trace", async () => {
    const trace = join(folder, "trace.json");
    const ran = await cli.run(["simulate", "fits.yaml", "--requests", "20", "--rate", "5", "--no-bands", "--timeline-out", trace]);
    expect(ran.code).toBe(0);
    const events: unknown = at(JSON.parse(readFileSync(trace, "utf8")), "traceEvents");
    expect(Array.isArray(events) && events.filter((event) => /^request \d+$/.test(String(at(event, "name"))))).toHaveLength(40);
  });

  it("speaks to people in sentences with numbers", async () => {
    const { stdout, code } = await cli.run(["simulate", "fits.yaml", "--requests", "100", "--rate", "5"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Meets its limits: .* of requests within TTFT 500\sms, TPOT 50\.0\sms, 95 % asked for\./);
    expect(stdout).toMatch(/TTFT +[\d.]+\sms/);
  });
});

describe("simulate --cases", () => {
  const deployment = {
    engine: "vllm",
    engineVersion: "0.12.0",
    model: "Qwen/Qwen3-32B",
    gpu: "H100-SXM-80GB",
    pools: [{ parallel: { tensor: 2 } }],
  };
  const workload = {
    kind: "closed-loop",
    concurrency: 8,
    requests: 24,
    warmup: 8,
    promptTokens: { uniform: [820, 1024] },
    outputTokens: 50,
  };

  it("answers each line in order, whatever is wrong with one, and ends with 0", async () => {
    const good = (id: string | number) =>
      JSON.stringify({ id, deployment, workload, slo: { ttftSeconds: 0.5, tpotSeconds: 0.05 }, seed: 1 });
    const input = [
      good("first"),
      "{ broken",
      "",
      good(2),
      JSON.stringify({ id: "no-model", deployment: { gpu: "H100" }, workload }),
      JSON.stringify({ id: "unknown", deployment: { model: "nobody/nothing", gpu: "H100" }, workload }),
      JSON.stringify({ id: "sglang", deployment: { ...deployment, engine: "sglang" }, workload }),
      JSON.stringify({ id: "tgi", deployment: { ...deployment, engine: "tgi" }, workload }),
      JSON.stringify({ id: "misfit", deployment: { ...deployment, gpu: "T4" }, workload }),
      JSON.stringify({ id: "sideways", deployment, workload: { kind: "sideways" } }),
      JSON.stringify({ id: "lengths", deployment, workload: { ...workload, promptTokens: "long" } }),
      JSON.stringify({ id: "none", deployment }),
      "[]",
      good("last"),
    ];
    const file = join(folder, "cases.jsonl");
    writeFileSync(file, input.join("\r\n"));
    const { stdout, code } = await cli.run(["simulate", "--cases", file]);
    expect(code).toBe(0);
    const answers = lines(stdout);
    expect(answers.map((answer) => at(answer, "id"))).toEqual([
      "first",
      null,
      2,
      "no-model",
      "unknown",
      "sglang",
      "tgi",
      "misfit",
      "sideways",
      "lengths",
      "none",
      null,
      "last",
    ]);
    const codes = answers.map((answer) => (members(answer).includes("error") ? at(answer, "error", "code") : "ok"));
    expect(codes).toEqual([
      "ok",
      "bad-case",
      "ok",
      "bad-case",
      "missing",
      "ok",
      "unsupported",
      "does-not-fit",
      "bad-workload",
      "bad-workload",
      "missing",
      "bad-case",
      "ok",
    ]);
    expect(at(answers[0], "summary", "requests")).toBe(24);
    expect({ ...Object(answers[0]), id: "" }).toEqual({ ...Object(answers[12]), id: "" });
    expect(at(answers[0], "summary", "bands")).toBeNull();
    const banded = await cli.run(["simulate", "--bands", "--cases", "-"], { stdin: good("banded") });
    expect(members(at(lines(banded.stdout)[0], "summary", "bands", "ttftSeconds"))).toEqual([...quantiles].sort());
  });

  it("reads stdin, and finds traces beside the working folder", async () => {
    writeFileSync(join(folder, "beside.csv"), "arrival,prompt_tokens,output_tokens\n0,100,10\n1,200,20\n");
    const line = JSON.stringify({ id: "t", deployment, workload: { kind: "trace", path: "beside.csv", speedup: 2 } });
    const { stdout } = await cli.run(["simulate", "--cases", "-"], { stdin: line, cwd: folder });
    expect(at(lines(stdout)[0], "workload")).toMatchObject({ requests: 2, promptMean: 150, ratePerSecond: 2 });
  });

  it("cannot read what is not there", async () => {
    expect(await cli.run(["simulate", "--cases", "absent.jsonl"])).toMatchObject({ code: 2 });
  });
});

describe("estimate", () => {
  it("gives the closed form of a file and of cases alike", async () => {
    const { stdout, code } = await cli.run(["estimate", "--format", "json", "fits.yaml"]);
    expect(code).toBe(0);
    const one = at(JSON.parse(stdout), "cases", 0);
    expect(at(one, "id")).toBe("llama-8b");
    const made = at(one, "estimate");
    for (const name of ["ttftSeconds", "tpotSeconds", "e2eSeconds", "largestBatch", "mostRequestsPerSecond", "mostOutputTokensPerSecond"]) {
      expect(Number(at(made, name))).toBeGreaterThan(0);
    }
    expect(at(one, "summary", "ttftSeconds")).toEqual({ mean: at(made, "ttftSeconds") });
    for (const step of [0, 1, 2]) {
      const operators = Object.values(Object(at(made, "steps", step, "byOperator"))).map(Number);
      expect(operators.reduce((sum, part) => sum + part, 0)).toBeCloseTo(Number(at(made, "steps", step, "seconds")), 9);
    }
    const line = JSON.stringify({
      id: "c",
      deployment: { engineVersion: "0.19.0", model: "meta-llama/Llama-3.1-8B-Instruct", gpu: "H100", settings: { "max-model-len": 8192 } },
    });
    const cases = await cli.run(["estimate", "--cases", "-"], { stdin: line });
    expect(at(lines(cases.stdout)[0], "estimate")).toEqual(made);
  });

  it.each([
    ["overflow.yaml", 3, "Does not fit"],
    ["two.yaml", 2, "does not name its GPU"],
    ["fits.yaml", 0, "largest batch"],
  ])("%s ends with %i", async (file, code, words) => {
    const ran = await cli.run(["estimate", file]);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toContain(words);
  });

  it("takes lengths, flags and the GPU from the arguments", async () => {
    const run = async (...more: string[]): Promise<unknown> => {
      const { stdout } = await cli.run(["estimate", "--format", "json", "two.yaml", "--deployment", "small", "--gpu", "H100", ...more]);
      return at(JSON.parse(stdout), "cases", 0, "estimate");
    };
    const short = await run("--prompt-tokens", "100", "--output-tokens", "10");
    expect(short).toMatchObject({ promptTokens: 100, outputTokens: 10 });
    expect(at(await run("--set", "max-num-seqs=7"), "largestBatch")).toBe(7);
  });
});
