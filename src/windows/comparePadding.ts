/**
 * @file Padding rules and fills side by side: what a mean filter makes of the border under each.
 *
 * The picture is the middle of a larger one, so that the truth beyond its border is known: the error of a
 * fill is the difference from what the filter gives there. How often each pixel is used comes from the ops'
 * own adjoints: the gradient of the sum of all outputs.
 */
import { at, first, nonEmpty } from '../base/lists.ts';
import { sizeOf } from '../base/shape.ts';
import { type Fill, NO_PADS, type Pads, type Pair, resolvePads } from '../base/window.ts';
import { applyOp, type RealTensor } from './apply.ts';
import { type Comparison, levels, percent } from './comparison.ts';
import {
  centre,
  changeMap,
  channelsOf,
  crop,
  difference,
  heightOf,
  mapped,
  mean,
  noisy,
  share,
  widthOf,
} from './measure.ts';

export interface PaddingOptions {
  /** Height and width of the mean filter. */
  readonly window: Pair;
  readonly density: number;
  readonly seed: number;
}

/** An error of this many grey levels is drawn black. */
const BLACK_AT = 64;

interface Rule {
  readonly name: string;
  readonly fill: Fill;
  /** Whether it pads at all. */
  readonly amount: 'valid' | 'same';
}

const RULES: readonly Rule[] = [
  { name: 'valid', fill: 'constant', amount: 'valid' },
  { name: 'same, zeros', fill: 'constant', amount: 'same' },
  { name: 'same, reflect', fill: 'reflect', amount: 'same' },
  { name: 'same, replicate', fill: 'replicate', amount: 'same' },
  { name: 'same, circular', fill: 'circular', amount: 'same' },
];

interface PaddingResult {
  readonly name: string;
  readonly size: Pair;
  readonly pads: Pads;
  /** Mean error in grey levels of the cells whose window touches padding; null where none does. */
  readonly borderError: number | null;
  readonly cornerError: number | null;
  /** Times the corner and the middle pixel enter the output. */
  readonly cornerUses: number;
  readonly middleUses: number;
  /** Share of the cells that a shift of the scene by one pixel moves and does not change. */
  readonly justMoves: number;
  readonly noiseInside: number;
  readonly noiseAtBorder: number | null;
}

export function comparePadding(
  scene: RealTensor,
  name: string,
  options: PaddingOptions,
): Comparison {
  const { window, density } = options;
  const results = RULES.map((rule) => measure(rule, scene, options));
  const picture = first(results, 'result').input;
  return {
    title: `Padding for a ${window.join('x')} mean filter, stride 1, on ${name}`,
    subtitle: `the middle ${heightOf(picture)}x${widthOf(picture)} pixels of it, so that what lies beyond the border is known; noise on ${percent(density)} of the pixels`,
    scale: 'common',
    pictureRows: ['padded', 'after the filter', 'error at the border (darker: more)'],
    columns: results.map(({ numbers, padded, output, error }) => ({
      name: numbers.name,
      pictures: [padded, output, error],
    })),
    table: tableOf(results.map((r) => r.numbers)),
    findings: findingsOf(results.map((r) => r.numbers)),
    data: { picture: name, ...options, results: results.map((r) => r.numbers) },
  };
}

function measure(rule: Rule, scene: RealTensor, { window, density, seed }: PaddingOptions) {
  const margin = Math.max(...window);
  const height = heightOf(scene) - 2 * margin;
  const width = widthOf(scene) - 2 * margin - 1; // one more column for the shift
  const size: Pair = [height, width];
  const pads = resolvePads(rule.amount, size, window, [1, 1]);
  const [[top, bottom], [left, right]] = pads;
  const filter = (x: RealTensor) => meanFilter(pad(x, rule.fill, pads), window);

  const input = crop(scene, margin, margin, height, width);
  const padded = pad(input, rule.fill, pads);
  const output = meanFilter(padded, window);
  const beyond = crop(
    scene,
    margin - top,
    margin - left,
    top + height + bottom,
    left + width + right,
  );
  const error = difference(output, meanFilter(beyond, window));

  const moved = filter(crop(scene, margin, margin + 1, height, width));
  const columns = widthOf(output) - 1;
  const stays = difference(
    crop(output, 0, 1, heightOf(output), columns),
    crop(moved, 0, 0, heightOf(output), columns),
  );
  const noise = difference(output, filter(noisy(input, 'salt and pepper', density, seed)));
  const uses = usesOf(input, rule.fill, pads, window);
  const border = borderOf(output, pads);
  const numbers: PaddingResult = {
    name: rule.name,
    size: [heightOf(output), widthOf(output)],
    pads,
    borderError: meanWhere(error, border),
    cornerError: rule.amount === 'valid' ? null : mean(error.data.subarray(0, channelsOf(error))),
    cornerUses: first(uses.data, 'pixel'),
    middleUses: at(uses.data, Math.floor(height / 2) * width + Math.floor(width / 2), 'pixel'),
    justMoves: share(stays, (change) => change < 1e-9),
    noiseInside: meanWhere(noise, (i) => !border(i)) ?? 0,
    noiseAtBorder: meanWhere(noise, border),
  };
  return {
    numbers,
    input,
    padded,
    output,
    error: rule.amount === 'valid' ? null : changeMap(error, BLACK_AT),
  };
}

function pad(x: RealTensor, mode: Fill, pads: Pads): RealTensor {
  return applyOp('pad2d', [x], { mode, pads });
}

/** Each channel alone: channels go where pictures go, and one filter serves all. */
function meanFilter(x: RealTensor, window: Pair): RealTensor {
  const attrs = {
    window,
    strides: [1, 1],
    pads: NO_PADS,
    countIncludePad: false,
  };
  return applyOp('averagePool2d', [x], attrs);
}

/** (1, H, W, 1): how often a pixel enters the output, the adjoint of filter and padding applied to ones. */
function usesOf(input: RealTensor, mode: Fill, pads: Pads, window: Pair): RealTensor {
  const inputShape = [1, heightOf(input), widthOf(input), 1];
  const padded = pad({ shape: inputShape, data: new Float64Array(sizeOf(inputShape)) }, mode, pads);
  const attrs = {
    window,
    strides: [1, 1],
    pads: NO_PADS,
    countIncludePad: false,
  };
  const outputs = applyOp('averagePool2d', [padded], attrs);
  const ones = mapped(outputs, () => window[0] * window[1]);
  const entering = applyOp('averagePool2dGradient', [ones], { ...attrs, inputShape: padded.shape });
  return mapped(applyOp('pad2dGradient', [entering], { mode, pads, inputShape }), Math.round);
}

/** Whether the window of an output value (by its flat index) touches padding. */
function borderOf(
  output: RealTensor,
  [[top, bottom], [left, right]]: Pads,
): (index: number) => boolean {
  const [H, W, C] = [heightOf(output), widthOf(output), channelsOf(output)];
  return (index) => {
    const column = Math.floor(index / C) % W;
    const row = Math.floor(index / (C * W));
    return row < top || row >= H - bottom || column < left || column >= W - right;
  };
}

function meanWhere(x: RealTensor, holds: (index: number) => boolean): number | null {
  const chosen = x.data.filter((_, i) => holds(i));
  return chosen.length === 0 ? null : mean(chosen);
}

const orNone = (value: number | null): string => (value === null ? '-' : levels(value));

function tableOf(results: readonly PaddingResult[]): Comparison['table'] {
  const row = (label: string, cell: (result: PaddingResult) => string) => ({
    label,
    cells: results.map(cell),
  });
  return [
    row('output size', (r) => r.size.join('x')),
    row('top bottom left right', (r) => r.pads.flat().join(' ')),
    row('error at the border', (r) => orNone(r.borderError)),
    row('error in the corner', (r) => orNone(r.cornerError)),
    row('uses of the corner pixel', (r) => String(r.cornerUses)),
    row('uses of a middle pixel', (r) => String(r.middleUses)),
    row('only moves by a shift of 1', (r) => percent(r.justMoves)),
    row('change by noise, inside', (r) => levels(r.noiseInside)),
    row('change by noise, at the border', (r) => orNone(r.noiseAtBorder)),
  ];
}

function findingsOf(results: readonly PaddingResult[]): string[] {
  const [valid, ...padding] = nonEmpty(results, 'results');
  const [zeros, ...others] = nonEmpty(padding, 'results of fills');
  const errorOf = (r: PaddingResult) => r.borderError ?? Number.POSITIVE_INFINITY;
  const best = others.reduce((a, b) => (errorOf(b) < errorOf(a) ? b : a), zeros);
  const least =
    best === zeros
      ? 'no other fill errs less here'
      : `"${best.name}" errs least here, by ${orNone(best.borderError)}`;
  const moves =
    zeros.justMoves < 1
      ? `with zeros ${percent(zeros.justMoves)} do, for a border that stands still changes what they see`
      : 'with zeros they do so too here, for this border is zero itself';
  return [
    `The amount and the fill are two things: "same" keeps ${zeros.size.join('x')} with any fill, "valid" gives ${valid.size.join('x')} and needs none.`,
    `At the border zeros err by ${orNone(zeros.borderError)} grey levels; ${least}.`,
    `Zero padding does not give every pixel an equal say: the corner pixel is used ${zeros.cornerUses} times, a middle one ${zeros.middleUses} times (valid: ${valid.cornerUses}).`,
    `When the scene moves by a pixel, ${percent(valid.justMoves)} of the valid outputs only move with it; ${moves}.`,
    'The window reaches equally far under every rule: padding does not change the size of the receptive field.',
  ];
}

/** The least picture the comparison works on: something must be left inside the margins. */
export function leastSide(window: Pair): number {
  return 4 * Math.max(...window) + 1;
}

/** The part of a picture that is compared: borders stay visible where the middle is not too large. */
export function sceneOf(x: RealTensor, window: Pair): RealTensor {
  return centre(x, Math.max(leastSide(window), 16 * Math.max(...window)));
}
