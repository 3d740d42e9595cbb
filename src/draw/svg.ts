/**
 * @file SVG as strings: an element, a text, a document. All that drawings here are made of.
 *
 * Numbers are rounded to hundredths so that the same drawing is the same bytes; texts and attributes are
 * escaped. Next stop: `windows/drawing.ts`, which draws with it.
 */

export type Attributes = Readonly<Record<string, string | number>>;

/** Letters, quiet letters, lines between rows and around cells. */
export const INK = '#1f2933';
export const QUIET = '#6b7785';
export const RULE = '#dde3ea';
export const RULE_DARK = '#c3ccd6';

export const SANS = 'DejaVu Sans, Verdana, Helvetica, Arial, sans-serif';
export const MONO = 'DejaVu Sans Mono, Menlo, Consolas, monospace';
/** Width of a character of MONO, in font sizes. */
export const MONO_ADVANCE = 0.602;

export function element(name: string, attributes: Attributes, ...children: string[]): string {
  const words = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(value)}"`);
  const open = `<${name}${words.join('')}`;
  return children.length === 0 ? `${open}/>` : `${open}>${children.join('')}</${name}>`;
}

/** A line of text; `x, y` is the start of its base line unless `text-anchor` says otherwise. */
export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element('text', { x, y, 'xml:space': 'preserve', ...attributes }, escapeMarkup(words));
}

export function svgDocument(width: number, height: number, ...children: string[]): string {
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width,
    height,
    viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
    'font-family': SANS,
    'font-size': 13,
  };
  return `${element('svg', attributes, ...children)}\n`;
}

export function escapeMarkup(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

function attribute(value: string | number): string {
  return typeof value === 'number' ? rounded(value) : escapeMarkup(value);
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
