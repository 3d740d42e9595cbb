/**
 * @file Whether the numbers of a value are known to be half precision: rounded to it, or picked from numbers that are.
 */
import { roundToHalf } from '../base/halfFloat.ts';
import type { Node } from '../graph/node.ts';

/** Ops whose results are numbers of their inputs. */
const PICKING: ReadonlySet<string> = new Set([
  'reshape',
  'transpose',
  'concatenate',
  'slice',
  'broadcastTo',
  'upsample2d',
  'maxPool2d',
  'minPool2d',
]);

/** Whether an op gives nothing but numbers of its inputs, and perhaps some that are half precision themselves. */
export function picksHalves({ op, attrs }: Pick<Node, 'op' | 'attrs'>): boolean {
  if (op !== 'pad2d') return PICKING.has(op);
  const { value = 0 } = attrs;
  return typeof value === 'number' && roundToHalf(value) === value;
}

/** Whether all numbers of a value are known to be half precision. */
export function isHalf(node: Node): boolean {
  return node.op === 'roundToHalf' || (picksHalves(node) && node.inputs.every(isHalf));
}
