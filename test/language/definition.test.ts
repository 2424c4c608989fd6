import { describe, expect, test } from "vitest";
import { LineMap } from "../../src/deployment/text.ts";
import { definitionAt } from "../../src/language/definition.ts";

/** `line: word` of the target for the position at `$0`, beside the words that refer to it. */
function from(marked: string): string {
  const text = marked.replace("¦", "");
  const lines = new LineMap(text);
  const found = definitionAt(text, lines.position(marked.indexOf("¦")));
  if (!found) return "nothing";
  const [origin, target] = [found.origin, found.target].map((range) => {
    const { start, end } = lines.span(range);
    return text.slice(start, end);
  });
  return `${origin} → ${found.target.start.line}: ${target}`;
}

const pod = (args: string) => `apiVersion: v1
kind: Pod
spec:
  containers:
    - name: other
      env:
        - name: TP
          value: "1"
    - name: engine
      image: vllm/vllm-openai:v0.18.1
      args: ${args}
      env:
        - name: MODEL
          valueFrom: { configMapKeyRef: { name: settings, key: model } }
        - { name: TP, value: "2" }
        - name: TWICE
          value: $(TP)
`;
const script = (lines: string) => pod(`\n        - |\n${lines.replace(/^/gm, "          ")}`);

describe("from a variable", () => {
  test("$(NAME) to the container's own entry", () => {
    expect(from(pod("[]").replace("$(TP)", "$(T¦P)"))).toBe("$(TP) → 14: TP");
    expect(from(pod('["--model", "$(MO¦DEL)"]'))).toBe("$(MODEL) → 12: MODEL");
  });

  test("$NAME and ${NAME} in a script to an assignment before, else to the entry", () => {
    expect(from(script("export TP=4\nvllm serve m -tp $T¦P\nTP=8"))).toBe("$TP → 12: TP");
    expect(from(script("vllm serve m -tp ${T¦P}\nTP=8"))).toMatch(/^\$\{TP\} → \d+: TP$/);
    expect(from(script("TP=4; TP=8\nvllm serve m -tp ${TP:-1}¦"))).toBe("nothing");
    expect(from(script("TP=4; TP=8\nvllm serve m -tp ${T¦P:-1}"))).toBe("${TP → 12: TP");
    expect(from(script("for TP in 1 2; do vllm serve m -tp $TP¦; done"))).toBe("$TP → 12: TP");
    expect(from(script("echo '# TP=1'\nvllm serve m -tp $T¦P"))).toMatch(/^\$TP → 1[5-9]: TP$/);
  });

  test("not to a name that the file does not set, nor from an escaped sign", () => {
    expect(from(pod('["$(NOWHE¦RE)"]'))).toBe("nothing");
    expect(from(pod('["$$(TP¦)"]'))).toBe("nothing");
  });

  test("compose hands a doubled sign to the container, a single one comes from outside", () => {
    const compose = (word: string) =>
      `services:\n  vllm:\n    environment:\n      - TP=2\n      - HF_TOKEN\n    command: bash -c "vllm serve m -tp ${word}"\n`;
    expect(from(compose("$$T¦P"))).toBe("$$TP → 3: TP");
    expect(from(compose("$T¦P"))).toBe("nothing");
    expect(from(compose("$$HF_¦TOKEN"))).toBe("$$HF_TOKEN → 4: HF_TOKEN");
    expect(from("services:\n  vllm:\n    environment: { TP: 2 }\n    command: -tp $$T¦P\n")).toBe("$$TP → 2: TP");
  });

  test("environments of other formats", () => {
    expect(from("envs:\n  MODEL: a/b\nrun: |\n  vllm serve $MO¦DEL\n")).toBe("$MODEL → 1: MODEL");
    expect(from("type: service\nenv:\n  - MODEL=a/b\ncommands:\n  - vllm serve $MO¦DEL\n")).toBe("$MODEL → 2: MODEL");
  });
});

describe("from the name of an object of this file", () => {
  const text = `${pod("[]")}      volumeMounts:
        - name: shm
          mountPath: /dev/shm
  volumes:
    - name: shm
      emptyDir: { medium: Memory }
    - name: config
      configMap: { name: settings }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
---
apiVersion: v1
kind: Secret
metadata:
  name: settings
`;
  const at = (word: string) => {
    const index = text.indexOf(word) + word.length;
    return from(`${text.slice(0, index)}¦${text.slice(index)}`);
  };

  test("a ConfigMap, not a Secret of the same name", () => {
    expect(at("configMapKeyRef: { name: sett")).toMatch(/^settings → 29: settings$/);
    expect(at("configMap: { name: sett")).toMatch(/^settings → 29: settings$/);
  });

  test("a volume", () => {
    expect(at("volumeMounts:\n        - name: sh")).toBe("shm → 21: shm");
  });

  test("not from other words", () => {
    expect(at("key: mod")).toBe("nothing");
    expect(at("kind: Po")).toBe("nothing");
  });
});

test("broken and empty texts have no definitions", () => {
  expect(from("¦")).toBe("nothing");
  expect(from('a: "$(X¦\n b: [')).toBe("nothing");
});
