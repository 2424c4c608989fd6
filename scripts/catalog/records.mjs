/** Rows of a CSV text by the names of its first line. */
export function records(body) {
  const [head, ...lines] = body.trim().split(/\r?\n/);
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, index) => [names[index], value])));
}
