/**
 * @file How a report looks, on paper too: one column of text, figures as wide as they need to be.
 */
export const STYLE = `
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 80px; max-width: 1000px; background: #fff; color: #1f2933;
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 20px; margin: 48px 0 12px; padding-top: 16px; border-top: 1px solid #dde3ea; }
h3 { font-size: 16px; margin: 28px 0 8px; }
p.lead { font-size: 20px; margin: 0 0 24px; color: #3e4c59; }
figure { margin: 16px 0; }
figure svg, figure img { max-width: 100%; height: auto; display: block; }
figcaption, .quiet { color: #5a6775; font-size: 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 0; }
dt { color: #5a6775; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th, td { text-align: right; padding: 4px 14px 4px 0; border-bottom: 1px solid #eef1f4; }
td { white-space: nowrap; }
td.words { white-space: normal; }
th:first-child, td:first-child, td.words, th.words { text-align: left; }
th { font-weight: 600; border-bottom-color: #c3ccd6; }
pre { background: #f5f7f9; padding: 12px 16px; overflow-x: auto; font-size: 14px; border-radius: 4px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin: 12px 0; }
summary { cursor: pointer; padding: 6px 0; }
summary:focus-visible { outline: 2px solid #1f5fa8; outline-offset: 2px; }
li { margin: 4px 0; }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 8px; } }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; } p:has(+ pre) { break-after: avoid; }
  details > summary { list-style: none; break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } }
`;
