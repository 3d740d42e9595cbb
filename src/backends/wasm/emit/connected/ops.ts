/**
 * @file The ops that a convolution by a table of connections is lowered to, over slots (`layout.ts`).
 *
 * Previous stop: `lowering/connected.ts`.
 */
import { count, integer, listOf, record } from '../../../../ops/attributes.ts';
import { defineLoweredOp } from '../../../../ops/op.ts';
import type { SlotLayout } from './layout.ts';

export interface ChannelSumsAttrs {
  /** Per place of the last axis of the result, the places of x whose sum it is. */
  readonly sources: readonly (readonly number[])[];
}

export const channelSums = defineLoweredOp<ChannelSumsAttrs>({
  name: 'channelSums',
  formula: 'y[..., j] = sum of x[..., i] for i in sources[j]',
  arity: 1,
  rows: [0],
  attributes: { sources: listOf(listOf(count)) },
  shape: ([x], { sources }) => [...x.slice(0, -1), sources.length],
});

export interface SlotAttrs {
  readonly layout: SlotLayout;
}

const attributes = {
  layout: record<SlotLayout>({
    vectors: listOf(record<SlotLayout['vectors'][number]>({ first: count, terms: count })),
    maps: count,
    inputs: listOf(count),
    connections: listOf(integer),
  }),
};

export const slotConv2d = defineLoweredOp<SlotAttrs>({
  name: 'slotConv2d',
  formula: 'y[oh,ow,v] = sum over kh,kw,t of g[oh+kh, ow+kw, slot(v,t)] w[kh,kw,slot(v,t)]',
  arity: 2,
  rows: [0],
  attributes,
  shape: ([[N, H, W], [KH, KW]], { layout }) => [N, H - KH + 1, W - KW + 1, layout.maps],
});

/** dy comes padded at the left and right. */
export const slotConv2dInput = defineLoweredOp<SlotAttrs>({
  name: 'slotConv2dInput',
  formula: 'dg[h,w,slot] = sum over kh,kw of dy[h-kh, w-kw, v] w[kh,kw,slot]',
  arity: 2,
  rows: [0],
  attributes,
  shape: ([[N, OH, paddedW], [KH, KW]], { layout }) => [
    N,
    OH + KH - 1,
    paddedW - KW + 1,
    layout.inputs.length,
  ],
});

export const slotConv2dWeights = defineLoweredOp<SlotAttrs>({
  name: 'slotConv2dWeights',
  formula: 'dw[kh,kw,slot] = sum over oh,ow of g[oh+kh, ow+kw, slot] dy[oh,ow,v]',
  arity: 2,
  attributes,
  shape: ([[, H, W], [, OH, OW]], { layout }) => [H - OH + 1, W - OW + 1, layout.inputs.length],
});
