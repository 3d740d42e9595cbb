/** @file The drawing of explanations: what stands in it, and that a map's colours lie on the pixels they are about. */
import { decode } from 'fast-png';
import { expect, it } from 'vitest';
import { colourAt } from '../../draw/colourScale.ts';
import type { Explained } from '../explanation/explain.ts';
import { answerWords, drawExplained, fullColourOf } from './explanationDrawing.ts';

const explained: Explained = {
  model: 'small',
  predicted: '2',
  class: '2',
  probability: 0.75,
  score: 3,
  explanations: [
    {
      method: 'integratedGradients',
      says: 'what each pixel adds to the score on the way from an empty picture',
      source: 'Sundararajan, Taly, Yan 2017',
      map: Float32Array.of(1, -1, 0, 0.5),
      signed: true,
      notes: [],
    },
  ],
};
const pixels = Uint8Array.of(255, 0, 255, 0);

it('shows the picture, and each map over it', () => {
  const svg = drawExplained(explained, pixels, [2, 2, 1], 'a <title>');
  expect(svg).toContain('a &lt;title&gt;');
  expect(svg).toContain('The answer is 2, with 75.00 %');
  expect(svg).toContain('integratedGradients');
  expect(svg).toContain('Sundararajan');
  // What it says is broken at words, at 42 letters.
  expect(svg).toContain('>what each pixel adds to the score on the</text>');
  const pictures = [...svg.matchAll(/base64,([^"]*)"/g)].map(([, letters = '']) =>
    decode(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0))),
  );
  // The legend, the picture, the map.
  expect(pictures).toHaveLength(3);
  const { data, width } = pictures[2]!;
  const at = (row: number, column: number) => {
    const place = 4 * ((row * width * width) / 2 + (column * width) / 2);
    return [...data.slice(place, place + 3)];
  };
  expect(at(0, 0)).toEqual([...colourAt(1, 'light')]);
  expect(at(0, 1)).toEqual([...colourAt(-1, 'light')]);
  expect(at(1, 0)).toEqual([252, 252, 252]);
  const half = (c: number) => Math.round(196 + (colourAt(1, 'light')[c]! - 196) / 2);
  expect(at(1, 1)).toEqual([half(0), half(1), half(2)]);
});

it('says which class the maps are about', () => {
  expect(answerWords({ ...explained, class: '7', probability: 0.00001 })).toBe(
    'The answer is 2. What speaks for 7, which has < 0.01 %?',
  );
});

it('lets no single pixel silence the others, and none be colourless', () => {
  const map = new Float32Array(1000).fill(1);
  map[5] = -1000;
  expect(fullColourOf(map)).toBe(1);
  expect(fullColourOf(Float32Array.from({ length: 1000 }, (_, i) => (i === 3 ? -7 : 0)))).toBe(7);
  expect(fullColourOf(new Float32Array(4))).toBe(1);
});
