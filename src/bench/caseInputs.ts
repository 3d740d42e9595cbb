/**
 * @file Inputs for one op alone, as it would meet them in a network: what has the first one's rows is of its batch.
 *
 * Used by the problems of `fovea bench --ops` and by the conformance suite.
 */
import type { Shape } from '../base/shape.ts';
import { batchInput, type DType, inputNode, type Node } from '../graph/node.ts';

/** One more input beside `first`, of its batch where it has as many rows. A single axis of f32 is no batch. */
export function inputBeside(
  first: { readonly shape: Shape },
  name: string,
  shape: Shape,
  dtype: DType = 'f32',
): Node {
  const batched = first.shape.length > 1 && shape[0] === first.shape[0];
  const make = batched && (shape.length > 1 || dtype === 'i32') ? batchInput : inputNode;
  return make(name, shape, dtype);
}
