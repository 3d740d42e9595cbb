/**
 * @file `node tools/letters.ts`: writes `src/data/images/letters.ts`, the letters of pictures that no SVG is drawn for.
 *
 * They are DejaVu Sans at 13 pixels, as the drawings have it, so both look alike. Needs that font and `sharp`.
 */
import { writeFileSync } from 'node:fs';
import sharp from 'sharp';

const SIZE = 13;
const [ASCENT, HEIGHT] = [13, 17];
/** Printable ASCII, the letters of Latin-1, and what cut names end with. */
const LETTERS = [
  ...Array.from({ length: 95 }, (_, i) => 0x20 + i),
  ...Array.from({ length: 96 }, (_, i) => 0xa0 + i),
  0x2026,
].map((code) => String.fromCharCode(code));
const WIDE = 200;
const COLUMNS = 96;

/** Opacities of a text, (HEIGHT, WIDE), black on nothing. */
async function drawn(words: string): Promise<Uint8Array> {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDE}" height="${HEIGHT}"><text xml:space="preserve" x="0" y="${ASCENT}" font-family="DejaVu Sans" font-size="${SIZE}">${escaped}</text></svg>`;
  return new Uint8Array(
    await sharp(Buffer.from(svg)).ensureAlpha().extractChannel(3).raw().toBuffer(),
  );
}

/** From a letter to the next: how far eight of them move a bar behind them. */
async function advanceOf(letter: string): Promise<number> {
  const barAfter = async (words: string): Promise<number> => {
    const pixels = await drawn(`${words}|`);
    const hasInk = (x: number): boolean => (pixels[ASCENT * WIDE + x] ?? 0) > 60;
    return Array.from({ length: WIDE }, (_, x) => x).findLast(hasInk) ?? 0;
  };
  return Math.round(((await barAfter(`|${letter.repeat(8)}`)) - (await barAfter('|'))) / 8);
}

const bytes: number[] = [];
for (const letter of LETTERS) {
  const width = Math.max(1, await advanceOf(letter));
  const pixels = await drawn(letter);
  bytes.push(width);
  for (let i = 0; i < HEIGHT * width; i += 2) {
    const at = (k: number): number =>
      k < HEIGHT * width
        ? Math.round((pixels[Math.floor(k / width) * WIDE + (k % width)] ?? 0) / 17)
        : 0;
    bytes.push(16 * at(i) + at(i + 1));
  }
}
const text = Buffer.from(bytes).toString('base64');
const lines = text.match(new RegExp(`.{1,${COLUMNS}}`, 'g')) ?? [];
writeFileSync(
  'src/data/images/letters.ts',
  `/**
 * @file Letters as pictures, written by \`tools/letters.ts\`: printable ASCII, Latin-1 from U+00A0 on, and an ellipsis.
 *
 * Of each its width and then its opacities in steps of 1/15, row by row, two a byte, the first in the upper half; base64.
 * DejaVu Sans, of the Bitstream Vera fonts (free to use and to embed), at 13 pixels. Next stop: \`font.ts\`.
 */

/** Rows of every letter. */
export const LETTER_ROWS = ${HEIGHT};
/** The characters, in order. */
export const LETTER_CODES: readonly (readonly [from: number, count: number])[] = [
  [0x20, 95],
  [0xa0, 96],
  [0x2026, 1],
];
export const LETTERS =
${lines.map((line, i) => `  '${line}'${i === lines.length - 1 ? ';' : ' +'}`).join('\n')}
`,
);
