/**
 * @file How a report looks, on paper and in the dark too: one column of text, figures as wide as they need to be.
 *
 * Paper is always light. Next stop: `draw/dark.ts`, for the drawings.
 */
import { DARK, DARK_PAGE, DARK_RAISED, darkRules } from '../draw/dark.ts';
import { INK, QUIET, RULE, RULE_DARK } from '../draw/svg.ts';

const DARK_SCREEN = '@media screen and (prefers-color-scheme: dark)';

export const STYLE = `
:root { color-scheme: light; --page: #fff; --raised: #f5f7f9; --ink: ${INK}; --soft: #3e4c59;
  --quiet: #5a6775; --rule: ${RULE}; --row: #eef1f4; --head: ${RULE_DARK}; --focus: #1f5fa8; }
${DARK_SCREEN} { :root { color-scheme: dark; --page: ${DARK_PAGE}; --raised: ${DARK_RAISED}; --ink: ${DARK[INK]};
  --soft: ${DARK['#3e4c59']}; --quiet: ${DARK[QUIET]}; --rule: ${DARK[RULE]}; --row: ${DARK_RAISED};
  --head: ${DARK[RULE_DARK]}; --focus: ${DARK['#1769aa']}; }
${darkRules('figure')}
figure image, figure img { filter: brightness(0.85); } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 40px 24px 80px; max-width: 1000px; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 32px; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 20px; margin: 48px 0 12px; padding-top: 16px; border-top: 1px solid var(--rule); }
h3 { font-size: 16px; margin: 28px 0 8px; }
p.lead { font-size: 20px; margin: 0 0 24px; color: var(--soft); }
figure { margin: 16px 0; }
figure svg, figure img { max-width: 100%; height: auto; display: block; }
figcaption, .quiet { color: var(--quiet); font-size: 14px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 24px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
th, td { text-align: right; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--row); }
td { white-space: nowrap; }
td.words { white-space: normal; }
th:first-child, td:first-child, td.words, th.words { text-align: left; }
th { font-weight: 600; border-bottom-color: var(--head); }
pre { background: var(--raised); padding: 12px 16px; overflow-x: auto; font-size: 14px; border-radius: 4px;
  white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: var(--focus); }
details { margin: 12px 0; }
summary { cursor: pointer; padding: 6px 0; }
summary:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
li { margin: 4px 0; }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; } dd { margin-bottom: 8px; }
  figure { overflow-x: auto; } figure svg { min-width: 560px; } }
@media print { body { padding: 0; max-width: none; font-size: 11pt; } h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; } p:has(+ pre) { break-after: avoid; }
  details > summary { list-style: none; break-after: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } }
`;
