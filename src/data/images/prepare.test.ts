import { describe, expect, it } from 'vitest';
import { ramp } from '../../../test/support/idxFixtures.ts';
import { drawDigits } from '../datasets/digits.ts';
import type { Picture } from './picture.ts';
import { prepareDigit, prepareImage } from './prepare.ts';

const gray = (width: number, height: number, pixels: Iterable<number>): Picture => ({
  width,
  height,
  channels: 1,
  pixels: Uint8Array.from(pixels),
});

describe('prepareDigit', () => {
  const digit = drawDigits(10, 0, 'test').images.subarray(0, 784);

  it('leaves a picture alone that is as the network wants it', () => {
    const { pixels, inverted, notes } = prepareDigit(gray(28, 28, digit), [28, 28, 1]);
    expect(pixels).toEqual(Uint8Array.from(digit));
    expect([inverted, notes]).toEqual([false, []]);
  });

  it('inverts dark ink on light paper, says so, and can be told', () => {
    const paper = gray(
      28,
      28,
      digit.map((value) => 255 - value),
    );
    const prepared = prepareDigit(paper, [28, 28, 1]);
    expect(prepared.pixels).toEqual(Uint8Array.from(digit));
    expect(prepared.inverted).toBe(true);
    expect(prepared.notes).toEqual(['inverted, because the background is light']);
    expect(prepareDigit(paper, [28, 28, 1], { invert: false }).pixels).toEqual(paper.pixels);
  });

  it('judges gray paper by its contrast', () => {
    const dim = gray(
      28,
      28,
      digit.map((value) => 110 - Math.round(value / 3)),
    );
    expect(prepareDigit(dim, [28, 28, 1]).inverted).toBe(true);
  });

  it('finds a digit on a large sheet and puts it where MNIST has it', () => {
    // The digit four times as large, off the centre of a sheet of grainy paper.
    const sheet = new Uint8Array(300 * 200).map((_, i) => 225 + ((i * 7919) % 11));
    for (let row = 0; row < 112; row++) {
      for (let column = 0; column < 112; column++) {
        const ink = digit[(row >> 2) * 28 + (column >> 2)];
        if (ink > 0) sheet[(row + 60) * 300 + column + 20] = 230 - 0.8 * ink;
      }
    }
    const { pixels, inverted, notes } = prepareDigit(gray(300, 200, sheet), [28, 28, 1]);
    expect(inverted).toBe(true);
    expect(notes[1]).toMatch(/cropped from 300 x 200/);
    const difference = pixels.reduce((sum, value, i) => sum + Math.abs(value - digit[i]), 0) / 784;
    expect(difference).toBeLessThan(12);
  });

  it.each(['below', 'above', 'left', 'right'] as const)(
    'puts the centre of mass into the middle where most ink is %s',
    (heavy) => {
      // A bar along one side, and a stem to the opposite one.
      const pixels = Array.from({ length: 28 * 28 }, (_, i) => {
        const [row, column] = [Math.floor(i / 28), i % 28];
        const [along, across] =
          heavy === 'below' || heavy === 'above' ? [row, column] : [column, row];
        const near = heavy === 'above' || heavy === 'left' ? along - 4 : 23 - along;
        const bar = near >= 0 && near < 4 && across >= 4 && across < 24;
        return bar || (near >= 0 && near < 20 && across >= 13 && across < 15) ? 255 : 0;
      });
      const prepared = prepareDigit(gray(28, 28, pixels), [28, 28, 1], { centre: true }).pixels;
      let [mass, down, right] = [0, 0, 0];
      prepared.forEach((value, i) => {
        mass += value;
        down += value * (Math.floor(i / 28) + 0.5);
        right += value * ((i % 28) + 0.5);
      });
      expect(Math.abs(down / mass - 14)).toBeLessThan(1);
      expect(Math.abs(right / mass - 14)).toBeLessThan(1);
    },
  );

  it('keeps thin lines visible', () => {
    const sheet = new Uint8Array(600 * 600).fill(255);
    for (let row = 100; row < 500; row++) sheet[row * 600 + 300] = 0;
    const { pixels } = prepareDigit(gray(600, 600, sheet), [28, 28, 1]);
    expect(Math.max(...pixels)).toBe(255);
  });

  it('does not trip over blank, tiny or extreme sheets', () => {
    expect(prepareDigit(gray(50, 50, Array(2500).fill(255)), [28, 28, 1])).toMatchObject({
      inverted: true,
      blank: true,
      notes: ['no ink was found'],
    });
    for (const [width, height] of [
      [1, 1],
      [1, 400],
      [400, 1],
      [2, 3],
    ]) {
      const picture = gray(width, height, ramp(width * height));
      for (const centre of [true, false]) {
        expect(prepareDigit(picture, [28, 28, 1], { centre }).pixels).toHaveLength(784);
      }
    }
  });

  it('takes the middle of a photograph for a network with colours', () => {
    const picture: Picture = {
      width: 4,
      height: 2,
      channels: 3,
      pixels: new Uint8Array(24).fill(9),
    };
    const { pixels, inverted } = prepareImage(picture, [32, 32, 3]);
    expect(pixels).toEqual(new Uint8Array(3072).fill(9));
    expect(inverted).toBe(false);
    expect(() => prepareImage(picture, [32, 32, 2])).toThrow('2 input channels');
  });
});
