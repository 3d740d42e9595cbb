/**
 * @file Makes any picture fit a network: its size, its channels, light ink on dark as it was trained.
 *
 *   gray -> background light? invert -> crop to the ink -> scale into the box -> centre by mass
 *
 * MNIST's pictures were made this way, and a network trained on them reads a scan or a drawing far better
 * when it is treated the same. What was done is said in `notes`. Next stop: `readImage.node.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import { type Picture, toGray, toRgb } from './picture.ts';
import { type Plane, resize } from './resize.ts';

export interface PrepareOptions {
  /** Turn dark ink on light paper round; `auto` judges by the border. */
  readonly invert?: boolean | 'auto';
  /** Crop, scale and centre as MNIST does; `auto` does so unless the size fits already. */
  readonly centre?: boolean | 'auto';
}

export interface PreparedImage {
  /** (H, W, C), 0..255: one picture as the data sets hold them. */
  readonly pixels: Uint8Array;
  readonly inverted: boolean;
  /** What was done, in words, for the user. */
  readonly notes: readonly string[];
}

/** Part of the side that the ink fills in MNIST: 20 of 28. */
const BOX = 20 / 28;
/** Ink is what reaches this part of the darkest stroke. */
const INK = 0.25;
/** Less difference than this between the darkest and the lightest pixel is an empty sheet. */
const BLANK = 12;

/** Prepares for a network with one channel as a drawing, with three as a photograph. */
export function prepareImage(
  picture: Picture,
  shape: ImageShape,
  options: PrepareOptions = {},
): PreparedImage {
  if (shape[2] === 1) return prepareDigit(picture, shape, options);
  if (shape[2] === 3) return preparePhoto(picture, shape);
  throw new FoveaError({
    problem: `a picture cannot be given to a network with ${shape[2]} input channels`,
    expected: '1 (gray) or 3 (colour)',
  });
}

export function prepareDigit(
  picture: Picture,
  [height, width]: ImageShape,
  { invert = 'auto', centre = 'auto' }: PrepareOptions = {},
): PreparedImage {
  const gray = toGray(picture);
  const notes: string[] = [];
  const inverted = invert === 'auto' ? hasLightBackground(gray) : invert;
  const ink = Float32Array.from(gray.pixels, (value) => (inverted ? 255 - value : value));
  if (inverted) notes.push('inverted, because the background is light');
  const plane = { width: gray.width, height: gray.height, channels: 1, values: ink };
  const fits = plane.width === width && plane.height === height;
  if (centre === true || (centre === 'auto' && !fits)) {
    const levelled = level(plane);
    const crop = levelled === undefined ? undefined : cropToInk(levelled);
    if (crop === undefined) notes.push('the picture is blank');
    else {
      notes.push(`cropped from ${gray.width} x ${gray.height}, scaled and centred by its mass`);
      return { pixels: placeInBox(crop, width, height), inverted, notes };
    }
  } else if (!fits) {
    notes.push(`scaled from ${gray.width} x ${gray.height}`);
  }
  return { pixels: toBytes(resize(padTo(plane, width / height), width, height)), inverted, notes };
}

/** Fills the shape, cutting off what sticks out on the longer side. */
function preparePhoto(picture: Picture, [height, width]: ImageShape): PreparedImage {
  const { pixels, ...size } = toRgb(picture);
  const plane = { ...size, values: new Float32Array(pixels) };
  if (plane.width === width && plane.height === height) {
    return { pixels: toBytes(plane), inverted: false, notes: [] };
  }
  const cutWidth = Math.min(plane.width, Math.max(1, Math.round((plane.height * width) / height)));
  const cutHeight = Math.min(plane.height, Math.max(1, Math.round((plane.width * height) / width)));
  const left = Math.floor((plane.width - cutWidth) / 2);
  const top = Math.floor((plane.height - cutHeight) / 2);
  const middle = cut(plane, { left, top, width: cutWidth, height: cutHeight });
  return {
    pixels: toBytes(resize(middle, width, height)),
    inverted: false,
    notes: [`scaled from the middle of ${plane.width} x ${plane.height}`],
  };
}

/** The border's usual brightness: is it nearer to the lightest than to the darkest pixel? */
function hasLightBackground({ width, height, pixels }: Picture): boolean {
  const [darkest, lightest] = extremes(pixels);
  // An empty sheet is judged by what it is.
  const middle = lightest - darkest < BLANK ? 127.5 : (darkest + lightest) / 2;
  return quantile(border(pixels, width, height), 0.5) > middle;
}

/** Spreads the values so that the background becomes 0 and the ink 255; undefined when there is no ink. */
function level(plane: Plane): Plane | undefined {
  const edge = border(plane.values, plane.width, plane.height);
  const paper = quantile(edge, 0.5);
  // The grain of the paper is not ink either.
  const floor = paper + 2 * Math.max(0, quantile(edge, 0.9) - paper);
  const [, most] = extremes(plane.values);
  if (most - floor < BLANK) return undefined;
  const values = plane.values.map((v) =>
    Math.min(255, Math.max(0, ((v - floor) * 255) / (most - floor))),
  );
  return { ...plane, values };
}

/** The smallest rectangle that holds the ink. */
function cropToInk(plane: Plane): Plane | undefined {
  let left = plane.width;
  let right = -1;
  let top = plane.height;
  let bottom = -1;
  for (let row = 0; row < plane.height; row++) {
    for (let column = 0; column < plane.width; column++) {
      if (plane.values[row * plane.width + column] < 255 * INK) continue;
      left = Math.min(left, column);
      right = Math.max(right, column);
      top = Math.min(top, row);
      bottom = Math.max(bottom, row);
    }
  }
  if (right < left) return undefined;
  return cut(plane, { left, top, width: right - left + 1, height: bottom - top + 1 });
}

/** Scales to the box, then puts the centre of mass into the middle of (height, width). */
function placeInBox(ink: Plane, width: number, height: number): Uint8Array {
  const scale = Math.min((width * BOX) / ink.width, (height * BOX) / ink.height);
  const small = resize(
    ink,
    Math.max(1, Math.round(ink.width * scale)),
    Math.max(1, Math.round(ink.height * scale)),
  );
  const [, most] = extremes(small.values);
  let mass = 0;
  let massX = 0;
  let massY = 0;
  small.values.forEach((value, i) => {
    mass += value;
    massX += value * ((i % small.width) + 0.5);
    massY += value * (Math.floor(i / small.width) + 0.5);
  });
  const left = within(Math.round(width / 2 - massX / mass), width - small.width);
  const top = within(Math.round(height / 2 - massY / mass), height - small.height);
  const pixels = new Uint8Array(width * height);
  small.values.forEach((value, i) => {
    const row = top + Math.floor(i / small.width);
    // A thin line has become faint: back to full ink.
    pixels[row * width + left + (i % small.width)] = Math.round((255 * value) / most);
  });
  return pixels;
}

function within(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function cut(plane: Plane, { left, top, width, height }: Rectangle): Plane {
  const { channels } = plane;
  const values = new Float32Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * plane.width + left) * channels;
    values.set(plane.values.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, channels, values };
}

/** More paper than this is never made: what would need it is scaled down first. */
const MOST_PADDED = 2 ** 24;

/** Adds background (the border's usual value) on two sides until width / height is `ratio`. */
function padTo(given: Plane, ratio: number): Plane {
  const plane = boundedFor(given, ratio);
  const width = Math.max(plane.width, Math.round(plane.height * ratio));
  const height = Math.max(plane.height, Math.round(plane.width / ratio));
  if (width === plane.width && height === plane.height) return plane;
  const paper = quantile(border(plane.values, plane.width, plane.height), 0.5);
  const values = new Float32Array(width * height).fill(paper);
  const left = Math.floor((width - plane.width) / 2);
  const top = Math.floor((height - plane.height) / 2);
  for (let row = 0; row < plane.height; row++) {
    const from = row * plane.width;
    values.set(plane.values.subarray(from, from + plane.width), (top + row) * width + left);
  }
  return { width, height, channels: 1, values };
}

/** A line of 65,535 x 1 in a square would be 17 GB of paper: its long side comes down. */
function boundedFor(plane: Plane, ratio: number): Plane {
  const width = Math.max(plane.width, plane.height * ratio);
  const scale = Math.sqrt(MOST_PADDED / ((width * width) / ratio));
  if (scale >= 1) return plane;
  const side = (n: number) => Math.max(1, Math.floor(n * scale));
  return resize(plane, side(plane.width), side(plane.height));
}

/** The outermost pixels of a plane with one channel. */
function border(values: ArrayLike<number>, width: number, height: number): number[] {
  const edge: number[] = [];
  for (let column = 0; column < width; column++) {
    edge.push(values[column], values[(height - 1) * width + column]);
  }
  for (let row = 1; row < height - 1; row++) {
    edge.push(values[row * width], values[row * width + width - 1]);
  }
  return edge;
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

function extremes(values: Iterable<number>): [number, number] {
  let least = Infinity;
  let most = -Infinity;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return [least, most];
}

function toBytes(plane: Plane): Uint8Array {
  const { values } = plane;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Math.round(Math.min(255, Math.max(0, values[i])));
  return bytes;
}
