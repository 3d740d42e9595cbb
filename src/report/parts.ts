/**
 * @file The parts that pages of HTML are made of: the page itself, sections, lists, facts, tables, figures.
 *
 * No script, nothing loaded from elsewhere. Texts are escaped here; what is called `inner` is markup already.
 * Next stop: `page.ts`, a run as one page.
 */
import { escapeMarkup } from '../draw/svg.ts';
import { STYLE } from './style.ts';

export function htmlPage(title: string, parts: readonly string[]): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeMarkup(title)}</title><style>${STYLE}</style></head>`,
    `<body>${parts.join('\n')}</body>`,
    '</html>\n',
  ].join('\n');
}

export const pageHeading = (title: string, lead: string): string =>
  `<h1>${escapeMarkup(title)}</h1><p class="lead">${escapeMarkup(lead)}</p>`;

/** Nothing where there is nothing to say. */
export function section(title: string, inner: string): string {
  return inner === '' ? '' : `<section><h2>${escapeMarkup(title)}</h2>${inner}</section>`;
}

/** Within a section. */
export const heading = (title: string): string => `<h3>${escapeMarkup(title)}</h3>`;

export const paragraph = (words: string, kind?: string): string =>
  `<p${kind === undefined ? '' : ` class="${kind}"`}>${escapeMarkup(words)}</p>`;

export const list = (sentences: readonly string[]): string =>
  sentences.length === 0
    ? ''
    : `<ul>${sentences.map((sentence) => `<li>${escapeMarkup(sentence)}</li>`).join('')}</ul>`;

export function factList(facts: readonly (readonly [name: string, value: string])[]): string {
  const pairs = facts.map(
    ([name, value]) => `<dt>${escapeMarkup(name)}</dt><dd>${escapeMarkup(value)}</dd>`,
  );
  return `<dl>${pairs.join('')}</dl>`;
}

/** A paragraph that leads to a file beside the page. */
export const link = (href: string, words: string): string =>
  `<p><a href="${escapeMarkup(href)}">${escapeMarkup(words)}</a></p>`;

export const code = (words: string): string => `<pre>${escapeMarkup(words)}</pre>`;

export const figure = (svg: string, caption = ''): string =>
  `<figure>${svg}${caption === '' ? '' : `<figcaption>${escapeMarkup(caption)}</figcaption>`}</figure>`;

/** Cells of the first `wordColumns` are words, at the left; the others are numbers, at the right. */
export function htmlTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  wordColumns = 1,
): string {
  const row = (name: 'th' | 'td', cells: readonly string[]): string => {
    const written = cells.map(
      (cell, i) =>
        `<${name}${i < wordColumns ? ' class="words"' : ''}>${escapeMarkup(cell)}</${name}>`,
    );
    return `<tr>${written.join('')}</tr>`;
  };
  return `<div class="wide"><table>${row('th', head)}${rows.map((cells) => row('td', cells)).join('')}</table></div>`;
}
