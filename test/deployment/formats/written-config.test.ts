import { describe, expect, test } from "vitest";
import { flagOf, only, readText, settings, sliceOf } from "../support.ts";

const pod = (script: string): string => `apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: engine
      image: example/engine
      command: [bash, -c]
      args:
        - |
${script.replace(/^(?=.)/gm, "          ")}
`;

const serve = "trtllm-serve m --tp_size 2 --extra_llm_api_options /tmp/x.yaml";
const own = { extra_llm_api_options: "/tmp/x.yaml", tensor_parallel_size: "2" };
const written = (script: string) => settings(only(readText(pod(script))).pool);

describe("a config file that the script itself writes", () => {
  test.each([
    ["cat > /tmp/x.yaml <<EOF\nmax_batch_size: 16\nEOF", { max_batch_size: "16" }],
    ["cat <<'EOF' >/tmp/x.yaml\n# all of it\nkv_cache_config:\n  dtype: fp8\n  max_tokens: 1\nEOF", { "kv_cache_config.dtype": "fp8" }],
    ["tee /tmp/x.yaml <<EOF\nmax_batch_size: 16\nEOF", { max_batch_size: "16" }],
    ["echo 'max_batch_size: 16' > /tmp/x.yaml", { max_batch_size: "16" }],
    [`echo '{"max_batch_size": 16}' > /tmp//x.yaml`, { max_batch_size: "16" }],
    ["cat > /tmp/x.yaml <<EOF\nmax_batch_size: $SIZE\nmax_num_tokens: 8\nEOF", { max_batch_size: undefined, max_num_tokens: "8" }],
    ["cat > /tmp/x.yaml <<'EOF'\nmax_batch_size: 1\nEOF\ncat > /tmp/x.yaml <<EOF\nmax_batch_size: 2\nEOF", { max_batch_size: "2" }],
  ])("%s", (script, flags) => {
    expect(written(`${script}\n${serve}`)).toMatchObject({ ...own, ...flags });
    expect(only(readText(pod(`${script}\n${serve}`))).pool.engine.complete).toBe(true);
  });

  test.each([
    ["changed afterwards", "cat > /tmp/x.yaml <<EOF\nmax_batch_size: 16\nEOF\nsed -i s/1/2/ /tmp/x.yaml"],
    ["added to", "cat >> /tmp/x.yaml <<EOF\nmax_batch_size: 16\nEOF"],
    ["written in a branch", "if true; then\n  echo 'max_batch_size: 16' > /tmp/x.yaml\nfi"],
    ["another file", "echo 'max_batch_size: 16' > /tmp/y.yaml"],
    ["written by a program", "make-config > /tmp/x.yaml"],
    ["written after it", `${serve}\necho 'max_batch_size: 16' > /tmp/x.yaml`],
  ])("not read: %s", (_, script) => {
    const { pool } = only(readText(pod(script.includes("trtllm-serve") ? script : `${script}\n${serve}`)));
    expect(settings(pool)).toEqual(own);
    expect(pool.engine.complete).toBe(false);
  });

  test("its values stand where they are written", () => {
    const text = pod(`cat > /tmp/x.yaml <<EOF\nkv_cache_config:\n    dtype: fp8\nmax_batch_size: 16\nEOF\n${serve}`);
    const { pool } = only(readText(text));
    expect(sliceOf(text, flagOf(pool, "kv_cache_config.dtype").valueRange)).toBe("fp8");
    expect(sliceOf(text, flagOf(pool, "max_batch_size").valueRange)).toBe("16");
  });

  test("in a script of compose and SkyPilot too", () => {
    const script = "echo 'max_batch_size: 16' > x.yaml && trtllm-serve m --extra_llm_api_options ./x.yaml";
    const compose = `services:\n  s:\n    image: nvcr.io/nvidia/tensorrt-llm/release:1.1.0\n    command: ["sh", "-c", "${script}"]\n`;
    const task = `resources: {accelerators: H100:8}\nrun: |\n  ${script}\n`;
    for (const text of [compose, task]) expect(settings(only(readText(text)).pool)).toMatchObject({ max_batch_size: "16" });
  });
});
