/**
 * @file The tiles of a direct convolution, and how its weights lie. Previous stop: `conv2d.ts`.
 */
import type { Node } from '../../../../graph/node.ts';
import { type ColumnTiles, mostRows, type PlanContext, tileColumns } from '../../kernel.ts';
import { evenTiles } from '../language/tile.ts';
import { lanesOf } from './layouts.ts';
import type { DirectConv2dAttrs } from './ops.ts';

/** The layer, forward; its gradients are planned by the same numbers. */
export interface Conv2dLayer {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly groups: number;
}

export interface Conv2dPlan extends Conv2dLayer {
  /** Taps that are neighbours in memory, and how many such runs a kernel row has. */
  readonly run: number;
  readonly runsPerRow: number;
  readonly columns: ColumnTiles;
  /** Pixels per tile along one output row. */
  readonly rowTiles: readonly number[];
  /** Rows are finished in scratch because the filters do not fill whole lanes. */
  readonly rowBuffer: boolean;
  /** Filters' weights in panels of one tile's width (packed), or in place. */
  readonly packed: boolean;
  /** Why it is not Winograd's. */
  readonly winograd: string;
}

export function planConv2d(
  node: Node,
  { strides, dilation, groups, kernelShape, packed, winograd }: DirectConv2dAttrs,
  context: PlanContext,
): Conv2dPlan {
  const [x] = node.inputs;
  const [, KW, CG, O] = kernelShape;
  const contiguous = groups === 1 && dilation[1] === 1;
  const columns = tileColumns(O / groups, context.target);
  const widest = columns.full > 0 ? columns.vectors : columns.restVectors;
  return {
    x: x.shape,
    w: kernelShape,
    y: node.shape,
    strides,
    dilation,
    groups,
    run: contiguous ? KW * CG : CG,
    runsPerRow: contiguous ? 1 : KW,
    columns,
    rowTiles: evenTiles(node.shape[2], mostRows(widest, context.target)),
    rowBuffer: groups === 1 && O % (context.target.pairs ? 8 : 4) !== 0,
    packed,
    winograd,
  };
}

/** Bytes between the taps of one filter: the whole row of filters, or one panel's width. */
export function tapBytes(plan: Conv2dPlan, vectors: number): number {
  return plan.packed ? 16 * vectors : 4 * plan.w[3];
}

export function panelStep({ packed, w, columns }: Conv2dPlan): number {
  const [KH, KW, CG] = w;
  return packed ? KH * KW * CG * 16 * columns.vectors : 16 * columns.vectors;
}

export function panelBytesPerGroup(plan: Conv2dPlan): number {
  const { packed, w, columns, groups } = plan;
  const [KH, KW, CG, O] = w;
  if (!packed) return (4 * O) / groups;
  return KH * KW * CG * 4 * lanesOf(columns);
}
