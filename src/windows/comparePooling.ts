/**
 * @file Max, average and min pooling side by side on one picture: size, a one-pixel shift, noise.
 *
 * Asks what texts say of pooling and answers with numbers: how much of a shift pooling really takes away,
 * which noise breaks which pooling, and how max and min mirror each other.
 */
import { at, first } from '../base/lists.ts';
import { NO_PADS, type Pair } from '../base/window.ts';
import { applyOp, type RealTensor } from './apply.ts';
import { type Comparison, levels, percent } from './comparison.ts';
import {
  changeMap,
  channelsOf,
  crop,
  difference,
  heightOf,
  KEPT,
  mapped,
  meanChange,
  noisy,
  share,
  shareKept,
  shifted,
  widthOf,
} from './measure.ts';

export interface PoolingOptions {
  readonly window: Pair;
  readonly strides: Pair;
  /** Share of the pixels that noise replaces. */
  readonly density: number;
  readonly seed: number;
}

/** A change of this many grey levels is drawn black. */
const BLACK_AT = 64;

type Pool = (x: RealTensor) => RealTensor;
export type PoolingColumn = 'picture' | 'max' | 'average' | 'min';

export interface PoolingResult {
  readonly name: string;
  readonly size: Pair;
  /** Mean change in grey levels when the picture moves by so many pixels. */
  readonly shiftChange: readonly { readonly by: number; readonly change: number }[];
  /** Share of the cells that look the same after a shift by one pixel. */
  readonly keptByShift: number;
  readonly salt: number;
  readonly pepper: number;
  readonly saltAndPepper: number;
  /** Share of exact zeros when pooling follows an edge filter and ReLU. */
  readonly zerosAfterRelu: number;
}

/** What each pooling makes of the picture: its size, what shifts and noise change. */
export function measurePooling(
  x: RealTensor,
  options: PoolingOptions,
): Readonly<Record<PoolingColumn, PoolingResult>> {
  const pools = poolsOf(options);
  const edges = rectifiedEdges(x);
  const resultOf = (column: PoolingColumn) => measure(column, pools[column], x, edges, options);
  return {
    picture: resultOf('picture'),
    max: resultOf('max'),
    average: resultOf('average'),
    min: resultOf('min'),
  };
}

/** Each pooling as a function of a picture; `picture` leaves it as it is. */
export function poolsOf({
  window,
  strides,
}: Pick<PoolingOptions, 'window' | 'strides'>): Readonly<Record<PoolingColumn, Pool>> {
  const attrs = { window, strides, pads: NO_PADS };
  return {
    picture: (p) => p,
    max: (p) => applyOp('maxPool2d', [p], attrs),
    average: (p) => applyOp('averagePool2d', [p], { ...attrs, countIncludePad: false }),
    min: (p) => applyOp('minPool2d', [p], attrs),
  };
}

export function comparePooling(x: RealTensor, name: string, options: PoolingOptions): Comparison {
  const { window, strides, density, seed } = options;
  const pools = poolsOf(options);
  const byColumn = measurePooling(x, options);
  const peppered = noisy(x, 'salt and pepper', density, seed);
  const entries = Object.entries(pools);
  const results = Object.values(byColumn);
  const mirrored = meanChange(pools.min(x), negative(pools.max(negative(x)))) === 0;
  const moves = entries.slice(1).every(([, pool]) => movesByOneCell(pool, x, strides[1]));
  const sides = `${heightOf(x)}x${widthOf(x)}${channelsOf(x) === 1 ? '' : 'x3'}`;
  return {
    title: `Pooling ${window.join('x')}, stride ${strides.join('x')}, on ${name}`,
    subtitle: `${sides} pixels, values 0 (black) to 255 (white), no padding; noise on ${percent(density)} of the pixels`,
    scale: 'fill',
    pictureRows: [
      'as it is',
      'with salt and pepper',
      'change by a shift of 1 pixel (darker: more)',
    ],
    columns: entries.map(([column, pool]) => ({
      name: column,
      pictures: [
        pool(x),
        pool(peppered),
        changeMap(difference(...aroundShift(pool, x, 1)), BLACK_AT),
      ],
    })),
    table: tableOf(results, strides[1]),
    findings: findingsOf(byColumn, { mirrored, moves, stride: strides[1] }),
    data: { picture: name, ...options, results, mirrored, movesByOneCell: moves },
  };
}

function measure(
  name: string,
  pool: Pool,
  x: RealTensor,
  edges: RealTensor,
  { strides, density, seed }: PoolingOptions,
): PoolingResult {
  const clean = pool(x);
  const shifts = [...new Set([1, 2, strides[1]])].sort((a, b) => a - b);
  const changeBy = (noise: Parameters<typeof noisy>[1]) =>
    meanChange(clean, pool(noisy(x, noise, density, seed)));
  return {
    name,
    size: [heightOf(clean), widthOf(clean)],
    shiftChange: shifts.map((by) => {
      return { by, change: meanChange(...aroundShift(pool, x, by)) };
    }),
    keptByShift: shareKept(...aroundShift(pool, x, 1)),
    salt: changeBy('salt'),
    pepper: changeBy('pepper'),
    saltAndPepper: changeBy('salt and pepper'),
    zerosAfterRelu: share(pool(edges), (value) => value === 0),
  };
}

/** What is pooled before and after the camera moves. */
function aroundShift(pool: Pool, x: RealTensor, by: number): readonly [RealTensor, RealTensor] {
  const [before, after] = shifted(x, by);
  return [pool(before), pool(after)];
}

const negative = (x: RealTensor): RealTensor => mapped(x, (value) => -value);

/** A shift by the stride moves the pooled picture by one cell and changes nothing else. */
function movesByOneCell(pool: Pool, x: RealTensor, stride: number): boolean {
  const [before, after] = aroundShift(pool, x, stride);
  const [height, width] = [heightOf(before), widthOf(before) - 1];
  if (width < 1) return true;
  return meanChange(crop(before, 0, 1, height, width), crop(after, 0, 0, height, width)) === 0;
}

/** ReLU of the horizontal Sobel filter of the first channel: what a first layer may hand to pooling. */
function rectifiedEdges(x: RealTensor): RealTensor {
  const grey = applyOp('slice', [x], {
    starts: [0, 0, 0, 0],
    sizes: [1, heightOf(x), widthOf(x), 1],
  });
  const sobel = { shape: [3, 3, 1, 1], data: Float64Array.of(-1, 0, 1, -2, 0, 2, -1, 0, 1) };
  const attrs = {
    strides: [1, 1],
    dilation: [1, 1],
    pads: [
      [1, 1],
      [1, 1],
    ],
    groups: 1,
  };
  return mapped(applyOp('conv2d', [grey, sobel], attrs), (value) => Math.max(0, value));
}

function tableOf(results: readonly PoolingResult[], stride: number): Comparison['table'] {
  const row = (label: string, cell: (result: PoolingResult) => string) => ({
    label,
    cells: results.map(cell),
  });
  const shifts = first(results, 'result').shiftChange.map(({ by }, i) =>
    row(`change by a shift of ${by}${by === stride ? ' (the stride)' : ''}`, (r) =>
      levels(at(r.shiftChange, i, 'shift').change),
    ),
  );
  return [
    row('size', (r) => r.size.join('x')),
    ...shifts,
    row(`kept by a shift of 1 (within ${KEPT})`, (r) => percent(r.keptByShift)),
    row('change by salt', (r) => levels(r.salt)),
    row('change by pepper', (r) => levels(r.pepper)),
    row('change by salt and pepper', (r) => levels(r.saltAndPepper)),
    row('zeros after edges and ReLU', (r) => percent(r.zerosAfterRelu)),
  ];
}

function findingsOf(
  { picture, max, average, min }: Readonly<Record<PoolingColumn, PoolingResult>>,
  facts: { readonly mirrored: boolean; readonly moves: boolean; readonly stride: number },
): string[] {
  const byOne = (r: PoolingResult): string => levels(first(r.shiftChange, 'shift').change);
  const shift = [max, average, min].map((r) => `${r.name} ${byOne(r)}`).join(', ');
  const cells = picture.size[0] * picture.size[1];
  const left = (max.size[0] * max.size[1]) / cells;
  return [
    `Pooling keeps ${percent(left)} of the values and has no parameters of its own.`,
    `A shift by 1 pixel changes the picture by ${byOne(picture)} grey levels on average, and after pooling still by: ${shift}.`,
    facts.moves
      ? `Invariance is local and approximate: a shift by the stride (${facts.stride}) moves the pooled picture by exactly one cell.`
      : `A shift by the stride (${facts.stride}) does not move the pooled picture by one cell here.`,
    `Salt changes max by ${levels(max.salt)} and min by ${levels(min.salt)}; pepper changes max by ${levels(max.pepper)} and min by ${levels(min.pepper)}.`,
    facts.mirrored
      ? 'Neither is "the robust one": min(x) = -max(-x) holds in every cell, so what salt is to max, pepper is to min.'
      : 'min(x) = -max(-x) does not hold here.',
    `After an edge filter and ReLU, min pooling gives 0 in ${percent(min.zerosAfterRelu)} of the cells, max pooling in ${percent(max.zerosAfterRelu)}.`,
  ];
}
