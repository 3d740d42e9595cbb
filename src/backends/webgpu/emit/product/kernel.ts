/**
 * @file Products as kernels: the passes of one op, and the sum of the parts of a split depth.
 *
 * An op says which products it is (`matmul.ts`, `convolution.ts`, `connected.ts`); here they are planned together,
 * become a dispatch each, and are finished by the op's epilogue: in registers, or with the sum of the parts.
 */
import { unreachable } from '../../../../base/errors.ts';
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
import type { Finish, ProductVariables } from './maps.ts';
import { sumOfParts } from './parts.ts';
import { type ProductPlan, planProduct } from './plan.ts';
import { emitTiles, slabBytes, threadsOf, tileGroups } from './tile.ts';

/** The products of a node, which fill its result together; left and right read its first two inputs. */
export type ProductsOf<A> = (node: Node, attrs: A) => readonly Product[];

export function defineProducts<A>(op: OpSignature<A>, productsOf: ProductsOf<A>): KernelRecord {
  return defineKernel<A, { readonly plan: ProductPlan; readonly products: readonly Product[] }>({
    op,
    ...(op.takesEpilogue === true ? { finishesInPlace: true } : {}),
    plan: (node, attrs, { target }) => {
      const products = productsOf(node, attrs);
      const plan = planProduct(products, target);
      return {
        multiplyAdds: totalOf(products),
        plan: { plan, products },
        shown: shownOf(products, plan),
      };
    },
    emit: (node, { plan, products }, { target }) =>
      dispatchesOf(products, operandsOf(node), plan, target),
  });
}

export const totalOf = (products: readonly Product[]): number =>
  products.reduce((sum, product) => sum + multiplyAddsOf(product), 0);

/** What `inspect` shows of products: how they are cut, and what a workgroup has to itself. */
export function shownOf(products: readonly Product[], plan: ProductPlan): object {
  const sizes = products.map(({ rows, columns, depth, groups }) => ({
    rows,
    columns,
    depth,
    groups,
  }));
  if (plan.way === 'direct') return { ...plan, products: sizes };
  const workgroup = {
    invocations: threadsOf(plan.tile),
    bytes: Math.max(...products.map((product) => slabBytes(product, plan.tile))),
  };
  return { ...plan, workgroup, products: sizes };
}

/** A node's two factors, and its epilogue. */
export function operandsOf(node: Node): Operands {
  const [left, right] = twoInputs(node);
  return { left, right, to: node, epilogue: epilogueOf(node, 2) };
}

/** What products read and fill. */
export interface Operands {
  readonly left: Node;
  readonly right: Node;
  readonly to: Node;
  readonly epilogue?: Epilogue | undefined;
}

export function dispatchesOf(
  products: readonly Product[],
  operands: Operands,
  plan: ProductPlan,
  target: Target,
): readonly Dispatch[] {
  const { to, epilogue } = operands;
  if (plan.splits === 1) {
    return products.map((product) => dispatchOf(product, operands, plan, target));
  }
  const parts = temporary([plan.splits, sizeOf(to.shape)], `${to.name}/parts`);
  const unfinished = { ...operands, to: parts, epilogue: undefined };
  return [
    ...products.map((product) => dispatchOf(product, unfinished, plan, target)),
    sumOfParts(to, parts, epilogue, target),
  ];
}

function dispatchOf(
  product: Product,
  { left, right, to, epilogue }: Operands,
  plan: ProductPlan,
  target: Target,
): Dispatch {
  const tiled = plan.way === 'tiles';
  const bound = (value: Node, quads: boolean): Binding =>
    quads && tiled ? vectors(value) : scalars(value);
  const size = sizeOf(to.shape) / plan.splits;
  const besides = epilogue?.inputs ?? [];
  return {
    inputs: [
      bound(left, product.left.quads),
      bound(right, product.right.quads),
      ...besides.map((input) => bound(input, product.result.quads && isBeside(input, to))),
    ],
    outputs: [bound(to, product.result.quads)],
    workgroups: tiled ? tileGroups(product, plan, target) : directGroups(product, plan, target),
    code: ({ inputs, outputs: [result = unreachable] }) => {
      const [leftAt = unreachable, rightAt = unreachable, ...besidesAt] = inputs;
      const variables: ProductVariables = { left: leftAt, right: rightAt, result };
      const finish: Finish = {
        epilogue: epilogue === undefined ? undefined : finishFunction(to, epilogue, besidesAt),
        splits: plan.splits,
        size,
      };
      return tiled
        ? emitTiles(product, plan, variables, finish, target)
        : emitDirect(product, plan, variables, finish, target);
    },
  };
}
