/** Somebody else's word in a file of ours: no line of its own, and not endless. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ").slice(0, 200);
}
