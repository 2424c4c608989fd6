import { describe, expect, it } from "vitest";
import { message, plain } from "../../../src/deployment/message.ts";
import type { Answer, Ask } from "../../../src/live/source.ts";
import { metricsUrl } from "../../../src/live/sources/metrics-url.ts";

const at = { time: 1_700_000_000, steady: 12 };
const page = "# TYPE vllm:num_requests_running gauge\nvllm:num_requests_running 3\n";

function asking(answer: Answer): Ask {
  return { text: () => Promise.resolve(answer), wait: () => Promise.resolve(), now: () => at, say: plain };
}

const text = (body: string): Answer => ({ kind: "text", text: body, contentType: "text/plain", at });
const source = metricsUrl("http://h:8000/metrics", "h:8000");

describe("a metrics page as a source", () => {
  it("gives a scrape with the time of its answer on both clocks", async () => {
    expect(await source.look(asking(text(page)))).toMatchObject({
      kind: "scrape",
      snapshot: { ...at, gauges: { requests_running: 3 } },
      problems: [],
    });
  });

  it("says what is left out of a page that is too long", async () => {
    const long = `${page}${Array.from({ length: 100_001 }, (_, i) => `vllm:num_requests_waiting{engine="${i}"} 1\n`).join("")}`;
    const look = await source.look(asking(text(long)));
    expect(look).toMatchObject({ kind: "scrape", limits: ["the page is too long: nothing is read after 100000 samples"] });
  });

  it.each([
    [text("<html></html>"), "wrong-page", "Not Prometheus text: it looks like HTML, of a sign-in or an error; check the address"],
    [text(page.slice(0, -2)), "lost", "The page is cut off in the middle of a line"],
    [
      { kind: "failed", why: "needs-key", detail: message("Needs a key (HTTP 401)"), status: 401, at },
      "needs-key",
      "Needs a key (HTTP 401)",
    ],
    [{ kind: "failed", why: "refused", detail: message("Answers with HTTP 500"), status: 500, at }, "lost", "Answers with HTTP 500"],
    [{ kind: "failed", why: "timeout", detail: message("No answer within 10 s"), status: null, at }, "lost", "No answer within 10 s"],
    [{ kind: "failed", why: "cancelled", detail: message("Stopped"), status: null, at }, "cancelled", "Stopped"],
  ] as const)("says why there is none: %j", async (answer, why, detail) => {
    expect(await source.look(asking(answer))).toMatchObject({ kind: "none", why, detail, time: at.time });
  });

  const refused = (status: number, said?: string): Answer => {
    const detail = message("Answers with HTTP {0}", status);
    return { kind: "failed", why: "refused", detail, status, ...(said === undefined ? {} : { said }), at };
  };
  const hint =
    '{"error":{"code":501,"message":"This server does not support metrics endpoint. Start it with `--metrics`","type":"not_supported_error"}}';

  it.each([
    [501, hint, "llama.cpp gives metrics when it is started with --metrics"],
    [
      404,
      '{"detail":"Not Found"}',
      "There is no such page (HTTP 404): SGLang needs --enable-metrics and llama.cpp --metrics; NIM has metrics at /v1/metrics, TensorRT-LLM at /prometheus/metrics, Triton on port 8002",
    ],
    [
      400,
      '{"error":{"code":400,"message":"model name is missing from the request","type":"invalid_request_error"}}',
      "llama.cpp has a page for each of its models: end the address with ?model=NAME",
    ],
    [400, '{"error":"bad request"}', "Answers with HTTP 400"],
    [501, undefined, "Answers with HTTP 501"],
    [500, hint, "Answers with HTTP 500"],
  ])("says what turns metrics on: %d %s", async (status, said, detail) => {
    expect(await source.look(asking(refused(status, said)))).toMatchObject({ kind: "none", why: "lost", detail });
  });
});
