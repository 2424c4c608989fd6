import { expect, test } from "vitest";
import { maskTemplates } from "../../src/deployment/templates.ts";
import { parseYaml } from "../../src/deployment/yaml-document.ts";

const text = `kind: ConfigMap
data:
  engine.yaml: |
    # sizes
    tensor_parallel_size: 8
    kv_cache_config:
      dtype: "fp8"
    list: &l [a, b]
    again: *l
  folded.yaml: >
    a: 1
  broken.yaml: |
    a: [1
  quoted.yaml: "a: 1"
`;

function embedded(key: string) {
  const [document] = parseYaml(maskTemplates(text));
  return document?.embedded(document.root.at("data", key));
}

test("YAML in a literal block has the places of the file itself", () => {
  const root = embedded("engine.yaml")?.root;
  const size = root?.at("tensor_parallel_size").text();
  expect(size?.value).toBe("8");
  expect(text.slice(size?.span.start, size?.span.end)).toBe("8");
  const dtype = root?.at("kv_cache_config", "dtype");
  expect(dtype?.string).toBe("fp8");
  expect(text.slice(dtype?.span?.start, dtype?.span?.end)).toBe('"fp8"');
  expect(
    root
      ?.at("again")
      .items()
      .map((item) => item.string),
  ).toEqual(["a", "b"]);
  const key = root?.entries()[1]?.key;
  expect(key && text.slice(key.span.start, key.span.end)).toBe("kv_cache_config");
});

test("a broken one tells its error inside the block", () => {
  const [error] = embedded("broken.yaml")?.errors ?? [];
  expect(error?.span.start).toBeGreaterThan(text.indexOf("a: [1"));
});

test("text that stands elsewhere than it reads is not followed", () => {
  expect(embedded("folded.yaml")).toBeUndefined();
  expect(embedded("quoted.yaml")).toBeUndefined();
  expect(embedded("missing.yaml")).toBeUndefined();
});
