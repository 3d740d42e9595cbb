import { describe, expect, it } from 'vitest';
import { prepareImage } from './prepare.ts';
import { strokesPicture } from './strokes.ts';

describe('strokes', () => {
  it('are dark on light paper, as thick as the pen', () => {
    const { pixels, width } = strokesPicture(
      [
        [
          [0.2, 0.5],
          [0.8, 0.5],
        ],
      ],
      { side: 100, radius: 0.05 },
    );
    expect(width).toBe(100);
    const column = Array.from({ length: 100 }, (_, row) => pixels[row * 100 + 50]);
    expect(column.filter((v) => v < 128)).toHaveLength(10);
    expect(column.slice(45, 55).every((v) => v < 128)).toBe(true);
    expect(pixels[0]).toBe(255);
    expect(pixels[50 * 100 + 10]).toBe(255);
  });

  it('of one point are a dot, of none are nothing', () => {
    const dot = strokesPicture([[[0.5, 0.5]]], { side: 50 });
    expect(dot.pixels[25 * 50 + 25]).toBe(0);
    expect(strokesPicture([[]]).pixels.every((v) => v === 255)).toBe(true);
  });

  it('are found, turned light on dark and centred as photographs are', () => {
    const left = strokesPicture([
      [
        [0.1, 0.1],
        [0.1, 0.4],
      ],
    ]);
    const right = strokesPicture([
      [
        [0.7, 0.5],
        [0.7, 0.8],
      ],
    ]);
    const prepared = [left, right].map((picture) => prepareImage(picture, [28, 28, 1]));
    expect(prepared[0]).toMatchObject({ inverted: true, blank: false });
    // The same but for what the light of a corner does.
    prepared[0].pixels.forEach((byte, i) => {
      expect(Math.abs(byte - prepared[1].pixels[i])).toBeLessThanOrEqual(2);
    });
    expect(prepareImage(strokesPicture([]), [28, 28, 1]).blank).toBe(true);
  });
});
