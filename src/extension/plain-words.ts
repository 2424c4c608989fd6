/**
 * Words of a server or a file for places where VS Code would make something of them: notifications turn `[x](command:y)` into a link that
 * runs a command, labels turn `$(x)` into an icon.
 */
export function plainWords(text: string): string {
  return text.replaceAll("](", "] (").replaceAll("$(", "$ (");
}
