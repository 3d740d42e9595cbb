/**
 * @file The ops that convolutions and their gradients are lowered to: padded images, weights as a kernel reads them.
 *
 * Previous stop: `lowering/convolution.ts`.
 */
import { sizeOf } from '../../../../base/shape.ts';
import { count, extents, flag, pads, pair, record, text } from '../../../../ops/attributes.ts';
import { defineLoweredOp } from '../../../../ops/op.ts';
import {
  type Conv2dAttrs,
  type Conv2dInputGradientAttrs,
  type Conv2dKernelGradientAttrs,
  conv2dShape,
} from '../../../../ops/windows/conv2d.ts';
import type { ColumnTiles } from '../../kernel.ts';
import type { Slicing } from '../../program/slicing.ts';
import { lanesOf, type PartialLayout, partialSize, type ScatterLayout } from './layouts.ts';

const convolution = { strides: pair, dilation: pair, pads, groups: count };
const columnTiles = record<ColumnTiles>({
  full: count,
  vectors: count,
  rest: count,
  restVectors: count,
});

/** Of numbers that do not lie as the op says: a bug of the lowering rule. */
function mismatch(what: string): never {
  throw new Error(`internal error: ${what}`);
}

/** The sum as it stands, over an image that holds its padding. */
export interface DirectConv2dAttrs extends Conv2dAttrs {
  /** (KH, KW, C/G, O), however the weights lie. */
  readonly kernelShape: readonly number[];
  /** The weights are in panels (`packWeights`). */
  readonly packed: boolean;
  /** Why it is not Winograd's. */
  readonly winograd: string;
}

export const directConv2d = defineLoweredOp<DirectConv2dAttrs>({
  name: 'directConv2d',
  formula: 'y[n,oh,ow,o] = sum over kh,kw,c of x[n, oh*sh + kh*dh, ow*sw + kw*dw, c] w[kh,kw,c,o]',
  arity: 2,
  rows: [0],
  takesEpilogue: true,
  attributes: { ...convolution, kernelShape: extents, packed: flag, winograd: text },
  shape: ([x, w], attrs) => {
    const { kernelShape, packed, pads: padding } = attrs;
    if (padding.flat().some((p) => p !== 0))
      mismatch('a direct convolution with padding of its own');
    if (packed ? sizeOf(w) < sizeOf(kernelShape) : w.join() !== kernelShape.join())
      mismatch(`weights ${w} for a kernel ${kernelShape}`);
    return conv2dShape(x, kernelShape, attrs);
  },
});

export interface PackWeightsAttrs {
  readonly groups: number;
  /** Panels of each group's filters: one tile's width each. */
  readonly columns: ColumnTiles;
}

export const packWeights = defineLoweredOp<PackWeightsAttrs>({
  name: 'packWeights',
  formula: '(KH, KW, C/G, O) in panels of one tile of filters, taps inside',
  arity: 1,
  attributes: { groups: count, columns: columnTiles },
  shape: ([[KH, KW, CG]], { groups, columns }) => [groups * KH * KW * CG * lanesOf(columns)],
});

export const flipWeights = defineLoweredOp<{ readonly groups: number }>({
  name: 'flipWeights',
  formula: "w'[kh,kw,o,g*CG+c] = w[KH-1-kh, KW-1-kw, c, g*OG+o]",
  arity: 1,
  attributes: { groups: count },
  shape: ([[KH, KW, CG, O]], { groups }) => [KH, KW, O / groups, CG * groups],
});

export interface ScatterWeightsAttrs {
  readonly groups: number;
  readonly layout: ScatterLayout;
}

const layout = record<ScatterLayout>({
  run: count,
  padded: count,
  runsPerRow: count,
  filters: count,
});

export const scatterWeights = defineLoweredOp<ScatterWeightsAttrs>({
  name: 'scatterWeights',
  formula: "w'[g, kh, (kw), o, taps of one run], padded to whole lanes",
  arity: 1,
  attributes: { groups: count, layout },
  shape: ([[KH]], { groups, layout: { runsPerRow, filters, padded } }) => [
    groups * KH * runsPerRow * filters * padded,
  ],
});

export interface Conv2dScatterAttrs extends Conv2dInputGradientAttrs {
  readonly kernelShape: readonly number[];
  readonly layout: ScatterLayout;
}

export const conv2dScatter = defineLoweredOp<Conv2dScatterAttrs>({
  name: 'conv2dScatter',
  formula: 'dx[n, oh*sh + kh*dh, ow*sw + kw*dw, c] += sum over o of dy[n,oh,ow,o] w[kh,kw,c,o]',
  arity: 2,
  rows: [0],
  attributes: {
    ...convolution,
    inputShape: extents,
    kernelShape: extents,
    layout,
  },
  shape: ([dy], attrs) => {
    const { inputShape, kernelShape } = attrs;
    if (conv2dShape(inputShape, kernelShape, attrs).join() !== dy.join())
      mismatch(`dy ${dy} for an image ${inputShape} and a kernel ${kernelShape}`);
    return inputShape;
  },
});

export interface KernelGradientPartialsAttrs extends Conv2dKernelGradientAttrs {
  readonly columns: ColumnTiles;
  readonly slicing: Slicing;
  readonly winograd: string;
}

export const kernelGradientPartials = defineLoweredOp<KernelGradientPartialsAttrs>({
  name: 'kernelGradientPartials',
  formula: 'dw[kh,kw,c,o] of each slice of the batch',
  arity: 2,
  attributes: {
    ...convolution,
    kernelShape: extents,
    columns: columnTiles,
    slicing: record<Slicing>({ images: count, imagesPerSlice: count, slices: count }),
    winograd: text,
  },
  shape: ([x, dy], attrs) => {
    if (conv2dShape(x, attrs.kernelShape, attrs).join() !== dy.join())
      mismatch(`dy ${dy} for an image ${x} and a kernel ${attrs.kernelShape}`);
    return [attrs.slicing.slices, partialSize(attrs)];
  },
});

export const kernelGradientSum = defineLoweredOp<PartialLayout>({
  name: 'kernelGradientSum',
  formula: 'dw = sum of the partial sums of all slices',
  arity: 1,
  attributes: { kernelShape: extents, groups: count, columns: columnTiles },
  shape: ([partials], layout) => {
    if (partials[1] !== partialSize(layout)) mismatch(`partial sums ${partials}`);
    return layout.kernelShape;
  },
});
