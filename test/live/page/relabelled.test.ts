import { describe, expect, it } from "vitest";
import { parseMetrics } from "../../../src/live/page/metrics-text.ts";
import { family, snapshotOfText } from "../servers/pages.ts";

describe("labels that a Prometheus renamed", () => {
  it("are the server's own: its engines, model and role", () => {
    const line = (rank: number, value: number) =>
      `{dp_rank="pool",exported_dp_rank="${rank}",exported_model_name="m",model_name="team",engine_type="x",exported_engine_type="decode"} ${value}`;
    const shot = snapshotOfText(family("sglang:num_running_reqs", "gauge", line(0, 2), line(1, 3)));
    expect(shot).toMatchObject({ server: { kind: "sglang", model: "m", engines: 2 }, role: "decode" });
    expect(shot.perEngine?.map(({ engine, gauges }) => [engine, gauges.requests_running])).toEqual([
      ["0", 2],
      ["1", 3],
    ]);
  });

  it("leave a federated page its targets", () => {
    const line = (target: string) => `{instance="${target}",exported_instance="localhost",exported_pod="p",pod="prometheus"} 1`;
    const shot = snapshotOfText(family("vllm:num_requests_running", "gauge", line("n1:8000"), line("n2:8000")));
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["n1:8000", "n2:8000"]);
  });

  it("tell a router from its engines", () => {
    const shot = snapshotOfText(
      family(
        "vllm:num_requests_running",
        "gauge",
        '{server="rack",exported_server="http://a"} 3',
        '{server="rack",exported_server="http://b"} 4',
      ),
    );
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["http://a", "http://b"]);
  });
});

describe("Ray's labels", () => {
  it("before replicas were named, processes are engines", () => {
    const line = (worker: string, value: number) =>
      `{Component="core_worker",NodeAddress="10.0.0.4",Version="2.32.0",WorkerId="${worker}",model_name="m"} ${value}`;
    const shot = snapshotOfText(family("ray_vllm:num_requests_running", "gauge", line("6ad5", 2), line("77be", 3)));
    expect(shot.server).toEqual({ kind: "vllm", model: "m", engines: 2 });
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["6ad5", "77be"]);
  });

  it("a replica is one engine, whatever its process", () => {
    const line = (worker: string, name: string) => `${name}{ReplicaId="r",WorkerId="${worker}",engine="0"} 1`;
    const shot = snapshotOfText(["# TYPE ray_vllm_num_requests_running gauge", line("w1", "ray_vllm_num_requests_running")].join("\n"));
    expect(shot.perEngine?.map(({ engine }) => engine)).toEqual(["0/r"]);
  });
});

describe("lines that repeat a series", () => {
  const once = '# TYPE vllm:prompt_tokens_total counter\nvllm:prompt_tokens_total{engine="0",model_name="m"} 10\n';
  const other = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 1\n";

  it("count once, the first of them: pages that were joined, or a registry printed twice", () => {
    const page = parseMetrics(
      `${once}${other}${once.replace(" 10", " 12").replace('engine="0",model_name="m"', 'model_name="m",engine="0"')}${other}`,
    );
    expect(page.families.get("vllm:prompt_tokens_total")?.samples.map(({ value }) => value)).toEqual([10]);
    expect(page.problems).toEqual(["2 lines repeat a series that stands above them: the first is read"]);
    expect(
      parseMetrics("a 1\na 2\n")
        .families.get("a")
        ?.samples.map(({ value }) => value),
    ).toEqual([1]);
  });

  it("are none where families are only taken up again", () => {
    const page = parseMetrics(`${once}${other}vllm:prompt_tokens_total{engine="1",model_name="m"} 12\n`);
    expect(page.families.get("vllm:prompt_tokens_total")?.samples).toHaveLength(2);
    expect(page.problems).toEqual([]);
  });
});
