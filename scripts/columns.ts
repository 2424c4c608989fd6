/** Rows as columns: words to the left, numbers to the right. */
export function columns(rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => String(row[i] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (typeof cell === "number" || i > 0 ? String(cell).padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  "),
  );
}

/** The same as a table of Markdown. */
export function markdownTable(rows: readonly (readonly (string | number)[])[]): string[] {
  const [head = [], ...body] = rows;
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...body.map(line)];
}
