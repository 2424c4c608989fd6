/** Text from a server or a file as a terminal may be given it: without what would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}
