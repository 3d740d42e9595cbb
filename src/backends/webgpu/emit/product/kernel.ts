/**
 * @file Products as kernels: the passes of one op, and the sum of the parts of a split depth.
 *
 * An op says which products it is (`matmul.ts`, `conv2d.ts`, `connected.ts`); here they are planned together, become
 * a dispatch each, and are finished by the op's epilogue: in registers, or with the sum of the parts.
 */
import { sizeOf } from '../../../../base/shape.ts';
import { type Node, twoInputs } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import {
  type Binding,
  type Dispatch,
  scalars,
  type Target,
  temporary,
  vectors,
} from '../../kernel.ts';
import { type Epilogue, epilogueOf } from '../../language/epilogue.ts';
import { directGroups, emitDirect } from './direct.ts';
import { multiplyAddsOf, type Product } from './factor.ts';
import { finishFunction, isBeside } from './finish.ts';
import type { Finish, ProductNames } from './maps.ts';
import { sumOfParts } from './parts.ts';
import { type ProductPlan, planProduct } from './plan.ts';
import { emitTiles, tileGroups } from './tile.ts';

/** The products of a node, which fill its result together; left and right read its first two inputs. */
export type ProductsOf<A> = (node: Node, attrs: A) => readonly Product[];

export function defineProducts<A>(op: OpSignature<A>, productsOf: ProductsOf<A>): KernelRecord {
  return defineKernel<A, { readonly plan: ProductPlan; readonly products: readonly Product[] }>({
    op,
    ...(op.takesEpilogue === true ? { finishesInPlace: true } : {}),
    plan: (node, attrs, { target }) => {
      const products = productsOf(node, attrs);
      const plan = planProduct(products, target);
      const sizes = products.map(({ rows, columns, depth, groups }) => ({
        rows,
        columns,
        depth,
        groups,
      }));
      return {
        multiplyAdds: products.reduce((sum, product) => sum + multiplyAddsOf(product), 0),
        plan: { plan, products },
        shown: { ...plan, products: sizes },
      };
    },
    emit: (node, { plan, products }, { target }) => dispatchesOf(node, products, plan, target),
  });
}

export function dispatchesOf(
  node: Node,
  products: readonly Product[],
  plan: ProductPlan,
  target: Target,
): readonly Dispatch[] {
  const epilogue = epilogueOf(node, 2);
  if (plan.splits === 1) {
    return products.map((product) => dispatchOf(node, node, product, plan, epilogue, target));
  }
  const parts = temporary([plan.splits, sizeOf(node.shape)], `${node.name}/parts`);
  return [
    ...products.map((product) => dispatchOf(node, parts, product, plan, undefined, target)),
    sumOfParts(node, parts, epilogue, target),
  ];
}

function dispatchOf(
  node: Node,
  to: Node,
  product: Product,
  plan: ProductPlan,
  epilogue: Epilogue | undefined,
  target: Target,
): Dispatch {
  const [left, right] = twoInputs(node);
  const tiled = plan.way === 'tiles';
  const bound = (value: Node, quads: boolean): Binding =>
    quads && tiled ? vectors(value) : scalars(value);
  const size = sizeOf(node.shape);
  const besides = epilogue?.inputs ?? [];
  return {
    inputs: [
      bound(left, product.left.quads),
      bound(right, product.right.quads),
      ...besides.map((input) => bound(input, product.result.quads && isBeside(input, node))),
    ],
    outputs: [bound(to, product.result.quads)],
    workgroups: tiled ? tileGroups(product, plan, target) : directGroups(product, plan, target),
    code: ({ inputs: [leftName = '', rightName = '', ...names], outputs: [result = ''] }) => {
      const variables: ProductNames = { left: leftName, right: rightName, result };
      const finish: Finish = {
        epilogue: epilogue === undefined ? undefined : finishFunction(node, epilogue, names),
        splits: plan.splits,
        size,
      };
      return tiled
        ? emitTiles(product, plan, variables, finish, target)
        : emitDirect(product, plan, variables, finish, target);
    },
  };
}
