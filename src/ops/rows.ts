/**
 * @file Rows of a batch: which inputs of a node are followed row by row (`Op.rows`), and rules that ops share.
 *
 * Row n is what stands at place n of the leading axis: image n. Where rows keep apart, a batch may be cut into
 * slices, for the threads of one machine or for several machines.
 */
import { broadcastShapes, type Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { OpSignature } from './op.ts';

/** Whether a shape that broadcasts to `result` has the result's rows, and not one for all of them. */
export function reachesRows(shape: Shape, result: Shape): boolean {
  return result.length > 0 && shape.length === result.length && shape[0] === result[0];
}

/** Of element-wise ops: inputs that have rows give theirs, the others are repeated. */
export function broadcastRows(inputs: readonly Shape[]): readonly number[] {
  const result = broadcastShapes(inputs);
  return inputs.flatMap((shape, i) => (reachesRows(shape, result) ? [i] : []));
}

/** Of ops that work along the last axis on inputs of one shape. */
export function lastAxisRows(inputs: readonly Shape[]): readonly number[] | undefined {
  return inputs[0].length > 1 ? inputs.map((_, i) => i) : undefined;
}

/**
 * The inputs of which row n of the node needs row n alone; all others it reads whole. Undefined where a row of
 * the node is made of several rows. Inputs after the op's own are an epilogue's, element-wise on the result.
 */
export function rowInputs(
  node: Node,
  { arity, rows }: Pick<OpSignature, 'arity' | 'rows'>,
): readonly Node[] | undefined {
  const own = node.inputs.slice(0, arity === 'any' ? undefined : arity);
  const shapes = own.map(({ shape }) => shape);
  const followed = typeof rows === 'function' ? rows(shapes, node.attrs) : rows;
  if (followed === undefined) return undefined;
  const epilogue = node.inputs.slice(own.length);
  return [
    ...followed.map((i) => own[i]),
    ...epilogue.filter(({ shape }) => reachesRows(shape, node.shape)),
  ];
}
