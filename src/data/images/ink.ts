/**
 * @file Tells ink from paper where the light is uneven: a photograph of a sheet, a scan, a drawing.
 *
 *   log brightness -> minus the paper's own, estimated round every pixel -> threshold -> pieces that are writing
 *
 * Shade multiplies what it falls on, so in logarithms it is added, and ink keeps its distance from the paper
 * beside it in light and shade alike. The paper is the mean of what is not ink in a window, found in three
 * rounds. A threshold of local means: Bradley and Roth 2007, after Wellner 1993. Next stop: `prepare.ts`.
 */
import { localMeans } from './localMean.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { type Plane, resize } from './resize.ts';
import { quantile } from './values.ts';

export interface Ink {
  /** The smallest rectangle that holds the writing; 0 is paper, 255 full ink. */
  readonly plane: Plane;
  /** Dark ink on light paper? */
  readonly dark: boolean;
}

/** A larger picture is brought to this side first: its grain goes, its strokes stay. */
const SIDE = 300;
/** Windows reach this part of the longer side to each side of a pixel. */
const REACH = 1 / 6;
/** Added to the brightness, so that the grain of dark places does not grow without bound. */
const FLOOR = 16;
/** Ink differs from paper by this much at least, in logarithms: 12 % of the brightness. */
const LEAST_CONTRAST = 0.12;
/** ... and by so many standard deviations of the paper's grain. */
const DEVIATIONS = 5;
/** Ink is what has this part of the usual contrast of ink. */
const PART = 0.45;
/** Rounds of finding the paper between the ink. */
const ROUNDS = 3;
/** A window with less paper than this says nothing of the paper. */
const LEAST_PAPER = 0.05;

/**
 * Finds the writing on a sheet.
 *
 * `values` are (height, width), 0..255. `dark`: whether ink is darker than paper; absent: the rarer of the two
 * is ink. Gives undefined where there is no ink.
 */
export function findInk(sheet: Plane, dark?: boolean): Ink | undefined {
  const plane = shrink(sheet);
  const { width, height } = plane;
  const radius = Math.max(2, Math.round(REACH * Math.max(width, height)));
  const light = { width, height, values: plane.values.map((v) => Math.log(v + FLOOR)) };
  let { means: paper } = localMeans(light, radius);
  const isDark = dark ?? isDarkOnLight(light.values, paper);
  const sign = isDark ? -1 : 1;
  let found = contrastOf(light.values, paper, sign);
  for (let round = 1; round < ROUNDS && found !== undefined; round++) {
    paper = paperBetween(light, found.mask, paper, radius);
    found = contrastOf(light.values, paper, sign);
  }
  if (found === undefined) return undefined;
  const { mask, contrast, level } = found;
  const writing = writingOf(piecesOf(mask, width), width, height);
  if (writing.length === 0) return undefined;
  return { plane: cutOut(writing, contrast, level, width, height), dark: isDark };
}

function shrink(plane: Plane): Plane {
  const scale = SIDE / Math.max(plane.width, plane.height);
  if (scale >= 1) return plane;
  const side = (n: number) => Math.max(1, Math.round(n * scale));
  return resize(plane, side(plane.width), side(plane.height));
}

/** Ink is rare: the long tail of the differences from the local mean is on its side. */
function isDarkOnLight(values: Float32Array, means: Float32Array): boolean {
  let skew = 0;
  for (let i = 0; i < values.length; i++) skew += (values[i] - means[i]) ** 3;
  return skew < 0;
}

interface Contrast {
  /** (height, width): how far each pixel is from paper on the side of ink, at least 0. */
  readonly contrast: Float32Array;
  /** 1 where it is ink. */
  readonly mask: Uint8Array;
  /** What full ink has. */
  readonly level: number;
}

function contrastOf(values: Float32Array, paper: Float32Array, sign: number): Contrast | undefined {
  const difference = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) difference[i] = sign * (values[i] - paper[i]);
  const least = Math.max(LEAST_CONTRAST, DEVIATIONS * grainOf(difference));
  const candidates: number[] = [];
  for (const d of difference) if (d > least) candidates.push(d);
  if (candidates.length === 0) return undefined;
  const level = quantile(candidates, 0.65);
  const threshold = Math.max(least, PART * level);
  const contrast = new Float32Array(values.length);
  const mask = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    contrast[i] = Math.max(0, difference[i]);
    mask[i] = difference[i] > threshold ? 1 : 0;
  }
  return { contrast, mask, level };
}

/** As many pixels as a quantile needs to be trusted. */
const SAMPLE = 10_000;

/** Standard deviation of the paper: half of all pixels lie within 0.67 of them, ink or no ink among them. */
function grainOf(difference: Float32Array): number {
  const step = Math.ceil(difference.length / SAMPLE);
  const sample = Array.from({ length: Math.floor(difference.length / step) }, (_, i) =>
    Math.abs(difference[i * step]),
  );
  return quantile(sample, 0.5) / 0.6745;
}

/** The mean of what is not ink; where a window is full of ink, what was taken for paper before. */
function paperBetween(
  light: Omit<Plane, 'channels'>,
  ink: Uint8Array,
  before: Float32Array,
  radius: number,
): Float32Array {
  const { means, shares } = localMeans({ ...light, counts: ink.map((v) => 1 - v) }, radius);
  for (let i = 0; i < means.length; i++) if (shares[i] < LEAST_PAPER) means[i] = before[i];
  return means;
}

/** A piece shorter than this part of the longer side is a speck, however much there is of it. */
const SPECK = 0.03;
/** A piece with less than this part of the pixels of the largest is no part of a digit. */
const SCRAP = 0.04;

/** Leaves out specks, and what runs over the border (the sheet's edge, a shadow) unless there is nothing else. */
function writingOf(pieces: readonly Piece[], width: number, height: number): readonly Piece[] {
  const long = Math.max(3, SPECK * Math.max(width, height));
  const large = pieces.filter(
    ({ left, right, top, bottom }) => Math.max(right - left, bottom - top) + 1 >= long,
  );
  const inside = large.filter(
    ({ left, top, right, bottom }) =>
      left > 0 && top > 0 && right < width - 1 && bottom < height - 1,
  );
  const kept = inside.length > 0 ? inside : large;
  const most = Math.max(0, ...kept.map(({ pixels }) => pixels.length));
  return kept.filter(({ pixels }) => pixels.length >= SCRAP * most);
}

/** The pieces and the soft edge round them, on nothing else. */
function cutOut(
  pieces: readonly Piece[],
  contrast: Float32Array,
  level: number,
  width: number,
  height: number,
): Plane {
  const left = Math.max(0, Math.min(...pieces.map((piece) => piece.left)) - 1);
  const top = Math.max(0, Math.min(...pieces.map((piece) => piece.top)) - 1);
  const right = Math.min(width - 1, Math.max(...pieces.map((piece) => piece.right)) + 1);
  const bottom = Math.min(height - 1, Math.max(...pieces.map((piece) => piece.bottom)) + 1);
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const values = new Float32Array(size.width * size.height);
  for (const pixel of pieces.flatMap(({ pixels }) => pixels)) {
    const x = pixel % width;
    const y = (pixel - x) / width;
    for (let v = Math.max(top, y - 1); v <= Math.min(bottom, y + 1); v++) {
      for (let u = Math.max(left, x - 1); u <= Math.min(right, x + 1); u++) {
        const share = Math.min(1, contrast[v * width + u] / level);
        values[(v - top) * size.width + (u - left)] = 255 * share;
      }
    }
  }
  return { ...size, channels: 1, values };
}
