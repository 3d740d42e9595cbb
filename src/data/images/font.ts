/**
 * @file Captions in pictures, in the letters that drawings have too. Characters that there are none of show as "?".
 *
 * Before: `letters.ts`, the letters. Next stop: `contactSheet.ts`.
 */
import { LETTER_CODES, LETTER_ROWS, LETTERS } from './letters.ts';

interface Letter {
  readonly width: number;
  /** (rows, width), 0 to 15. */
  readonly opacities: Uint8Array;
}

const letters: ReadonlyMap<number, Letter> = readLetters();

function readLetters(): Map<number, Letter> {
  const bytes = Uint8Array.from(atob(LETTERS), (letter) => letter.charCodeAt(0));
  const codes = LETTER_CODES.flatMap(([from, count]) =>
    Array.from({ length: count }, (_, i) => from + i),
  );
  let at = 0;
  return new Map(
    codes.map((code) => {
      const width = bytes[at++] ?? 0;
      const size = width * LETTER_ROWS;
      const opacities = Uint8Array.from({ length: size }, (_, i) => {
        const pair = bytes[at + Math.floor(i / 2)] ?? 0;
        return i % 2 === 0 ? pair >> 4 : pair & 15;
      });
      at += Math.ceil(size / 2);
      return [code, { width, opacities }];
    }),
  );
}

/** Rows of a line, accents and descenders included. */
export const LETTER_HEIGHT = LETTER_ROWS;

const NO_LETTER: Letter = { width: 0, opacities: new Uint8Array() };

const letterOf = (character: string): Letter =>
  letters.get(character.codePointAt(0) ?? 0) ?? letters.get(0x3f) ?? NO_LETTER;

export function textWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + letterOf(character).width, 0);
}

/** Calls `dot` for every pixel that the text covers, from its top left corner on; `share`: how much, above 0, to 1. */
export function drawText(text: string, dot: (x: number, y: number, share: number) => void): void {
  let left = 0;
  for (const character of text) {
    const { width, opacities } = letterOf(character);
    opacities.forEach((opacity, i) => {
      if (opacity > 0) dot(left + (i % width), Math.floor(i / width), opacity / 15);
    });
    left += width;
  }
}
