/**
 * @file Makes any picture fit a network: its size, its channels, light ink on dark as it was trained.
 *
 *   gray -> ink, told from paper -> the box that holds it -> scaled to 20 of 28 -> centred by mass
 *
 * MNIST's pictures were made this way, and a network trained on them reads a photograph, a scan or a drawing
 * far better when it is treated the same. What was done is said in `notes`. Next stop: `ink.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import type { ImageShape } from '../../base/shape.ts';
import { findInk } from './ink.ts';
import { type Picture, toGray, toRgb } from './picture.ts';
import { type Plane, resize } from './resize.ts';
import { borderOf, extremes, quantile } from './values.ts';

export interface PrepareOptions {
  /** Turn dark ink on light paper round; `auto` judges by which of the two is rarer, or by the border. */
  readonly invert?: boolean | 'auto';
  /** Tell ink from paper, crop, scale and centre as MNIST does; `auto` does so unless the size fits already. */
  readonly centre?: boolean | 'auto';
}

export interface PreparedImage {
  /** (H, W, C), 0..255: one picture as the data sets hold them. */
  readonly pixels: Uint8Array;
  readonly inverted: boolean;
  /** Ink was looked for and none was found, or what is left has no contrast: there is nothing to read. */
  readonly blank: boolean;
  /** What was done, in words, for the user. */
  readonly notes: readonly string[];
}

/** Part of the side that the ink fills in MNIST: 20 of 28. */
const BOX = 20 / 28;
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
  const plane = {
    width: gray.width,
    height: gray.height,
    channels: 1,
    values: new Float32Array(gray.pixels),
  };
  const fits = plane.width === width && plane.height === height;
  if (centre === true || (centre === 'auto' && !fits)) {
    const ink = findInk(plane, invert === 'auto' ? undefined : invert);
    if (ink !== undefined) {
      const notes = [
        ...notesOfInversion(ink.dark),
        `ink told from paper, cropped from ${gray.width} x ${gray.height}, scaled and centred by its mass`,
      ];
      const pixels = placeInBox(ink.plane, width, height);
      return { pixels, inverted: ink.dark, blank: false, notes };
    }
    return { ...whole(plane, [height, width], invert), blank: true, notes: ['no ink was found'] };
  }
  return whole(plane, [height, width], invert);
}

const notesOfInversion = (inverted: boolean): string[] =>
  inverted ? ['inverted, because the background is light'] : [];

/** Nothing cropped: scaled to the size, filled up with background where the shape differs. */
function whole(
  plane: Plane,
  [height, width]: readonly [number, number],
  invert: boolean | 'auto',
): PreparedImage {
  const inverted = invert === 'auto' ? hasLightBackground(plane) : invert;
  const values = inverted ? plane.values.map((value) => 255 - value) : plane.values;
  const notes = notesOfInversion(inverted);
  if (plane.width !== width || plane.height !== height) {
    notes.push(`scaled from ${plane.width} x ${plane.height}`);
  }
  const filled = padTo({ ...plane, values }, width / height);
  const pixels = toBytes(resize(filled, width, height));
  return { pixels, inverted, blank: isFlat(pixels), notes };
}

function isFlat(pixels: Uint8Array): boolean {
  const [least, most] = extremes(pixels);
  return most - least < BLANK;
}

/** Fills the shape, cutting off what sticks out on the longer side. */
function preparePhoto(picture: Picture, [height, width]: ImageShape): PreparedImage {
  const { pixels, ...size } = toRgb(picture);
  const plane = { ...size, values: new Float32Array(pixels) };
  if (plane.width === width && plane.height === height) {
    return { pixels, inverted: false, blank: isFlat(pixels), notes: [] };
  }
  const cutWidth = Math.min(plane.width, Math.max(1, Math.round((plane.height * width) / height)));
  const cutHeight = Math.min(plane.height, Math.max(1, Math.round((plane.width * height) / width)));
  const left = Math.floor((plane.width - cutWidth) / 2);
  const top = Math.floor((plane.height - cutHeight) / 2);
  const middle = cut(plane, { left, top, width: cutWidth, height: cutHeight });
  const scaled = toBytes(resize(middle, width, height));
  return {
    pixels: scaled,
    inverted: false,
    blank: isFlat(scaled),
    notes: [`scaled from the middle of ${plane.width} x ${plane.height}`],
  };
}

/** The border's usual brightness: is it nearer to the lightest than to the darkest pixel? */
function hasLightBackground({ width, height, values }: Plane): boolean {
  const [darkest, lightest] = extremes(values);
  // An empty sheet is judged by what it is.
  const middle = lightest - darkest < BLANK ? 127.5 : (darkest + lightest) / 2;
  return quantile(borderOf(values, width, height), 0.5) > middle;
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
  const paper = quantile(borderOf(plane.values, plane.width, plane.height), 0.5);
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

function toBytes(plane: Plane): Uint8Array {
  const { values } = plane;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++)
    bytes[i] = Math.round(Math.min(255, Math.max(0, values[i])));
  return bytes;
}
