/** What stands in a slot; a sentence within a sentence is translated too. */
export type Slot = string | number | Message;

/** A sentence with slots `{0}`, `{1}` …; the editor translates `text` whole, the terminal prints it in English. */
export interface Message {
  readonly text: string;
  readonly args: readonly Slot[];
}

export function message(text: string, ...args: readonly Slot[]): Message {
  return { text, args };
}

/** The English sentence. */
export function plain({ text, args }: Message): string {
  return text.replace(/\{(\d+)\}/g, (slot, index: string) => {
    const filled = args[Number(index)] ?? slot;
    return typeof filled === "object" ? plain(filled) : String(filled);
  });
}
