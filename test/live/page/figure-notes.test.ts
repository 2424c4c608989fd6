import { describe, expect, it } from "vitest";
import { plain } from "../../../src/deployment/message.ts";
import { noteOn } from "../../../src/live/page/figure-notes.ts";

describe("noteOn", () => {
  it.each([
    ["tgi", "tpot_seconds", "with the prefill"],
    ["llama.cpp", "itl_seconds", "generation time by tokens"],
    ["dynamo", "ttft_seconds", "as the router sees it"],
    ["dynamo", "requests_running", undefined],
    ["dynamo", "requests_waiting", "until their first token"],
    ["smg", "requests_running", "in flight, running or waiting"],
    ["llm-d-epp", "requests_waiting", undefined],
    ["vllm", "requests_running", undefined],
    ["vllm", "ttft_seconds", undefined],
    ["tgi", "e2e_seconds", undefined],
  ] as const)("says of %s and %s: %s", (server, word, expected) => {
    const note = noteOn(server, word);
    expect(note && plain(note)).toBe(expected);
  });
});
