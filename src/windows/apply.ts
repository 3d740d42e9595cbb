/**
 * @file Runs one op on plain numbers, by its own reference loops and in float64.
 *
 * The explanations and comparisons of this room compute nothing themselves: what they show is what the op
 * file says. Next stop: `explain.ts`.
 */
import { type Shape, sizeOf } from '../base/shape.ts';
import type { Attrs } from '../graph/node.ts';
import { type OpName, opOf } from '../ops/index.ts';
import type { Tensor } from '../ops/op.ts';

/** A tensor of float64 numbers: a picture, mostly. */
export interface RealTensor extends Tensor {
  /** (N, H, W, C) */
  readonly shape: Shape;
  readonly data: Float64Array;
}

export function applyOp(name: OpName, inputs: readonly Tensor[], attrs: object): RealTensor {
  const op = opOf(name);
  const shape = op.shape(
    inputs.map((i) => i.shape),
    attrs as Attrs,
  );
  const output = { shape, data: new Float64Array(sizeOf(shape)) };
  op.reference(inputs, output, attrs as Attrs);
  return output;
}
