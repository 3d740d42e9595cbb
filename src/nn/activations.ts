/**
 * @file Activation functions by name: the `activation` option of layers.
 *
 * Each is an op of its own: a row of `ops/elementwise.ts` that says so, or softmax over the last axis.
 * Next stop: `layers/windows/conv2d.ts`.
 */
import * as z from 'zod/mini';
import type { Attrs, Node } from '../graph/node.ts';
import { type ActivationRow, activationRows } from '../ops/elementwise.ts';
import type { Build } from '../ops/op.ts';

export type ActivationName = 'linear' | 'softmax' | ActivationRow;

export const activationNames: readonly ActivationName[] = ['linear', ...activationRows, 'softmax'];

export const activationOption = z.enum(activationNames);
/** Of layers that are not the last. */
export const innerActivationOption = z.enum(activationNames.filter((name) => name !== 'softmax'));

/** Applies the activation; 'linear' is the node itself. */
export function activate(
  build: Build,
  name: ActivationName,
  x: Node,
  label: string,
  attrs: Attrs = {},
): Node {
  return name === 'linear' ? x : build(name, [x], attrs, label);
}
