/**
 * @file What a chapter is: a title, and blocks of prose, corrections and figures.
 *
 * A chapter is data; `chapters/` holds one a file, `view/` shows it. Its body is a function, so that what it asks of
 * the library is asked when it is read. Next stop: `chapters/pooling.ts`.
 */
import type { CorrectionName } from './corrections.ts';
import type { FigureSpec } from './figureSpec.ts';
import type { Prose } from './prose.ts';
import type { Source } from './sources.ts';

export type Block =
  | { readonly kind: 'paragraph'; readonly words: Prose }
  | { readonly kind: 'heading'; readonly id: string; readonly words: string }
  | { readonly kind: 'list'; readonly items: readonly Prose[] }
  | Correction
  | { readonly kind: 'code'; readonly language: string; readonly lines: string }
  | { readonly kind: 'figure'; readonly figure: FigureSpec; readonly caption: Prose };

/** Where a reader of other texts would trip. */
export interface Correction {
  readonly kind: 'correction';
  readonly name: CorrectionName;
  /** What is said. */
  readonly says: Prose;
  /** What holds. */
  readonly holds: Prose;
  readonly sources: readonly Source[];
}

export interface Chapter {
  /** As in `#/text/ID`. */
  readonly id: string;
  readonly part: string;
  readonly title: string;
  /** One line for the table of contents. */
  readonly about: string;
  readonly body: () => readonly Block[];
}

export const p = (words: Prose): Block => ({ kind: 'paragraph', words });
export const heading = (id: string, words: string): Block => ({ kind: 'heading', id, words });
export const items = (...all: readonly Prose[]): Block => ({ kind: 'list', items: all });
export const figure = (spec: FigureSpec, caption: Prose): Block => ({
  kind: 'figure',
  figure: spec,
  caption,
});
export const listing = (language: string, lines: string): Block => ({
  kind: 'code',
  language,
  lines: lines.trim(),
});

export function correction(
  name: CorrectionName,
  parts: { readonly says: Prose; readonly holds: Prose; readonly sources: readonly Source[] },
): Block {
  return { kind: 'correction', name, ...parts };
}
