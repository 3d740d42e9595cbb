/**
 * @file The numbers of a result one by one, whatever two of them share: an invocation each, or where they are stored as half
 * precision, an invocation for four in a row.
 *
 * Next stop: `indexing.ts`.
 */
import { first, range } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import {
  type Binding,
  isStoredHalf,
  type Reach,
  scalars,
  type Target,
  vectors,
  type Write,
} from '../kernel.ts';
import { type Flat, flat } from './indexing.ts';
import { inStep } from './reach.ts';

/** A number of one result, and where it goes. */
export interface Made {
  readonly node: Node;
  readonly value: string;
  readonly to: Write;
}

export interface Results extends Flat {
  /** A result as it is bound. */
  bound(node: Node): Binding;
  /** What is read beside the results, bound with the numbers that it is reached by: as what items reach. */
  beside(binding: Binding): Binding;
  /** The last statements of `main`, which store the numbers of index `i`. */
  stores(made: readonly Made[]): string[];
  /** The same of one result. */
  store(to: Write, value: string): string;
}

/**
 * Of what nodes of one shape give; in the text after `open`, `i` is the index of the numbers that are made. If one of
 * them is stored as half precision, four numbers of each are made by one invocation.
 */
export function results(nodes: readonly Node[], target: Target): Results {
  const node = first(nodes, 'node');
  const halves = nodes.filter(isStoredHalf).length;
  return halves > 0 ? fours(node, halves, target) : ones(node, target);
}

function ones(node: Node, target: Target): Results {
  const stores = (made: readonly Made[]): string[] => made.map(({ to, value }) => to('i', value));
  return {
    ...flat(sizeOf(node.shape), target),
    bound: (result) => scalars(result, inStep),
    beside: (binding) => binding,
    stores,
    store: (to, value) => stores([{ node, to, value }]).join(''),
  };
}

/** Numbers beyond the end fill the last four up. */
function fours(node: Node, halves: number, target: Target): Results {
  const size = sizeOf(node.shape);
  const work = flat(Math.ceil(size / 4), target, target.workgroupSize, 'four');
  const numbers: Reach = ({ from, to }) => ({ from: 4 * from, to: Math.min(4 * to, size) });
  const stores = (made: readonly Made[]): string[] => {
    const stored = made.filter((m) => isStoredHalf(m.node));
    return [
      ...made.map((m) => {
        const k = stored.indexOf(m);
        return k < 0 ? m.to('i', m.value) : `numbers${k}[k] = ${m.value};`;
      }),
      '}',
      ...stored.map(({ to }, k) => to('four', `numbers${k}`)),
    ];
  };
  return {
    ...work,
    bound: (result) => (isStoredHalf(result) ? vectors(result, numbers) : scalars(result, numbers)),
    beside: ({ reach, ...binding }) => ({
      ...binding,
      reach: reach && ((items) => reach(numbers(items))),
    }),
    open: (items) => `${work.open(items)}
  ${range(halves)
    .map((k) => `var numbers${k}: vec4<f32>;`)
    .join(' ')}
  for (var k = 0u; k < 4u; k++) {
  let i = four * 4u + k;`,
    stores,
    store: (to, value) => stores([{ node, to, value }]).join('\n  '),
  };
}
