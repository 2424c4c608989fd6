import { describe, expect, test } from "vitest";
import { only, readText, settings, sliceOf } from "./support.ts";

const file = (script: string): string => `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai:v0.11.0
      command: [bash, -c]
      args:
        - |
${script.replace(/^/gm, "          ")}
`;
const read = (script: string) => only(readText(file(script))).pool;

describe("arrays of a script", () => {
  test("each element is a word at its own place", () => {
    const script = `ARGS=(
  --model m
  --tensor-parallel-size "4"   # a comment
  "--served-model-name" "a b"
)
ARGS+=(--max-model-len 8192)
exec python3 -m vllm.entrypoints.openai.api_server "\${ARGS[@]}" --enforce-eager`;
    expect(settings(read(script))).toEqual({
      model: "m",
      "tensor-parallel-size": "4",
      "served-model-name": "a b",
      "max-model-len": "8192",
      "enforce-eager": null,
    });
    expect(read(script).engine.complete).toBe(true);
    expect(sliceOf(file(script), read(script).engine.parallel.tensor.range)).toBe("4");
  });

  test("the whole command may be one", () => {
    const script = `CMD=(vllm serve m)\nCMD+=(-tp 2)\n"\${CMD[@]}"`;
    expect(settings(read(script))).toEqual({ "tensor-parallel-size": "2" });
  });

  test("what a branch adds may be missing", () => {
    const script = `ARGS=(-tp 2)\nif [ -n "$X" ]; then ARGS+=(--enforce-eager); fi\nvllm serve m "\${ARGS[@]}" --max-num-seqs 8`;
    expect(settings(read(script))).toEqual({ "tensor-parallel-size": "2", "max-num-seqs": "8" });
    expect(read(script).engine.complete).toBe(false);
  });

  test("an array that nobody sets is unknown", () => {
    const { engine } = read('vllm serve m "${ARGS[@]}"');
    expect(engine.complete).toBe(false);
    expect(engine.parallel.unreadable.has("tensor")).toBe(true);
  });

  test("text that is added to a variable", () => {
    expect(settings(read('ARGS="-tp 2"\nARGS+=" --enforce-eager"\nvllm serve m $ARGS'))).toEqual({
      "tensor-parallel-size": "2",
      "enforce-eager": null,
    });
  });

  test("a word that cannot be read beside a model that a flag names may be any flag", () => {
    expect(read("vllm serve $EXTRA --model m").engine.complete).toBe(false);
    expect(read("vllm serve $MODEL -tp 2").engine.complete).toBe(true);
  });
});
