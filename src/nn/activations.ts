/**
 * @file Activation functions by name: the `activation` option of layers.
 *
 * Each is an op of its own (a row of `ops/elementwise.ts`, or softmax over the last axis); this table
 * says which ops may stand there. Next stop: `layers/windows/conv2d.ts`.
 */
import * as z from 'zod';
import type { Attrs, Node } from '../graph/node.ts';
import type { Build } from '../ops/op.ts';

const ACTIVATIONS = [
  'linear',
  'relu',
  'tanh',
  'sigmoid',
  'softmax',
  'scaledTanh',
  'leakyRelu',
  'elu',
  'softplus',
] as const;

export type ActivationName = (typeof ACTIVATIONS)[number];

export const activationNames: readonly ActivationName[] = ACTIVATIONS;

export const activationOption = z.enum(ACTIVATIONS);

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
