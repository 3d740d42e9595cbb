/**
 * @file What an auto-encoder gives back, as pictures, and how far they are from those it was given.
 *
 * Its answer is in the numbers that the network reads; the preprocessing, turned round, makes bytes of them. Errors are
 * in grey levels, 0 to 255, whatever the preprocessing. Next stop: `report/rebuiltPage.ts`.
 */
import type { Session } from '../../backends/backend.ts';
import { unreachable } from '../../base/errors.ts';
import { sizeOf } from '../../base/shape.ts';
import type { Preprocessing } from '../../nn/spec.ts';
import { predictBatch, type RunnableModel } from './batchPrediction.ts';

/** (H, W, C) bytes of numbers as the network reads and gives them; what lies beyond 0 and 255 is held there. */
export function pixelsOf(
  values: ArrayLike<number>,
  { scale, offset, mean = [0] }: Pick<Preprocessing, 'scale' | 'offset' | 'mean'>,
): Uint8Array {
  const scales = typeof scale === 'number' ? [scale] : scale;
  return Uint8Array.from(values, (value, i) => {
    const level = (value - offset) / (scales[i % scales.length] ?? 1);
    return Math.min(255, Math.max(0, Math.round(level + (mean[i % mean.length] ?? 0))));
  });
}

/** Mean distance of two pictures in grey levels. */
export function meanError(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < one.length; i++) sum += Math.abs((one[i] ?? 0) - (other[i] ?? 0));
  return sum / Math.max(1, one.length);
}

/** Of pictures, (rows, H, W, C) bytes one after another, what the network makes of each. */
export async function rebuild(
  session: Session,
  model: RunnableModel,
  pictures: Uint8Array,
): Promise<Uint8Array[]> {
  const { spec } = model;
  const answers = Object.values(await predictBatch(session, model, pictures));
  const { data } = answers[0] ?? unreachable('a model without an output');
  const size = sizeOf(spec.inputShape);
  return Array.from({ length: data.length / size }, (_, row) =>
    pixelsOf(data.subarray(row * size, (row + 1) * size), spec.preprocessing),
  );
}

/** A picture that was given, what came back, and how far it is in grey levels. */
export interface Rebuilt {
  readonly given: Uint8Array;
  readonly back: Uint8Array;
  readonly error: number;
}

export const rebuiltOf = (given: Uint8Array, back: Uint8Array): Rebuilt => ({
  given,
  back,
  error: meanError(given, back),
});
