/**
 * @file Draws one picture's way through a network: a row for each layer, a small picture for each map.
 *
 * White is the largest value a map of the row may have, black its negative, gray nothing. A row of 84 numbers
 * before distances is also drawn as the 7x12 bitmap that it is compared with. Next stop: `draw/svg.ts`.
 */
import { encode } from 'fast-png';
import { formatShape } from '../../base/shape.ts';
import { element, INK, QUIET, RULE, svgDocument, text } from '../../draw/svg.ts';
import { BITMAP_HEIGHT, BITMAP_WIDTH } from '../../nn/bitmaps.ts';
import type { Look, Stage } from './look.ts';

const LEFT = 150;
const WIDTH = 1120;
const GAP = 8;
const BEST = '#0b7a4b';

/** An SVG document. */
export function drawLook(look: Look, title: string): string {
  const parts: string[] = [text(16, 30, title, { 'font-size': 17, fill: INK })];
  let y = 52;
  const last = look.stages.at(-1);
  for (const stage of look.stages) {
    // A flattened image is the row above once more; distances have a row of their own.
    if (stage.kind === 'flatten' || (stage === last && look.distances !== null)) continue;
    const row = drawStage(stage);
    parts.push(label(stage, y), translated(LEFT, y, row.drawing));
    y += Math.max(row.height, 46) + 2 * GAP;
    parts.push(element('path', { d: `M16 ${y - GAP} H${WIDTH}`, stroke: RULE }));
  }
  const answers = look.codes === null ? drawProbabilities(look) : drawDistances(look, look.codes);
  parts.push(translated(16, y + GAP, answers.drawing));
  const height = y + answers.height + 3 * GAP;
  const paper = element('rect', { width: WIDTH + 16, height, fill: '#ffffff' });
  return svgDocument(WIDTH + 16, height, paper, ...parts);
}

interface Drawing {
  readonly drawing: string;
  readonly height: number;
}

const translated = (x: number, y: number, drawing: string): string =>
  element('g', { transform: `translate(${x} ${y})` }, drawing);

const quiet = { fill: QUIET, 'font-size': 10 };

function label({ name, kind, shape }: Stage, y: number): string {
  return [
    text(16, y + 13, name, { fill: INK, 'font-weight': 'bold' }),
    text(16, y + 28, kind === 'picture' ? formatShape(shape) : kind, quiet),
    kind === 'picture' ? '' : text(16, y + 41, formatShape(shape), quiet),
  ].join('');
}

function drawStage(stage: Stage): Drawing {
  const { shape, kind, values } = stage;
  const isBytes = kind === 'picture';
  const largest = isBytes ? 255 : values.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
  // 0..255 as it is; others with 0 in the middle.
  const toGray = (v: number) => (isBytes ? v : 127.5 + (127.5 * v) / largest);
  const maps = mapsOf(stage);
  const [height, width] = shape.length === 3 && shape[0] * shape[1] > 1 ? shape : maps.size;
  // A strip of numbers is as high as it needs to be.
  const side = maps.count > 1 || height * 2 > width ? sideOf(maps.count) : 12 * width;
  const zoom = Math.max(1, Math.floor(side / Math.max(height, width)));
  const perRow = Math.max(1, Math.floor((WIDTH - LEFT + GAP) / (width * zoom + GAP)));
  const pictures = Array.from({ length: maps.count }, (_, m) =>
    picture(height, width, zoom, (i) => toGray(maps.at(m, i)), {
      x: (m % perRow) * (width * zoom + GAP),
      y: Math.floor(m / perRow) * (height * zoom + GAP),
    }),
  );
  const lines = Math.ceil(maps.count / perRow);
  return { drawing: pictures.join(''), height: lines * (height * zoom + GAP) - GAP };
}

/** Pixels a side may have: few maps are drawn large. */
function sideOf(maps: number): number {
  if (maps <= 8) return 112;
  return maps <= 16 ? 50 : 36;
}

interface Maps {
  readonly count: number;
  readonly size: readonly [number, number];
  at(map: number, pixel: number): number;
}

/** The maps of an image; a row of numbers is one map, wrapped where it is long. */
function mapsOf({ shape, values }: Stage): Maps {
  if (shape.length === 3 && shape[0] * shape[1] > 1) {
    const channels = shape[2];
    return { count: channels, size: [0, 0], at: (m, i) => values[i * channels + m] };
  }
  const across = bitmapWidthOf(values.length);
  const size = [Math.ceil(values.length / across), across] as const;
  return { count: 1, size, at: (_, i) => values[i] ?? 0 };
}

function bitmapWidthOf(numbers: number): number {
  return numbers === BITMAP_WIDTH * BITMAP_HEIGHT ? BITMAP_WIDTH : Math.min(numbers, 30);
}

/** A gray picture, enlarged by a whole number. */
function picture(
  height: number,
  width: number,
  zoom: number,
  gray: (pixel: number) => number,
  at: { readonly x: number; readonly y: number },
): string {
  const data = new Uint8Array(height * zoom * width * zoom);
  for (let row = 0; row < height * zoom; row++) {
    for (let column = 0; column < width * zoom; column++) {
      const value = gray(Math.floor(row / zoom) * width + Math.floor(column / zoom));
      data[row * width * zoom + column] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  const png = encode({ width: width * zoom, height: height * zoom, data, channels: 1 });
  const href = `data:image/png;base64,${base64(png)}`;
  return element('image', { ...at, width: width * zoom, height: height * zoom, href });
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** What the layer before the distances says, beside the ten codes; the nearest is marked. */
function drawDistances(look: Look, codes: readonly (readonly number[])[]): Drawing {
  const { classes, distances, answer, stages } = look;
  const before = stages[stages.length - 2];
  const step = 88;
  const zoom = 6;
  const [height, width] = sizeOfCode(codes[0].length);
  const code = (values: ArrayLike<number>, x: number) =>
    picture(height, width, zoom, (i) => 127.5 + (127.5 * (values[i] ?? 0)) / 1.7159, { x, y: 22 });
  const below = 22 + height * zoom;
  const parts = [
    text(0, 13, before.name, { fill: INK, 'font-weight': 'bold' }),
    code(before.values, 0),
    text(0, below + 16, 'distance to', { fill: QUIET, 'font-size': 10 }),
    ...codes.flatMap((values, i) => {
      const x = (i + 1) * step + GAP;
      const fill = i === answer ? BEST : INK;
      const weight = i === answer ? 'bold' : 'normal';
      return [
        text(x, 13, classes[i] ?? String(i), { fill, 'font-weight': weight }),
        code(values, x),
        text(x, below + 16, (distances?.[i] ?? 0).toFixed(2), { fill, 'font-weight': weight }),
      ];
    }),
  ];
  return { drawing: parts.join(''), height: below + 24 };
}

function sizeOfCode(numbers: number): readonly [number, number] {
  const across = bitmapWidthOf(numbers);
  return [Math.ceil(numbers / across), across];
}

function drawProbabilities({ classes, probabilities, answer }: Look): Drawing {
  const line = 20;
  const ranked = probabilities.map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p);
  const rows = ranked.slice(0, 10).map(({ p, i }, row) => {
    const fill = i === answer ? BEST : QUIET;
    const y = row * line;
    return [
      text(0, y + 14, classes[i] ?? String(i), { fill: INK }),
      element('rect', { x: LEFT - 16, y: y + 3, width: Math.max(1, 600 * p), height: 13, fill }),
      text(LEFT - 8 + 600 * p, y + 14, `${(100 * p).toFixed(2)} %`, { fill: INK }),
    ].join('');
  });
  return { drawing: rows.join(''), height: rows.length * line };
}
