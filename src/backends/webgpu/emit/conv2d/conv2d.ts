/**
 * @file Convolutions and their gradients: the sum itself as a tiled product, or Winograd's way where it is counted
 * to be quicker.
 *
 * Next stops: `../product/convolution.ts`, `../winograd/problem.ts`.
 */
import type { Shape } from '../../../../base/shape.ts';
import { type Node, twoInputs } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import {
  type Conv2dAttrs,
  conv2d,
  conv2dInputGradient,
  conv2dKernelGradient,
} from '../../../../ops/windows/conv2d.ts';
import { defineKernel, type KernelRecord, type Planned } from '../../defineKernel.ts';
import type { PlanContext } from '../../kernel.ts';
import {
  forwardProduct,
  inputGradientProducts,
  kernelGradientProduct,
  type Shapes,
} from '../product/convolution.ts';
import type { Product } from '../product/factor.ts';
import { dispatchesOf, operandsOf, shownOf, storesFours, totalOf } from '../product/kernel.ts';
import { type ProductPlan, quickest } from '../product/plan.ts';
import { planWinograd, type WinogradPlan } from '../winograd/plan.ts';
import type { Direction } from '../winograd/problem.ts';
import { winogradDispatches } from '../winograd/winograd.ts';

interface ConvolutionPlan {
  readonly products: readonly Product[];
  readonly plan: ProductPlan | WinogradPlan;
}

function defineConvolution<A extends Conv2dAttrs>(
  op: OpSignature<A>,
  direction: Direction,
  shapesOf: (node: Node, first: Shape, second: Shape) => Shapes,
  productsOf: (shapes: Shapes, attrs: Conv2dAttrs) => readonly Product[],
): KernelRecord {
  const planOf = (node: Node, attrs: A, { target }: PlanContext): Planned<ConvolutionPlan> => {
    const [first, second] = twoInputs(node);
    const shapes = shapesOf(node, first.shape, second.shape);
    const products = productsOf(shapes, attrs);
    const sum = quickest(products, target);
    const quicker = planWinograd(direction, shapes, attrs, sum, target);
    if (quicker === undefined) {
      const shown = shownOf(products, sum.plan);
      return { multiplyAdds: totalOf(products), plan: { products, plan: sum.plan }, shown };
    }
    const { way, variant, problem, product } = quicker;
    return {
      multiplyAdds: totalOf([problem.product]),
      plan: { products, plan: quicker },
      shown: { way, variant, product: shownOf([problem.product], product) },
    };
  };
  return defineKernel<A, ConvolutionPlan>({
    op,
    ...(op.takesEpilogue === true ? { finishesInPlace: true } : {}),
    plan: planOf,
    emit: (node, { products, plan }, { target }) =>
      plan.way === 'winograd'
        ? winogradDispatches(node, plan, target)
        : dispatchesOf(products, operandsOf(node), plan, target),
    storesHalf: (node, attrs, context) => {
      const { products, plan } = planOf(node, attrs, context).plan;
      return storesFours(products, plan);
    },
  });
}

export const conv2dKernel = defineConvolution(
  conv2d,
  'forward',
  (node, x, w) => ({ x, w, y: node.shape }),
  (shapes, attrs) => [forwardProduct(shapes, attrs)],
);

export const conv2dInputGradientKernel = defineConvolution(
  conv2dInputGradient,
  'input',
  (node, y, w) => ({ x: node.shape, w, y }),
  inputGradientProducts,
);

export const conv2dKernelGradientKernel = defineConvolution(
  conv2dKernelGradient,
  'kernel',
  (node, x, y) => ({ x, w: node.shape, y }),
  (shapes, attrs) => [kernelGradientProduct(shapes, attrs)],
);
