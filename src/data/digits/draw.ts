/**
 * @file One digit as a person might write it: a style, a shaky hand, a slant, a pen.
 *
 *   control points --jitter--> curve --bend, slant, rotate, stretch--> fit to 20 x 20 --pen--> ink
 *
 * Size-normalised and centred by its mass in 28 x 28, as the pictures of MNIST are. The picture depends
 * on the random stream and the digit alone. Before: `skeletons.ts`. Next stop: `pen.ts`.
 */
import type { RandomStream } from '../../base/random.ts';
import { drawPath } from './pen.ts';
import { type Point, type Style, skeletons } from './skeletons.ts';

export const DIGIT_SIDE = 28;
/** The box a digit is scaled to, as in MNIST. */
const BOX = 20;
/** Curve pieces between two control points. */
const PIECES = 5;
/** Standard deviation of a control point's place, the digit's height being 1. */
const JITTER = 0.033;
/** Nothing deviates by more standard deviations than this: what is drawn can be read. */
const MOST_DEVIATION = 1.5;
const MAX_POINTS = Math.max(
  ...skeletons.flat().map(({ strokes }) => {
    return strokes.reduce((sum, stroke) => sum + 1 + PIECES * (stroke.length - 1), 0);
  }),
);

/** Draws digits, one after the other, in the same buffers. */
export class DigitPainter {
  readonly #ink = new Float32Array(DIGIT_SIDE * DIGIT_SIDE);
  /** All strokes of a digit behind one another: x, y, pen radius. */
  readonly #points = new Float64Array(3 * MAX_POINTS);

  /** Writes one picture of `digit` (28 x 28 bytes) into `pictures` at `offset`. */
  paint(digit: number, random: RandomStream, pictures: Uint8Array, offset: number): void {
    const points = this.#points;
    const chosen = chooseStyle(skeletons[digit], random);
    const ends: number[] = [];
    let count = 0;
    for (const stroke of chosen.strokes) {
      count = sampleCurve(jitter(stroke, random), points, count);
      ends.push(count);
    }
    deform(points, count, random);
    fitToBox(points, count, random);
    this.#ink.fill(0);
    const softness = random.uniform(0.7, 1.4);
    let start = 0;
    for (const end of ends) {
      const stroke = { points: points.subarray(3 * start, 3 * end), count: end - start };
      drawPath(stroke, softness, this.#ink, DIGIT_SIDE);
      start = end;
    }
    develop(this.#ink, random, pictures, offset);
  }
}

function chooseStyle(styles: readonly Style[], random: RandomStream): Style {
  const total = styles.reduce((sum, { weight }) => sum + weight, 0);
  let rest = random.uniform(0, total);
  for (const style of styles) {
    rest -= style.weight;
    if (rest < 0) return style;
  }
  return styles[0];
}

/** Moves every point a little; the ends of a stroke also come out longer or shorter. */
function jitter(stroke: readonly Point[], random: RandomStream): Point[] {
  const last = stroke.length - 1;
  return stroke.map(({ x, y, corner }, i) => {
    const next = i === 0 ? stroke[1] : stroke[last - 1];
    const stretch = i === 0 || i === last ? 0.2 * moderate(random) : 0;
    return {
      x: x + stretch * (x - next.x) + JITTER * moderate(random),
      y: y + stretch * (y - next.y) + JITTER * moderate(random),
      corner,
    };
  });
}

/** Appends the Catmull-Rom curve through the points; returns the new number of samples. */
function sampleCurve(stroke: readonly Point[], points: Float64Array, count: number): number {
  let n = count;
  const add = (x: number, y: number): void => {
    points[3 * n] = x;
    points[3 * n + 1] = y;
    n++;
  };
  add(stroke[0].x, stroke[0].y);
  for (let i = 0; i + 1 < stroke.length; i++) {
    const p1 = stroke[i];
    const p2 = stroke[i + 1];
    // At a corner or an end the curve leaves straight for the next point.
    const p0 = i === 0 || p1.corner ? p1 : stroke[i - 1];
    const p3 = i + 2 === stroke.length || p2.corner ? p2 : stroke[i + 2];
    for (let piece = 1; piece <= PIECES; piece++) {
      const t = piece / PIECES;
      add(catmullRom(p0.x, p1.x, p2.x, p3.x, t), catmullRom(p0.y, p1.y, p2.y, p3.y, t));
    }
  }
  return n;
}

/** Through b (t = 0) and c (t = 1), with the slopes (c - a) / 2 and (d - b) / 2. */
function catmullRom(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** Bends by slow waves, then slants, rotates and stretches. */
function deform(points: Float64Array, count: number, random: RandomStream): void {
  const waves = Array.from({ length: 4 }, () => ({
    strength: 0.065 * moderate(random),
    alongX: 3.5 * moderate(random),
    alongY: 3.5 * moderate(random),
    phase: random.uniform(0, 2 * Math.PI),
  }));
  // Large head and small foot or the other way round, wide or narrow ones.
  const balance = 0.3 * moderate(random);
  const taper = 0.3 * moderate(random);
  const slant = 0.15 + 0.27 * moderate(random);
  const angle = 0.11 * moderate(random);
  const aspect = Math.exp(-0.08 + 0.22 * moderate(random));
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let i = 0; i < 3 * count; i += 3) {
    let x = points[i] - 0.5;
    let y = points[i + 1] - 0.5;
    const wave = waves.map((w) => w.strength * Math.sin(w.alongX * x + w.alongY * y + w.phase));
    x = (x + wave[0] + wave[1]) * aspect * (1 + taper * y);
    y += wave[2] + wave[3] + balance * (0.25 - y * y);
    x -= slant * y; // leans to the right: y points down
    points[i] = cos * x - sin * y;
    points[i + 1] = sin * x + cos * y;
  }
}

/** Scales the path, pen included, to the box and gives every point its pen radius, in pixels. */
function fitToBox(points: Float64Array, count: number, random: RandomStream): void {
  const radius = Math.min(2.4, Math.max(0.6, 1.25 + 0.48 * moderate(random)));
  const pressure = 0.18 * moderate(random);
  const phase = random.uniform(0, 2 * Math.PI);
  const thickest = radius * (1 + Math.abs(pressure));
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  for (let i = 0; i < 3 * count; i += 3) {
    left = Math.min(left, points[i]);
    right = Math.max(right, points[i]);
    top = Math.min(top, points[i + 1]);
    bottom = Math.max(bottom, points[i + 1]);
  }
  const scale = (BOX - 2 * thickest) / Math.max(right - left, bottom - top, 1e-6);
  const middle = DIGIT_SIDE / 2;
  for (let i = 0; i < 3 * count; i += 3) {
    points[i] = (points[i] - (left + right) / 2) * scale + middle;
    points[i + 1] = (points[i + 1] - (top + bottom) / 2) * scale + middle;
    points[i + 2] = radius * (1 + pressure * Math.sin(phase + (6 * i) / (3 * count)));
  }
}

/** Ink (0..1) to bytes, moved by whole pixels so that its centre of mass is the picture's centre. */
function develop(
  ink: Float32Array,
  random: RandomStream,
  pictures: Uint8Array,
  offset: number,
): void {
  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (let i = 0; i < ink.length; i++) {
    mass += ink[i];
    massX += ink[i] * ((i % DIGIT_SIDE) + 0.5);
    massY += ink[i] * (Math.floor(i / DIGIT_SIDE) + 0.5);
  }
  const moveX = withinMargin(Math.round(DIGIT_SIDE / 2 - massX / mass));
  const moveY = withinMargin(Math.round(DIGIT_SIDE / 2 - massY / mass));
  const full = random.uniform(250, 290);
  for (let row = 0; row < DIGIT_SIDE; row++) {
    for (let column = 0; column < DIGIT_SIDE; column++) {
      const fromRow = row - moveY;
      const fromColumn = column - moveX;
      const inside =
        fromRow >= 0 && fromRow < DIGIT_SIDE && fromColumn >= 0 && fromColumn < DIGIT_SIDE;
      const value = inside ? ink[fromRow * DIGIT_SIDE + fromColumn] : 0;
      pictures[offset + row * DIGIT_SIDE + column] = Math.min(255, Math.round(value * full));
    }
  }
}

/** The box never leaves the picture. */
function withinMargin(move: number): number {
  const margin = (DIGIT_SIDE - BOX) / 2;
  return Math.max(-margin, Math.min(margin, move));
}

/** A normal number, the rare large ones drawn in: nobody writes a digit lying down. */
function moderate(random: RandomStream): number {
  return Math.max(-MOST_DEVIATION, Math.min(MOST_DEVIATION, random.normal()));
}
