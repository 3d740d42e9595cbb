/**
 * @file Which nodes can be computed slice by slice of the batch: a walk over which rows each op follows.
 *
 * Previous stop: `lower.ts`. Next stop: `../program/schedule.ts`, which runs such nodes one after the other in a thread.
 */
import { isBatchInput, isSource, type Node } from '../../../graph/node.ts';
import { rowInputs } from '../../../ops/rows.ts';
import { signatureOf } from '../families.ts';
import type { Slicing } from '../program/slicing.ts';

/** Fewer images than this are not handed to threads one by one: each kernel is cut by its own rows. */
const FEW_IMAGES = 4;

export function isBatchedNode(
  node: Node,
  batched: ReadonlySet<Node>,
  { images }: Slicing,
): boolean {
  if (images < FEW_IMAGES) return false;
  if (isSource(node)) return isBatchInput(node);
  if (node.shape[0] !== images) return false;
  const followed = rowInputs(node, signatureOf(node.op));
  if (followed === undefined) return false;
  // Numbers that follow no rows (random ones) are made beside what reads them, image by image.
  if (followed.length === 0) return node.shape.length > 1 && node.inputs.every(isSource);
  const known = (i: Node): boolean => batched.has(i) || i.op === 'constant';
  if (!followed.some((i) => batched.has(i)) || !followed.every(known)) return false;
  // An input read whole (weights, a bias) must be finished before: it cannot come slice by slice itself.
  return node.inputs.every((i) => followed.includes(i) || isSource(i) || !batched.has(i));
}
