/** @file The drawing of a look: what has a row, how many maps, what is said of them. */
import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { FoveaError } from '../../base/errors.ts';
import { colourAt } from '../../draw/colourScale.ts';
import type { Look, Stage } from '../prediction/look.ts';
import { percentWords } from './lookAnswers.ts';
import { drawLook } from './lookDrawing.ts';
import { numberWords, rowSize } from './numberRow.ts';
import { bytePicture, valuePicture } from './valuePicture.ts';

function stage(name: string, kind: string, shape: readonly number[]): Stage {
  const count = shape.reduce((all, n) => all * n, 1);
  return { name, kind, shape, values: Float32Array.from({ length: count }, (_, i) => (i % 5) - 2) };
}

const look: Look = {
  model: 'small',
  classes: ['cat', 'dog', 'a name that is far too long to stand before a bar'],
  stages: [
    stage('input', 'picture', [16, 16, 3]),
    stage('conv', 'conv2d', [16, 16, 40]),
    stage('pool', 'maxPooling2d', [4, 4, 2]),
    stage('flatten', 'flatten', [32]),
    stage('hidden', 'dense', [84]),
    stage('drop', 'dropout', [84]),
    stage('scores', 'dense', [3]),
    stage('softmax', 'activation', [3]),
  ],
  input: new Float32Array(768),
  probabilities: [0.99996, 0.00004, 0],
  distances: null,
  codes: null,
  rebuilt: null,
  answer: 0,
};

/** Width of each picture, in the order of the drawing. */
const widths = (svg: string): number[] =>
  [...svg.matchAll(/<image [^>]*?width="(\d+)"/g)].map(([, width]) => Number(width));

/** (H, W, 4) bytes of one picture of a drawing. */
function pixelsIn(svg: string, place = 0) {
  const letters = [...svg.matchAll(/base64,([^"]*)"/g)][place]?.[1] ?? '';
  return decode(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0)));
}

describe('drawLook', () => {
  it('draws two lines of maps, smaller with each pooling, and what is the same only once', () => {
    const svg = drawLook(look, 'title <of> it');
    const [legend, input, ...maps] = widths(svg);
    expect([legend, input]).toEqual([130, 112]);
    // 7 of 112 + 8 pixels are in a line; 4 of 16 pixels are half as long a side.
    expect(maps).toEqual([...Array(14).fill(112), 56, 56, 504]);
    expect(svg).toContain('±2, 14 of 40');
    expect(svg).toContain('title &lt;of&gt; it');
    for (const absent of ['flatten', 'drop<', 'softmax']) expect(svg).not.toContain(absent);
  });

  it('draws as many maps as were asked for, and the layers that were named', () => {
    const svg = drawLook(look, '', { maxMaps: 40, layers: ['conv', 'drop'] });
    expect(widths(svg)).toHaveLength(2 + 40 + 1);
    expect(svg).not.toContain(' of 40');
    expect(() => drawLook(look, '', { layers: ['cnv'] })).toThrow(FoveaError);
    expect(() => drawLook(look, '', { layers: ['cnv'] })).toThrow(/did you mean "conv"|conv, pool/);
  });

  it('draws of each map its own channel', () => {
    const svg = drawLook(look, '', { layers: ['pool'] });
    const second = pixelsIn(svg, 3);
    const zoom = second.width / 4;
    for (const pixel of [0, 1, 3, 6]) {
      const value = ((2 * pixel + 1) % 5) - 2;
      const at = 4 * (Math.floor(pixel / 4) * zoom * second.width + (pixel % 4) * zoom);
      expect([...second.data.slice(at, at + 3)]).toEqual([...colourAt(value / 2, 'light')]);
    }
  });

  it('draws the codes beside the row that is compared with them, and marks the nearest', () => {
    const code = (sign: number) => Array<number>(84).fill(sign);
    const before = { stages: look.stages.slice(0, 6), answer: 1, classes: ['cat', 'dog'] };
    const svg = drawLook(
      { ...look, ...before, distances: [9.25, 4], codes: [code(1), code(-1)] },
      '',
    );
    // 7 x 12 squares of 6: the row, the two codes.
    expect(widths(svg).filter((width) => width === 42)).toHaveLength(3);
    expect(svg).toMatch(/font-weight="bold">4\.00</);
    expect(svg).toMatch(/font-weight="normal">9\.25</);
  });

  it('writes few numbers out, and names that fit', () => {
    const svg = drawLook(look, '');
    for (const number of ['−2', '−1', '0']) expect(svg).toContain(`>${number}</text>`);
    expect(svg).toContain('a name that is far to…');
  });
});

it('knows no 100 % that is none, and no 0', () => {
  expect([1, 0.99996, 0.5, 0.00004, 0].map(percentWords)).toEqual([
    '100.00 %',
    '> 99.99 %',
    '50.00 %',
    '< 0.01 %',
    '0.00 %',
  ]);
});

it('writes numbers in three digits', () => {
  expect([1234.5, -0.01234, 0.0000123, 2e6, 0].map(numberWords)).toEqual([
    '1230',
    '−0.0123',
    '1.2e-5',
    '2.0e+6',
    '0',
  ]);
});

it('breaks rows of numbers into lines that are alike, 84 into a letter where codes are letters', () => {
  expect(rowSize(84, true)).toEqual({ height: 12, width: 7, side: 8 });
  expect(rowSize(84, false)).toEqual({ height: 2, width: 42, side: 12 });
  expect(rowSize(4096, false)).toEqual({ height: 16, width: 256, side: 3 });
  expect(rowSize(97, false)).toEqual({ height: 2, width: 64, side: 12 });
});

describe('pictures of values', () => {
  it('gives each value its colour, on a square of whole pixels', () => {
    const box = { x: 0, y: 0, width: 6, height: 3 };
    const { data, width, height } = pixelsIn(
      valuePicture({ data: [-2, 1], height: 1, width: 2, limit: 2 }, box),
    );
    expect([width, height]).toEqual([6, 3]);
    for (let row = 0; row < 3; row++) {
      const at = (column: number) => [
        ...data.slice(4 * (6 * row + column), 4 * (6 * row + column) + 3),
      ];
      expect(at(2)).toEqual([...colourAt(-1, 'light')]);
      expect(at(3)).toEqual([...colourAt(0.5, 'light')]);
    }
  });

  it('shows bytes in their colours', () => {
    const box = { x: 0, y: 0, width: 2, height: 1 };
    const of = (pixels: number[], channels: number) => [
      ...pixelsIn(bytePicture(pixels, [1, 2, channels], box)).data,
    ];
    expect(of([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 2, 3, 255, 4, 5, 6, 255]);
    expect(of([7, 9], 1)).toEqual([7, 7, 7, 255, 9, 9, 9, 255]);
  });
});
