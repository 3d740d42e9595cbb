import { describe, expect, it } from 'vitest';
import { photographs } from '../../../test/support/photographs.ts';
import { drawDigits } from '../datasets/digits.ts';
import { findInk } from './ink.ts';
import { localMeans } from './localMean.ts';
import type { Picture } from './picture.ts';
import { piecesOf } from './pieces.ts';
import { prepareImage } from './prepare.ts';

const planeOf = ({ width, height, pixels }: Picture) => ({
  width,
  height,
  channels: 1,
  values: Float32Array.from(pixels),
});

const SMALL = { width: 300, height: 400 };

describe('means over windows', () => {
  const [width, height] = [9, 7];
  const values = Float32Array.from({ length: 63 }, (_, i) => (i * 37) % 23);

  it('are those of the plain loops inside, of what counts alone', () => {
    const counts = Uint8Array.from({ length: 63 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    const { means, shares } = localMeans({ width, height, values, counts }, 2);
    let [sum, n] = [0, 0];
    for (let y = 1; y <= 5; y++) {
      for (let x = 2; x <= 6; x++) {
        if (counts[y * width + x] === 0) continue;
        sum += values[y * width + x];
        n++;
      }
    }
    expect(means[3 * width + 4]).toBeCloseTo(sum / n, 5);
    expect(shares[3 * width + 4]).toBeCloseTo(n / 25, 6);
  });

  it('follow a slope to the border', () => {
    const slope = values.map((_, i) => i % width);
    const { means } = localMeans({ width, height, values: slope }, 3);
    // One pixel to each side is the least: the outermost column alone leans.
    for (let x = 1; x < width - 1; x++) expect(means[3 * width + x]).toBeCloseTo(x, 5);
  });
});

describe('pieces', () => {
  it('hang together at corners, and know their boxes', () => {
    const mask = Uint8Array.from([1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 1]);
    const boxes = piecesOf(mask, 5).map(({ pixels, ...box }) => [pixels.length, box]);
    expect(boxes).toEqual([
      [2, { left: 0, top: 0, right: 1, bottom: 1 }],
      [1, { left: 4, top: 0, right: 4, bottom: 0 }],
      [2, { left: 1, top: 3, right: 2, bottom: 3 }],
      [1, { left: 4, top: 3, right: 4, bottom: 3 }],
    ]);
  });
});

it('ink that runs over an edge of the sheet is cut out up to the edge', () => {
  const side = 60;
  const strokes = {
    top: (row: number, column: number) => row < 30 && column >= 28 && column < 33,
    left: (row: number, column: number) => column < 30 && row >= 28 && row < 33,
    bottom: (row: number, column: number) => row >= 30 && column >= 28 && column < 33,
    right: (row: number, column: number) => column >= 30 && row >= 28 && row < 33,
  };
  for (const [edge, isInk] of Object.entries(strokes)) {
    const values = Float32Array.from({ length: side * side }, (_, i) =>
      isInk(Math.floor(i / side), i % side) ? 20 : 220,
    );
    const { plane } = findInk({ width: side, height: side, channels: 1, values })!;
    const isTall = edge === 'top' || edge === 'bottom';
    // With one pixel of soft edge where there is paper.
    expect([plane.height, plane.width], edge).toEqual(isTall ? [31, 7] : [7, 31]);
    const at = (along: number) => plane.values[isTall ? along * 7 + 3 : 3 * 31 + along];
    const ends = edge === 'top' || edge === 'left' ? [at(0), at(30)] : [at(30), at(0)];
    expect(ends[0], edge).toBeGreaterThan(200);
    expect(ends[1], edge).toBeLessThan(50);
  }
});

it.each(['top', 'left'] as const)(
  'ink that is heavy at its %s stays in the picture whole',
  (side) => {
    const [width, height] = [70, 70];
    const pixels = new Uint8Array(width * height).fill(230);
    // A broad bar, and a thin line away from it: the middle of its mass is near the bar.
    const draw = (along: number, across: number) => {
      pixels[side === 'top' ? along * width + across : across * width + along] = 20;
    };
    for (let along = 12; along < 20; along++) for (let i = 20; i < 50; i++) draw(along, i);
    for (let along = 20; along < 55; along++) for (let i = 34; i < 36; i++) draw(along, i);
    const prepared = prepareImage({ width, height, channels: 1, pixels }, [28, 28, 1]);
    const hasInk = (place: number) =>
      Array.from({ length: 28 }, (_, i) =>
        side === 'top' ? prepared.pixels[28 * place + i] : prepared.pixels[28 * i + place],
      ).some((ink) => ink > 8);
    const places = Array.from({ length: 28 }, (_, place) => place).filter(hasInk);
    // Twenty pixels, as far from the middle as the border allows.
    expect([places[0], places.at(-1), places.length]).toEqual([8, 27, 20]);
  },
);

describe('ink on paper in uneven light', () => {
  it.each([
    ['dark on light', false],
    ['light on dark', true],
  ])('%s: becomes the digit as it was drawn', (_, light) => {
    for (const seed of [0, 1]) {
      const drawn = drawDigits(10, 1000 + seed, 'test').images;
      for (const [i, { picture }] of photographs(seed, { light, ...SMALL }).entries()) {
        const prepared = prepareImage(picture, [28, 28, 1]);
        expect(prepared).toMatchObject({ blank: false, inverted: !light });
        const digit = drawn.subarray(784 * i, 784 * (i + 1));
        const difference = prepared.pixels.reduce((sum, v, at) => sum + Math.abs(v - digit[at]), 0);
        expect(difference / 784, `seed ${seed}, picture ${i}`).toBeLessThan(25);
      }
    }
  });

  it('finds no ink on a blank sheet, dark or light, even or shaded', () => {
    for (const light of [false, true]) {
      for (const { picture } of photographs(7, { light, blank: true, ...SMALL }).slice(0, 4)) {
        expect(findInk(planeOf(picture))).toBeUndefined();
        expect(prepareImage(picture, [28, 28, 1]).blank).toBe(true);
      }
    }
  });

  it('does as it is told about what is ink', () => {
    const [{ picture }] = photographs(1, SMALL);
    expect(findInk(planeOf(picture), true)?.dark).toBe(true);
    expect(prepareImage(picture, [28, 28, 1], { invert: false }).inverted).toBe(false);
  });

  it('leaves out specks and the edge of the sheet', () => {
    const [width, height] = [200, 200];
    const pixels = new Uint8Array(width * height).fill(220);
    const fill = (left: number, top: number, w: number, h: number, value: number) => {
      for (let y = top; y < top + h; y++)
        pixels.fill(value, y * width + left, y * width + left + w);
    };
    fill(0, 0, 14, 200, 30); // the table beside the sheet
    fill(90, 60, 10, 80, 40); // a stroke
    fill(150, 150, 2, 2, 40); // a speck
    const ink = findInk(planeOf({ width, height, channels: 1, pixels }));
    expect([ink?.plane.width, ink?.plane.height]).toEqual([12, 82]);
  });
});

describe('pictures of the data sets', () => {
  it('stay as they are at their own size', () => {
    const { images } = drawDigits(200, 3, 'test');
    for (let i = 0; i < 200; i++) {
      const pixels = images.subarray(784 * i, 784 * (i + 1));
      const picture: Picture = { width: 28, height: 28, channels: 1, pixels };
      const prepared = prepareImage(picture, [28, 28, 1]);
      expect(prepared).toMatchObject({ inverted: false, blank: false, notes: [] });
      expect(prepared.pixels).toEqual(Uint8Array.from(pixels));
    }
  });
});
