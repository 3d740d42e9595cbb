/**
 * @file Copies (`compile/moves/`) as dispatches: one invocation per number copied, one dispatch per copy.
 *
 * What a copy leaves out is filled before. No copy here adds, and none writes a number twice.
 */
import { unreachable } from '../../../../base/errors.ts';
import { sizeOf } from '../../../../base/shape.ts';
import { type CopiesOf, type Copy, mergeLevels } from '../../../../compile/moves/copy.ts';
import type { Node } from '../../../../graph/node.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { type Dispatch, oneToOne, type Reach, scalars, type Target } from '../../kernel.ts';
import { library } from '../../language/functions.ts';
import { flat, placesOf, sumOfPlaces } from '../../language/indexing.ts';
import { float, isSpecial } from '../../language/numbers.ts';
import { atPlaces, inStep } from '../../language/reach.ts';

export function defineCopy<A>(op: OpSignature<A>, copiesOf: CopiesOf<A>): KernelRecord {
  return defineKernel({
    op,
    plan: (node, attrs) => ({ multiplyAdds: 0, plan: { ...copiesOf(node, attrs) } }),
    emit: (node, { copies, fill }, { target }) => [
      ...(fill === undefined ? [] : [filled(node, fill, target)]),
      ...copies.flatMap((list, k) => {
        const input = node.inputs[k];
        return input === undefined ? [] : list.map((copy) => copied(input, node, copy, target));
      }),
    ],
  });
}

/** Every number of a value the same. */
export function filled(node: Node, value: number, target: Target): Dispatch {
  const work = flat(sizeOf(node.shape), target);
  const literal = node.dtype === 'i32' ? `${value}i` : float(value);
  return {
    inputs: [],
    outputs: [scalars(node, inStep)],
    work,
    code: ({ outputs: [to = unreachable], items }) =>
      `${library(isSpecial(value) ? ['special'] : [])}\n${work.open(items)}\n  ${to('i', literal)}\n}\n`,
  };
}

function copied(from: Node, to: Node, copy: Copy, target: Target): Dispatch {
  const levels = mergeLevels(copy.levels);
  const work = flat(sizeOf(levels.map(({ extent }) => extent)), target);
  const places = placesOf(levels, 'i');
  const index = (side: 'from' | 'to'): string =>
    sumOfPlaces(
      places,
      levels.map((l) => l[side]),
      copy[side],
    );
  const reach = (side: 'from' | 'to'): Reach =>
    atPlaces(
      levels.map(({ extent, [side]: distance }) => ({ extent, distance })),
      copy[side],
    );
  return oneToOne(
    scalars(from, reach('from')),
    scalars(to, reach('to')),
    work,
    (x, y, items) => `${work.open(items)}\n  ${y(index('to'), x(index('from')))}\n}\n`,
  );
}
