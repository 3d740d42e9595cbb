/**
 * @file Values as small pictures in a drawing: a PNG inside of SVG, one square a value, in the one colour scale.
 *
 * Squares are whole pixels where a map is enlarged, so that no viewer blurs them. Next stop: `lookDrawing.ts`.
 */
import { encode } from 'fast-png';
import { paint, type Rgb, type ScaleName } from '../../draw/colourScale.ts';
import { pngAddress } from '../../draw/letters.ts';
import { element, RULE_DARK, text } from '../../draw/svg.ts';

/** A rectangle of an SVG drawing. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Values {
  /** (H, W) of numbers, row by row. */
  readonly data: ArrayLike<number>;
  readonly height: number;
  readonly width: number;
  /** The value that has the full colour. */
  readonly limit: number;
  /** Default: diverging, for values of both signs. */
  readonly scale?: ScaleName | undefined;
}

/** A map with a frame, so that values near 0 do not vanish into the page. */
export function valuePicture({ data, height, width, limit, scale }: Values, box: Box): string {
  return rgbaPicture(paint(data, limit, 'light', scale), [height, width], box);
}

/** (H, W, C) bytes as they look: gray of one channel, colours of three, the first channel of others. */
export function bytePicture(
  pixels: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, number],
  box: Box,
): string {
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < height * width; i++) {
    const at = (channel: number): number => pixels[i * channels + channel] ?? 0;
    const colour: Rgb = channels === 3 ? [at(0), at(1), at(2)] : [at(0), at(0), at(0)];
    rgba.set([...colour, 255], 4 * i);
  }
  return rgbaPicture(rgba, [height, width], box);
}

/** (H, W, 4) bytes: red, green, blue, opacity. */
export function rgbaPicture(
  rgba: Uint8ClampedArray,
  [height, width]: readonly [number, number],
  box: Box,
): string {
  return framed(pngImage(rgba, height, width, box), box);
}

/** The scale from -limit to limit, with its ends in numbers. */
export function scaleLegend(x: number, y: number, ends: readonly [string, string]): string {
  const steps = Float32Array.from({ length: 65 }, (_, i) => (i - 32) / 32);
  const box = { x, y, width: 130, height: 10 };
  const quiet = { 'font-size': 10, fill: '#52606d', 'text-anchor': 'middle' };
  return [
    valuePicture({ data: steps, height: 1, width: 65, limit: 1 }, box),
    text(x, y + 22, ends[0], quiet),
    text(x + 65, y + 22, '0', quiet),
    text(x + 130, y + 22, ends[1], quiet),
  ].join('');
}

function framed(picture: string, { x, y, width, height }: Box): string {
  const frame = { x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 };
  return picture + element('rect', { ...frame, fill: 'none', stroke: RULE_DARK });
}

function pngImage(rgba: Uint8ClampedArray, height: number, width: number, box: Box): string {
  const zoom = Math.max(1, Math.round(box.width / width));
  const down = Math.max(1, Math.round(box.height / height));
  const data = zoom * down === 1 ? rgba : enlarged(rgba, width, zoom, down);
  const png = encode({ width: width * zoom, height: height * down, data, channels: 4 });
  return element('image', {
    ...box,
    preserveAspectRatio: 'none',
    href: pngAddress(png),
  });
}

function enlarged(rgba: Uint8ClampedArray, width: number, zoom: number, down: number) {
  const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.length / 4);
  const height = pixels.length / width;
  const across = width * zoom;
  const large = new Uint32Array(across * height * down);
  for (let row = 0; row < height; row++) {
    const line = large.subarray(row * down * across, (row * down + 1) * across);
    for (let column = 0; column < across; column++) {
      line[column] = pixels[row * width + Math.floor(column / zoom)] ?? 0;
    }
    for (let copy = 1; copy < down; copy++) large.set(line, (row * down + copy) * across);
  }
  return new Uint8ClampedArray(large.buffer);
}
