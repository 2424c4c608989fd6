const marker = /^(<{7} .*|={7}|>{7} .*)\r?$/;

/**
 * The text with the marker lines of a merge conflict blanked and both sides kept, every position held. Where a command goes on behind a
 * backslash, the marker becomes the end of the line before it, backslash last.
 */
export function withoutConflictMarkers(text: string): string {
  if (!/^<{7} /m.test(text) || !/^={7}\r?$/m.test(text) || !/^>{7} /m.test(text)) return text;
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const before = lines.at(-1);
    if (!marker.test(line)) lines.push(line);
    else if (before?.endsWith("\\")) lines[lines.length - 1] = `${before.slice(0, -1)}${" ".repeat(line.length + 1)}\\`;
    else lines.push(line.endsWith("\r") ? `${" ".repeat(line.length - 1)}\r` : " ".repeat(line.length));
  }
  return lines.join("\n");
}
