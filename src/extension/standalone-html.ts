import type { FromReportView } from "../protocol/report-view.ts";

type Page = Omit<Extract<FromReportView, { kind: "save-page" }>, "kind">;

/** A page's body with its colours and its style sheet in one document that fetches nothing and runs nothing. */
export function standaloneHtml({ name, body, variables, classes }: Page, sheet: string): string {
  const title = name
    .replace(/\.html$/, "")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`,
    '<meta name="viewport" content="width=device-width">',
    `<title>${title}</title>`,
    `<style>${variables.replaceAll("<", "")}</style>`,
    `<style>${sheet.replaceAll("</", "<\\/")}</style>`,
    "</head>",
    `<body class="${classes.replace(/[^\w -]/g, "")}">`,
    body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
}
