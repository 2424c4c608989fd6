/** A sentence with slots `{0}`, `{1}` …; the editor translates `text` whole, the terminal prints it in English. */
export interface Message {
  readonly text: string;
  readonly args: readonly (string | number)[];
}

export function message(text: string, ...args: readonly (string | number)[]): Message {
  return { text, args };
}

/** The English sentence. */
export function plain({ text, args }: Message): string {
  return text.replace(/\{(\d+)\}/g, (slot, index: string) => String(args[Number(index)] ?? slot));
}
