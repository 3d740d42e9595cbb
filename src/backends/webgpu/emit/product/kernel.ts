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
  type Reach,
  type Span,
  scalars,
  type Target,
  temporary,
  vectors,
  type Work,
} from '../../kernel.ts';
import { type Epilogue, epilogueOf, isBeside } from '../../language/epilogue.ts';
import { emitDirect } from './direct.ts';
import { multiplyAddsOf, type Product } from './factor.ts';
import { finishFunction } from './finish.ts';
import type { Finish, ProductVariables } from './maps.ts';
import { sumOfParts } from './parts.ts';
import { type ProductPlan, planProduct } from './plan.ts';
import { emitTiles, slabBytes, threadsOf } from './tile.ts';
import {
  directRegion,
  directWork,
  factorReach,
  type RegionOf,
  resultReach,
  tiledRegion,
  tiledWork,
} from './work.ts';

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
    storesHalf: (node, attrs, { target }) => {
      const products = productsOf(node, attrs);
      return storesFours(products, planProduct(products, target));
    },
  });
}

/** Whether all results are stored four at a time. */
export const storesFours = (
  products: readonly Product[],
  { way }: { readonly way: string },
): boolean => way !== 'direct' && products.every(({ result }) => result.quads);

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
  const size = sizeOf(to.shape) / plan.splits;
  const { work, region, text } = writtenBy(product, plan, target);
  const bound = (value: Node, quads: boolean, reach: Reach | undefined): Binding =>
    quads && plan.way === 'tiles' ? vectors(value, reach) : scalars(value, reach);
  const { quads } = product.result;
  const results = resultReach(product, region, size);
  const columns = { from: 0, to: product.columns };
  return {
    inputs: [
      bound(
        left,
        product.left.quads,
        factorReach(product.left, region, ({ rows }) => rows),
      ),
      bound(
        right,
        product.right.quads,
        factorReach(product.right, region, () => columns),
      ),
      ...(epilogue?.inputs ?? []).map((input) =>
        isBeside(input, to) ? bound(input, quads, results) : scalars(input),
      ),
    ],
    outputs: [bound(to, quads, results)],
    work,
    code: ({ inputs, outputs: [result = unreachable], items }) => {
      const [leftAt = unreachable, rightAt = unreachable, ...besidesAt] = inputs;
      const variables: ProductVariables = { left: leftAt, right: rightAt, result };
      const finish: Finish = {
        epilogue: epilogue === undefined ? undefined : finishFunction(to, epilogue, besidesAt),
        splits: plan.splits,
        size,
      };
      return text(variables, finish, items);
    },
  };
}

/** How a product is done: its items, what they reach, and its text. */
interface Written {
  readonly work: Work;
  readonly region: RegionOf;
  text(variables: ProductVariables, finish: Finish, items: Span): string;
}

function writtenBy(product: Product, plan: ProductPlan, target: Target): Written {
  if (plan.way === 'tiles') {
    const work = tiledWork(product, plan, target);
    return {
      work,
      region: tiledRegion(product, plan),
      text: (variables, finish, items) =>
        emitTiles(product, plan, variables, finish, work.head(items)),
    };
  }
  const work = directWork(product, plan, target);
  return {
    work,
    region: directRegion(product, plan),
    text: (variables, finish, items) =>
      emitDirect(product, plan, variables, finish, work.open(items)),
  };
}
