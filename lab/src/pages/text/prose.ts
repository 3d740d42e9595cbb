/**
 * @file Prose as data: what a paragraph of the text is made of.
 *
 * A number in the prose says where it comes from. `n`, `percent` and `by` print what the library computed;
 * `paper` is a figure that a paper states and nothing here can compute, `measured` one that a long run gave; `said` is what texts say, in quotation
 * marks. The words between them hold no digits but years and names (C1, LeNet-5): `text.test.ts` sees to it.
 * Next stop: `chapter.ts`.
 */

export type Inline =
  | string
  | {
      readonly kind: 'number' | 'paper' | 'measured' | 'said' | 'emphasis' | 'code';
      readonly words: string;
    }
  | { readonly kind: 'link'; readonly words: string; readonly to: string };

export type Prose = readonly Inline[];

/** prose`A window of ${by(3, 3)} gives ${n(output)} rows.` */
export function prose(words: TemplateStringsArray, ...between: readonly (Inline | Prose)[]): Prose {
  const parts = words.flatMap((part, i): Inline[] => {
    const next = between[i];
    if (next === undefined) return [part];
    return isProse(next) ? [part, ...next] : [part, next];
  });
  return parts.filter((part) => part !== '');
}

const isProse = (part: Inline | Prose): part is Prose => Array.isArray(part);

/** A number that the library computed: 60,000; with `digits` behind the point, 0.7. */
export function n(value: number, digits?: number): Inline {
  const options = digits === undefined ? {} : fixed(digits);
  return { kind: 'number', words: value.toLocaleString('en-US', options) };
}

/** A share that the library computed: 0.062 -> 6 %. */
export function percent(share: number, digits = 0): Inline {
  return { kind: 'number', words: `${(100 * share).toFixed(digits)} %` };
}

/** A size that the library computed or took: 6 × 6. */
export function by(...extents: readonly number[]): Inline {
  return { kind: 'number', words: extents.join(' × ') };
}

/** The numbers of a list: 0, 1, 2. */
export function list(values: readonly number[]): Inline {
  return { kind: 'number', words: values.map((value) => value.toLocaleString('en-US')).join(', ') };
}

const fixed = (digits: number) => ({
  minimumFractionDigits: digits,
  maximumFractionDigits: digits,
});

/** A figure or formula that a source states. */
export const paper = (words: string): Inline => ({ kind: 'paper', words });
/** A figure that a run of this library gave and the documents hold; `text.test.ts` looks it up there. */
export const measured = (words: string): Inline => ({ kind: 'measured', words });
/** What texts say. */
export const said = (words: string): Inline => ({ kind: 'said', words });
export const em = (words: string): Inline => ({ kind: 'emphasis', words });
export const code = (words: string): Inline => ({ kind: 'code', words });
/** To a chapter ("#/text/padding"), a page of the lab, or an address. */
export const link = (words: string, to: string): Inline => ({ kind: 'link', words, to });

/** The words alone, for titles, searches and tests. */
export function plain(parts: Prose): string {
  return parts.map((part) => (typeof part === 'string' ? part : wordsOf(part))).join('');
}

function wordsOf(part: Exclude<Inline, string>): string {
  return part.kind === 'said' ? `“${part.words}”` : part.words;
}
