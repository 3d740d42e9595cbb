/**
 * @file The work of a product as items in a row, and what some of them reach: which rows, which of the depth, which
 * groups.
 *
 *   tiles    group by group, in it the parts of the depth, in each the rows of tiles
 *   direct   the parts of the depth, in each the results one by one, rows outermost
 *
 * Previous stop: `tile.ts`. Next stop: `kernel.ts`.
 */
import type { Groups, Reach, Span, Target, Work } from '../../kernel.ts';
import { counted, type Flat, flat, foldedGroups, lengthOf } from '../../language/indexing.ts';
import type { DirectPlan } from './direct.ts';
import type { Factor, Product } from './factor.ts';
import { partOf, type TiledPlan } from './tile.ts';

/** What some items reach. */
interface Region {
  readonly rows: Span;
  readonly depth: Span;
  readonly groups: Span;
  readonly splits: Span;
}

export type RegionOf = (items: Span) => Region;

export interface TiledWork extends Work {
  /** Statements of `main`: a workgroup's `block` of the result, and its `layer`, which is a group and a split. */
  head(items: Span): readonly string[];
}

/** Some of a row of boxes that hold so many each: the boxes, and what is reached in the box if it is one. */
function within(items: Span, each: number): { readonly boxes: Span; readonly inside: Span } {
  const boxes = { from: Math.floor(items.from / each), to: Math.ceil(items.to / each) };
  const start = boxes.from * each;
  const isOne = lengthOf(boxes) === 1;
  return {
    boxes,
    inside: isOne ? { from: items.from - start, to: items.to - start } : { from: 0, to: each },
  };
}

const upTo = ({ from, to }: Span, most: number): Span => ({ from, to: Math.min(to, most) });

export function tiledRegion(product: Product, plan: TiledPlan): RegionOf {
  const { tile, splits } = plan;
  const part = partOf(product, plan);
  const down = Math.ceil(product.rows / tile.rows);
  return (items) => {
    const layers = within(items, down);
    const groups = within(layers.boxes, splits);
    const { from, to } = groups.inside;
    const { inside: blocks } = layers;
    return {
      rows: upTo({ from: blocks.from * tile.rows, to: blocks.to * tile.rows }, product.rows),
      depth: upTo({ from: from * part, to: to * part }, product.depth),
      groups: groups.boxes,
      splits: groups.inside,
    };
  };
}

export function directRegion(product: Product, { splits }: DirectPlan): RegionOf {
  const { rows, columns, groups, depth } = product;
  const part = Math.ceil(depth / splits);
  return (items) => {
    const { boxes, inside } = within(items, rows * columns * groups);
    return {
      rows: within(inside, columns * groups).boxes,
      depth: upTo({ from: boxes.from * part, to: boxes.to * part }, depth),
      groups: { from: 0, to: groups },
      splits: boxes,
    };
  };
}

export function tiledWork(
  { rows, columns, groups }: Product,
  { tile, splits }: TiledPlan,
  target: Target,
): TiledWork {
  const [down, across] = [Math.ceil(rows / tile.rows), Math.ceil(columns / tile.columns)];
  const layers = groups * splits;
  const items = layers * down;
  const isWhole = (some: Span): boolean => lengthOf(some) === items;
  const folded = (some: Span) =>
    foldedGroups(isWhole(some) ? down * across : lengthOf(some) * across, target);
  return {
    items,
    groups: (some): Groups => {
      const [x, y] = folded(some).workgroups;
      return [x, y, isWhole(some) ? layers : 1];
    },
    head: (some) => {
      const { index, exact } = folded(some);
      const own = index.replaceAll('group.', 'group3.');
      const leave = (name: string, most: number): string[] =>
        exact ? [] : [`if (${name} >= ${most}u) { return; }`];
      if (isWhole(some))
        return [`let block = ${own};`, ...leave('block', down * across), 'let layer = group3.z;'];
      return [
        `let place = ${counted({ from: some.from * across, to: some.to * across }, own)};`,
        ...leave('place', some.to * across),
        `let block = place % ${down * across}u;`,
        `let layer = place / ${down * across}u;`,
      ];
    },
  };
}

export const directWork = (
  { rows, columns, groups }: Product,
  { splits }: DirectPlan,
  target: Target,
): Flat => flat(rows * columns * groups * splits, target);

/** Where the numbers of a factor lie that some items read. */
export function factorReach(
  { reach }: Factor,
  region: RegionOf,
  linesOf: (region: Region) => Span,
): Reach | undefined {
  if (reach === undefined) return undefined;
  return (items) => {
    const some = region(items);
    return reach(linesOf(some), some.depth, some.groups);
  };
}

/** Where the results lie that some items store: `size` numbers for each part of the depth. */
export function resultReach(
  { result: { reach } }: Product,
  region: RegionOf,
  size: number,
): Reach | undefined {
  if (reach === undefined) return undefined;
  return (items) => {
    const { rows, groups, splits } = region(items);
    const { from, to } = reach(rows, groups);
    return { from: splits.from * size + from, to: (splits.to - 1) * size + to };
  };
}
