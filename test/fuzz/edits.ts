import fc from "fast-check";

/** What slips into a file: marks of YAML, shells, templates, JSON, merges and numbers. */
const pieces = [
  " ",
  "\n",
  "\r\n",
  "\t",
  "  ",
  "- ",
  ": ",
  '"',
  "'",
  "\\",
  "\\\n",
  "|",
  ">-",
  "&a ",
  "*a",
  "<<: *a",
  "{{ .Values.x }}",
  "{{",
  "{% if x %}",
  "}}",
  "$(VAR)",
  "${X:-8}",
  "$((2*4))",
  "`x`",
  "#",
  "\n---\n",
  "\n...\n",
  "[",
  "]",
  "{",
  "}",
  ",",
  "\0",
  "é",
  "😀",
  "\u2028",
  "--",
  "=",
  "&&",
  ";",
  "\n<<<<<<< HEAD\n",
  "\n=======\n",
  "\n>>>>>>> main\n",
  "vllm serve ",
  "python3 -m sglang.launch_server ",
  "--tensor-parallel-size 4",
  '--kv-transfer-config \'{"kv_role":',
  "nvidia.com/gpu: ",
  "0",
  "-1",
  "99999999999999999999",
  "1e400",
  "0x10",
  ".inf",
  "null",
  "!!binary x",
  "# inference-lens: gpu=H100 ignore=gpu-count",
] as const;

export type TextEdit =
  | { readonly kind: "insert"; readonly at: number; readonly text: string }
  | { readonly kind: "delete"; readonly at: number; readonly count: number }
  | { readonly kind: "repeat-lines"; readonly at: number; readonly count: number; readonly times: number }
  | { readonly kind: "indent"; readonly at: number; readonly by: number }
  | { readonly kind: "swap-lines"; readonly at: number; readonly with: number }
  | { readonly kind: "cut"; readonly at: number };

const at = fc.nat(1_000_000);
const lineEdit: fc.Arbitrary<TextEdit> = fc.oneof(
  fc.record({
    kind: fc.constant("repeat-lines" as const),
    at,
    count: fc.integer({ min: 1, max: 12 }),
    times: fc.integer({ min: 2, max: 4 }),
  }),
  fc.record({ kind: fc.constant("indent" as const), at, by: fc.integer({ min: -4, max: 4 }) }),
  fc.record({ kind: fc.constant("swap-lines" as const), at, with: at }),
);
const textEdit: fc.Arbitrary<TextEdit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("insert" as const), at, text: fc.constantFrom(...pieces) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete" as const), at, count: fc.integer({ min: 1, max: 40 }) }) },
  { weight: 4, arbitrary: lineEdit },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at }) },
);

export const textEdits = fc.array(textEdit, { minLength: 1, maxLength: 5 });
/** Whole lines moved about: no word is torn. */
export const lineEdits = fc.array(lineEdit, { minLength: 1, maxLength: 3 });

/** The text after one edit after the other; places wrap around. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(applied, text);
}

function applied(text: string, edit: TextEdit): string {
  const place = edit.at % (text.length + 1);
  const lines = text.split("\n");
  const line = edit.at % lines.length;
  switch (edit.kind) {
    case "insert":
      return text.slice(0, place) + edit.text + text.slice(place);
    case "delete":
      return text.slice(0, place) + text.slice(place + edit.count);
    case "cut":
      return text.slice(0, place);
    case "repeat-lines": {
      const some = lines.slice(line, line + edit.count);
      return [...lines.slice(0, line), ...Array.from({ length: edit.times }, () => some).flat(), ...lines.slice(line + edit.count)].join(
        "\n",
      );
    }
    case "indent": {
      const old = lines[line] ?? "";
      const moved = edit.by > 0 ? " ".repeat(edit.by) + old : old.replace(new RegExp(`^ {0,${-edit.by}}`), "");
      return lines.with(line, moved).join("\n");
    }
    case "swap-lines": {
      const other = edit.with % lines.length;
      return lines
        .with(line, lines[other] ?? "")
        .with(other, lines[line] ?? "")
        .join("\n");
    }
    default: {
      const never: never = edit;
      return never;
    }
  }
}
