import { describe, expect, test } from "vitest";
import { verbatim } from "../../src/deployment/mapped.ts";
import { splitCommand } from "../../src/deployment/shell-words.ts";
import { maskTemplates } from "../../src/deployment/templates.ts";
import { deployment, flagOf, only, readText, settings, sliceOf } from "./support.ts";

const words = (script: string, variables: Record<string, string> = {}): string[][] =>
  splitCommand(verbatim(script, 0), new Map(Object.entries(variables).map(([name, value]) => [name, verbatim(value, 0)]))).map((command) =>
    command.words.map(({ value }) => value.replaceAll("\uE000", "?")),
  );

describe("shell words", () => {
  test.each<[string, string, string[][]]>([
    ["quotes and escapes", `a "b c" 'd "e"' f\\ g "h\\"i" --x='{"k": "v"}'`, [["a", "b c", 'd "e"', "f g", 'h"i', '--x={"k": "v"}']]],
    ["continuation", "a \\\n  b\\\nc", [["a", "bc"]]],
    [
      "a comment ends the command",
      "a \\\n  b \\\n  # note \\\n  --c 1",
      [
        ["a", "b"],
        ["--c", "1"],
      ],
    ],
    ["a comment behind the last continuation", "a \\\n  b\n  # note", [["a", "b"]]],
    ["lists, pipes, background", "a && b || c; d | e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]],
    [
      "earlier assignments",
      'N=4\nM="$N"x\nexport P=${M}y\na $N "$M" $P',
      [
        ["export", "P=4xy"],
        ["a", "4", "4x", "4xy"],
      ],
    ],
    ["defaults", "a ${X:-8} ${Y-} ${Z:=3} ${W:+1}", [["a", "8", "3"]]],
    ["arithmetic", "N=2\na $((N * 4 + 1)) $(( ${X:-3} * $N ))", [["a", "9", "6"]]],
    ["a variable of several words", 'ARGS="--x 1 --y"\na $ARGS "$ARGS"', [["a", "--x", "1", "--y", "--x 1 --y"]]],
    ["JSON without quotes around it loses its own", `a {"k":"v","n":1} {'k':[1,2]} {x,"y"}`, [["a", "{k:v,n:1}", "{k:[1,2]}", "?"]]],
    ["what cannot be known", "a $X $(nproc) `date` {1,2} x$Y", [["a", "?", "?", "?", "?", "x?"]]],
    [
      "an assignment in a branch may not happen",
      "N=1\nif [ x ]; then N=2; fi\na $N",
      [
        ["[", "x", "]"],
        ["a", "?"],
      ],
    ],
    ["heredocs are no words", "cat <<EOF\nvllm serve x\nEOF\na", [["cat"], ["a"]]],
    ["unfinished text", "a 'b", [["a", "b"]]],
  ])("%s", (_, script, expected) => {
    expect(words(script)).toEqual(expected);
  });

  test("a given environment is expanded", () => {
    expect(words("a $TP ${LEN:-1}", { TP: "4", LEN: "2" })).toEqual([["a", "4", "2"]]);
  });
});

describe("references", () => {
  test("$(VAR) comes from the same container's env, with references of its own", () => {
    const text = deployment(`
command: [vllm, serve]
args: ["$(MODEL)", "--tensor-parallel-size=$(TP)", "--max-model-len", "$(ELSEWHERE)", "--port=$(PORT)"]
env:
  - name: ORG
    value: Qwen
  - name: MODEL
    value: $(ORG)/Qwen3-32B
  - name: TP
    value: "4"
  - name: PORT
    valueFrom: { fieldRef: { fieldPath: x } }
`);
    const { deployment: found, pool } = only(readText(text));
    expect(found.model?.value.name).toBe("Qwen/Qwen3-32B");
    expect(sliceOf(text, found.model?.range)).toBe("$(MODEL)");
    expect(sliceOf(text, pool.engine.parallel.tensor.range)).toBe("$(TP)");
    expect(settings(pool)).toEqual({ "tensor-parallel-size": "4", "max-model-len": undefined, port: undefined });
    expect(pool.engine.environment.get("PORT")).toBeUndefined();
    expect(pool.engine.environment.has("PORT")).toBe(true);
  });

  test("a script sees the container's env; an unknown size is unreadable, not 1", () => {
    const { pool } = only(
      readText(
        deployment(`
command: [bash, -c]
args: ["vllm serve Qwen/Qwen3-32B -tp $TP -pp $PP -dp \${DP}"]
env:
  - { name: TP, value: "2" }
`),
      ),
    );
    expect(pool.engine.parallel.tensor.value).toBe(2);
    expect([...pool.engine.parallel.unreadable].sort()).toEqual(["attentionData", "data", "pipeline"]);
  });

  test("words that may hold any flag make the command incomplete, and unwritten sizes unknown", () => {
    const { pool } = only(readText(deployment('command: [sh, -c, "vllm serve Qwen/Qwen3-32B -tp 2 $EXTRA"]')));
    expect(pool.engine.complete).toBe(false);
    expect(pool.engine.parallel.unreadable.has("pipeline")).toBe(true);
    expect(pool.engine.parallel.unreadable.has("tensor")).toBe(false);
  });

  test("compose takes defaults from ${VAR:-x} and leaves the rest unknown", () => {
    const text =
      "services:\n  a:\n    image: ${IMAGE:-vllm/vllm-openai:v0.10.2}\n    command: --model ${M:-Qwen/Qwen3-32B} -tp ${TP} --port $$X\n";
    const { deployment: found, pool } = only(readText(text));
    expect(found.model?.value.name).toBe("Qwen/Qwen3-32B");
    expect(pool.engine.version?.value.text).toBe("0.10.2");
    expect(flagOf(pool, "tensor-parallel-size").value).toBeUndefined();
  });
});

describe("templates", () => {
  test("markers keep every position", () => {
    const text = "a: {{ .Values.x }}\n{{- if .y }}\nb: 1\n{{- end }}\n";
    const masked = maskTemplates(text);
    expect(masked.text).toHaveLength(text.length);
    expect(masked.text.split("\n").map((line) => line.length)).toEqual(text.split("\n").map((line) => line.length));
    expect(masked.structural).toHaveLength(2);
  });

  test("JSON in braces is no marker", () => {
    expect(maskTemplates(`a: '{{"b": 1}}'`).markers).toBe(0);
  });

  test("what a marker touches is unknown, the rest is read", () => {
    const text = deployment(`
command: [vllm, serve, "{{ .Values.model }}"]
args:
  - --tensor-parallel-size={{ .Values.tp }}
  - --max-model-len=8192
  {{- range .Values.extra }}
  - {{ . | quote }}
  {{- end }}
`);
    const reading = readText(text);
    const { deployment: found, pool } = only(reading);
    expect(found.model).toBeUndefined();
    expect(pool.engine.complete).toBe(false);
    expect(flagOf(pool, "max-model-len").value?.value).toBe("8192");
    expect(flagOf(pool, "tensor-parallel-size").value).toBeUndefined();
    expect(reading.problems).toEqual([]);
  });
});
