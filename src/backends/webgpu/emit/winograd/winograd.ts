/**
 * @file The dispatches of a convolution as Winograd's: two transforms, the tiled product, a transform back.
 *
 * Previous stop: `plan.ts`. The product is the one of all convolutions, `../product/tile.ts`.
 */
import {
  tileSide,
  transformsOf,
  transpose,
  variantOf,
} from '../../../../compile/winograd/variants.ts';
import { type Node, twoInputs } from '../../../../graph/node.ts';
import { type Dispatch, type Target, temporary } from '../../kernel.ts';
import { epilogueOf } from '../../language/epilogue.ts';
import { dispatchesOf } from '../product/kernel.ts';
import type { WinogradPlan } from './plan.ts';
import { kernelsIn, kernelsOut, squaresIn, squaresOut } from './transforms.ts';

export function winogradDispatches(
  node: Node,
  { variant: name, problem, product: plan }: WinogradPlan,
  target: Target,
): readonly Dispatch[] {
  const variant = variantOf(name);
  const { direction, wide, narrow, kernels, product, sizes } = problem;
  const { inputs, kernel, outputs } = transformsOf(variant);
  const [picture, other] = twoInputs(node);
  const made = (size: number, what: string): Node =>
    temporary([tileSide(variant) ** 2, size / tileSide(variant) ** 2], `${node.name}/${what}`);
  const left = made(sizes.left, 'squares');
  const right = made(sizes.right, direction === 'kernel' ? 'slopes' : 'kernels');
  const to = made(sizes.result, 'product');
  const products = dispatchesOf([product], { left, right, to }, plan, target);
  const first = squaresIn(picture, left, wide, inputs, target);
  if (direction === 'kernel') {
    return [
      first,
      squaresIn(other, right, narrow, transpose(outputs), target),
      ...products,
      kernelsOut(to, node, kernels, transpose(kernel), target),
    ];
  }
  return [
    first,
    kernelsIn(other, right, kernels, kernel, target),
    ...products,
    squaresOut(to, node, narrow, outputs, epilogueOf(node, 2), target),
  ];
}
