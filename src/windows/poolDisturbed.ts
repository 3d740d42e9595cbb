/**
 * @file Pooling before and after something happens to the picture: the camera moves, pixels turn white or black.
 *
 * The pictures themselves, to be looked at, with how much of the change is left after max, average and min pooling.
 * `comparePooling.ts` asks the same of fixed changes and says what follows.
 */
import { FoveaError } from '../base/errors.ts';
import type { Pair } from '../base/window.ts';
import type { RealTensor } from './apply.ts';
import { type PoolingColumn, poolsOf } from './comparePooling.ts';
import {
  difference,
  meanChange,
  type Noise,
  noisy,
  shareKept,
  shifted,
  widthOf,
} from './measure.ts';

export interface Disturbance {
  /** Columns that the camera moves to the right. */
  readonly shift: number;
  /** Share of the pixels that `noise` replaces; the seed says which. */
  readonly density: number;
  readonly noise: Noise;
  readonly seed: number;
}

export interface Disturbed {
  readonly name: PoolingColumn;
  /** Values 0 (black) to 255 (white). */
  readonly before: RealTensor;
  readonly after: RealTensor;
  /** |after - before| */
  readonly changes: RealTensor;
  /** Mean change in grey levels. */
  readonly change: number;
  /** Share of the cells that look the same (within `KEPT` grey levels). */
  readonly kept: number;
}

/** x: (1, H, W, C). The first of the four is the picture itself. */
export function poolDisturbed(
  x: RealTensor,
  pooling: { readonly window: Pair; readonly strides: Pair },
  { shift, density, noise, seed }: Disturbance,
): readonly Disturbed[] {
  const most = widthOf(x) - pooling.window[1];
  if (!Number.isInteger(shift) || shift < 0 || shift > most) {
    throw new FoveaError({
      problem: `a shift of ${shift} columns`,
      expected: `a whole number from 0 to ${most}: one window must be left`,
    });
  }
  const [still, moved] = shifted(x, shift);
  const after = noisy(moved, noise, density, seed);
  return Object.entries(poolsOf(pooling)).map(([name, pool]) => {
    const pair = [pool(still), pool(after)] as const;
    return {
      name: name as PoolingColumn,
      before: pair[0],
      after: pair[1],
      changes: difference(...pair),
      change: meanChange(...pair),
      kept: shareKept(...pair),
    };
  });
}
