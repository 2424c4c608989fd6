/** Style of the report page: the reader's own light or dark, printable in grey. */
export const reportStyle = `
:root { color-scheme: light dark; --text: #1f2328; --dim: #59636e; --page: #ffffff; --line: #d1d9e0; --a: #1769b8; --limit: #b35900; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6e6; --dim: #a0a0a0; --page: #1f1f1f; --line: #3c3c3c; --a: #62a8f5; --limit: #f0b04a; } }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/20px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
main { max-width: 1200px; margin: 0 auto; padding: 24px; }
h1 { font-size: 18px; line-height: 24px; margin: 0; }
h2 { font-size: 14px; line-height: 20px; margin: 0 0 10px; }
h3, h4 { font-size: 13px; line-height: 20px; margin: 16px 0 4px; }
section p { margin: 4px 0; }
header p { margin: 4px 0; color: var(--dim); }
section { margin-top: 28px; }
.verdict { font-size: 18px; line-height: 24px; font-weight: 600; margin-bottom: 4px; }
table { border-collapse: collapse; font-size: 13px; margin-bottom: 12px; }
th, td { padding: 4px 24px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 400; color: var(--dim); }
.scroll { overflow-x: auto; }
.figures td { text-align: right; white-space: nowrap; }
.figures thead th { text-align: right; }
.figures thead th:first-child { text-align: left; }
.figures th { white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px 32px; }
figure { margin: 0; }
figcaption { font-size: 12px; color: var(--dim); }
svg { width: 100%; height: auto; display: block; }
svg text { font-size: 11px; fill: var(--dim); }
.grid { stroke: var(--line); stroke-width: 1; }
.line { fill: none; stroke: var(--a); stroke-width: 2; }
.limit { stroke: var(--limit); stroke-width: 1.5; stroke-dasharray: 4 3; }
.none { color: var(--dim); }
@media (max-width: 620px) { main { padding: 16px; } th, td { padding-right: 12px; } }
@media (forced-colors: active) { .line { stroke: CanvasText; } .grid { stroke: GrayText; } }
@media print { main { padding: 0; } section { break-inside: avoid; } }
`;
