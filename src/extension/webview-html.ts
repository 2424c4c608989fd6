import { randomBytes } from "node:crypto";
import * as vscode from "vscode";

/** Of the empty style that the toolkit adds to learn whether `:focus-visible` exists. */
const emptyStyle = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** Our pages, by the names of their bundles. */
export type PageName = "report" | "live" | "memory" | "timeline" | "bench";

/** Options of every page of ours: scripts, and files of the built product alone. */
export function webviewOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, "dist")] };
}

/** The sign of our pages on their tabs. */
export function panelIcon(extension: vscode.Uri): { readonly light: vscode.Uri; readonly dark: vscode.Uri } {
  const file = (name: string): vscode.Uri => vscode.Uri.joinPath(extension, "media", name);
  return { light: file("tab-light.svg"), dark: file("tab-dark.svg") };
}

/** The static shell of a page; all data arrives by messages. `id` names what is shown across reloads of the window. */
export function webviewHtml(webview: vscode.Webview, extension: vscode.Uri, page: PageName, id: string, title: string): string {
  const nonce = randomBytes(16).toString("base64");
  const file = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(extension, "dist", name)).toString();
  // Nothing is allowed but our own bundle by its nonce, and styles, fonts and pictures from the built product.
  const policy = [
    "default-src 'none'",
    `img-src ${webview.cspSource} data:`,
    `font-src ${webview.cspSource}`,
    `style-src ${webview.cspSource} ${emptyStyle}`,
    `script-src 'nonce-${nonce}'`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${file("codicon.css")}">
<link rel="stylesheet" href="${file(`${page}.css`)}">
<title>${escaped(title)}</title>
</head>
<body>
<main id="app" data-panel="${escaped(id)}"></main>
<script type="application/json" id="words">${translations()}</script>
<script nonce="${nonce}" src="${file(`${page}.js`)}"></script>
</body>
</html>`;
}

/** The sentences of the reader's language, for pages to speak it: data, which no policy has to allow. Nothing may end the element early. */
function translations(): string {
  return JSON.stringify(vscode.l10n.bundle ?? {}).replaceAll("<", "\\u003c");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
