/**
 * @file Layers that only move numbers, where channels stand first.
 *
 * Before: `layerCall.ts`.
 */

import type { LayerCall } from './layerCall.ts';
import { int, ints, type ProgramBuilder } from './program.ts';

type Write = (call: LayerCall) => string;

/** (N, C, H, W) -> (N, H, W, C) */
export const toChannelsLast = (b: ProgramBuilder, x: string): string =>
  b.node('Transpose', [x], { perm: ints([0, 2, 3, 1]) });

/** (N, H, W, C) -> (N, C, H, W) */
export const toChannelsFirst = (b: ProgramBuilder, x: string): string =>
  b.node('Transpose', [x], { perm: ints([0, 3, 1, 2]) });

const flatten: Write = ({ b, x, isPicture, isTurned, layer }) => {
  if (layer.inputShapes[0].length === 1) return x;
  const ordered = isPicture && isTurned ? toChannelsLast(b, x) : x;
  return b.node('Flatten', [ordered], { axis: int(1) });
};

/** Numbers keep our order: a picture is turned before, and turned back behind. */
const reshape: Write = ({ b, x, isPicture, layer }) => {
  const ordered = isPicture ? toChannelsLast(b, x) : x;
  const shaped = b.node('Reshape', [ordered, b.whole('shape', [-1, ...layer.outputShape])]);
  return layer.outputShape.length === 3 ? toChannelsFirst(b, shaped) : shaped;
};

/** Of axes (C, H, W) the place among (H, W, C), and the other way. */
const LAST_OF_FIRST = [2, 0, 1];
const FIRST_OF_LAST = [1, 2, 0];

const permute: Write = ({ b, x, isPicture, options }) => {
  const dims = options.dims as readonly number[];
  if (!isPicture) return b.node('Transpose', [x], { perm: ints([0, ...dims]) });
  const perm = LAST_OF_FIRST.map((last) => 1 + FIRST_OF_LAST[dims[last] - 1]);
  return b.node('Transpose', [x], { perm: ints([0, ...perm]) });
};

export const shapeNodes: Readonly<Record<string, Write>> = { flatten, reshape, permute };
