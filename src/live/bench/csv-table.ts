import Papa from "papaparse";

/** No result has so many cells; a file of something else must not keep the parser busy. */
const mostRows = 10_000;
const longestLine = 200_000;

/** Rows of a CSV, cells trimmed; none where the text is no table. */
export function csvRows(text: string): readonly (readonly string[])[] {
  const end = text.search(/[\r\n]/);
  if (end < 0 || end > longestLine) return [];
  const { data } = Papa.parse<string[]>(text, { skipEmptyLines: false, preview: mostRows });
  return data.map((row) => row.map((cell) => cell.trim()));
}
