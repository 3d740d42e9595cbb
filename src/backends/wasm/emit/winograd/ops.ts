/**
 * @file The ops of Winograd's convolution: weights transformed, the convolution over whole tiles, its gradient.
 *
 * Previous stop: `lowering/winograd.ts`.
 */
import type { Pair } from '../../../../base/window.ts';
import { VARIANTS, type VariantName, variantOf } from '../../../../compile/winograd/variants.ts';
import {
  type AttributeCheck,
  count,
  extents,
  pair,
  record,
  text,
} from '../../../../ops/attributes.ts';
import { defineLoweredOp } from '../../../../ops/op.ts';
import type { PanelLayout } from './panels.ts';
import { tilingOf } from './plan.ts';

const variant: AttributeCheck = (value) => VARIANTS.some(({ name }) => name === value);

export interface WinogradWeightsAttrs {
  readonly variant: VariantName;
  readonly groups: number;
  readonly layout: PanelLayout;
}

const panelLayout = record<PanelLayout>({
  vectors: count,
  panels: count,
  panelBytes: count,
  productBytes: count,
  groupBytes: count,
});

const weightsSize = (groups: number, { groupBytes }: PanelLayout): number =>
  (groups * groupBytes) / 4;

export const winogradWeights = defineLoweredOp<WinogradWeightsAttrs>({
  name: 'winogradWeights',
  formula: 'G w G^T, in panels',
  arity: 1,
  attributes: { variant, groups: count, layout: panelLayout },
  shape: (_, { groups, layout }) => [weightsSize(groups, layout)],
});

export interface WinogradGradientAttrs {
  readonly variant: VariantName;
  readonly groups: number;
  /** (KH, KW, C/groups, O) */
  readonly kernelShape: readonly number[];
  readonly reason: string;
}

export interface WinogradConv2dAttrs extends WinogradGradientAttrs {
  /** Rows and columns of the result; the tiles of x may give more. */
  readonly outputSize: Pair;
  readonly layout: PanelLayout;
}

/** Whole tiles of x for a result, and so many numbers of weights. */
function checkTiles(
  [, H, W]: readonly number[],
  result: readonly number[],
  name: VariantName,
): void {
  const { m, down, across, side } = tilingOf(result, variantOf(name));
  const [height, width] = [down, across].map((tiles) => tiles * m + side - m);
  if (H !== height || W !== width)
    throw new Error(`internal error: ${H}x${W} pixels for tiles of ${height}x${width}`);
}

export const winogradConv2d = defineLoweredOp<WinogradConv2dAttrs>({
  name: 'winogradConv2d',
  formula: 'y = A^T [ U . (B^T x B) ] A, summed over channels; U: the weights, transformed',
  arity: 2,
  rows: [0],
  takesEpilogue: true,
  attributes: {
    variant,
    groups: count,
    kernelShape: extents,
    reason: text,
    outputSize: pair,
    layout: panelLayout,
  },
  shape: ([x, u], { variant: name, groups, kernelShape, outputSize, layout }) => {
    const y = [x[0], ...outputSize, kernelShape[3]];
    checkTiles(x, y, name);
    if (u[0] !== weightsSize(groups, layout))
      throw new Error(`internal error: ${u} transformed weights for a kernel ${kernelShape}`);
    return y;
  },
});

export const winogradKernelGradient = defineLoweredOp<WinogradGradientAttrs>({
  name: 'winogradKernelGradient',
  formula: 'dw = G^T [ sum over tiles of (A dy A^T) . (B^T x B) ] G',
  arity: 2,
  attributes: { variant, groups: count, kernelShape: extents, reason: text },
  shape: ([x, dy], { variant: name, kernelShape }) => {
    checkTiles(x, dy, name);
    return kernelShape;
  },
});
