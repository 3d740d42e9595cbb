/**
 * @file The kernels of ops that only move numbers: each the copies of its op.
 *
 * Previous stop: `compile/moves/`, where from and where to. Next stop: `copies.ts`.
 */

import { sizeOf } from '../../../../base/shape.ts';
import {
  concatenateCopies,
  sliceCopies,
  sliceGradientCopies,
} from '../../../../compile/moves/boxes.ts';
import { level } from '../../../../compile/moves/copy.ts';
import { pad2dCopies } from '../../../../compile/moves/padding.ts';
import { broadcastCopies, upsampleCopies } from '../../../../compile/moves/repeats.ts';
import { transposeCopies } from '../../../../compile/moves/transposition.ts';
import { broadcastTo } from '../../../../ops/broadcast.ts';
import { concatenate, slice, sliceGradient } from '../../../../ops/moves/concatenate.ts';
import { pad2d } from '../../../../ops/moves/pad2d.ts';
import { transpose } from '../../../../ops/moves/transpose.ts';
import { upsample2d } from '../../../../ops/moves/upsample2d.ts';
import { rankSum, rankSwap } from '../../../../ops/ranks.ts';
import { defineCopy } from './copies.ts';

export const concatenateKernel = defineCopy(concatenate, concatenateCopies);
export const sliceKernel = defineCopy(slice, sliceCopies);
export const sliceGradientKernel = defineCopy(sliceGradient, sliceGradientCopies);
export const pad2dKernel = defineCopy(pad2d, pad2dCopies);
export const broadcastKernel = defineCopy(broadcastTo, broadcastCopies);
export const upsampleKernel = defineCopy(upsample2d, upsampleCopies);
export const transposeKernel = defineCopy(transpose, transposeCopies);

/** One rank alone is its own other. */
const same = ({ shape }: { readonly shape: readonly number[] }) => ({
  copies: [[{ from: 0, to: 0, levels: [level(sizeOf(shape), 1, 1)] }]],
});
export const rankSumKernel = defineCopy(rankSum, same);
export const rankSwapKernel = defineCopy(rankSwap, same);
