/**
 * @file The sum of the parts of a split depth: the second pass of a product, which finishes its results.
 *
 * Many parts are shared out among the lanes of a workgroup: lane l adds up the parts l, l + lanes, ..., and the first
 * lane the lanes. Neighbouring invocations read neighbouring results. The order is that of the numbers.
 */
import { unreachable } from '../../../../base/errors.ts';
import { at, range } from '../../../../base/lists.ts';
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import {
  type Dispatch,
  isStoredHalf,
  type Reach,
  type Span,
  scalars,
  type Target,
  vectors,
} from '../../kernel.ts';
import { besidesOf, type Epilogue } from '../../language/epilogue.ts';
import { counted, foldedGroups, lengthOf } from '../../language/indexing.ts';
import { finishFunction } from './finish.ts';
import { finishFour, finishOne } from './maps.ts';

/** Parts that a lane adds up before others are asked to help. */
const PER_LANE = 8;
const MOST_LANES = 16;

/** @param parts (splits, numbers of the result) */
export function sumOfParts(
  node: Node,
  parts: Node,
  epilogue: Epilogue | undefined,
  target: Target,
): Dispatch {
  // Half precision is stored by fours: an invocation makes four results.
  const width = isStoredHalf(node) ? 4 : 1;
  const size = sizeOf(node.shape) / width;
  const splits = at(parts.shape, 0, 'axis');
  const lanes = lanesFor(splits);
  const perGroup = Math.max(1, Math.floor(target.workgroupSize / lanes));
  const groups = Math.ceil(size / perGroup);
  const folded = (items: Span) => foldedGroups(lengthOf(items), target);
  const results: Reach = ({ from, to }) => ({
    from: from * perGroup * width,
    to: Math.min(to * perGroup, size) * width,
  });
  const type = width === 4 ? 'vec4<f32>' : 'f32';
  const bound = width === 4 ? vectors : scalars;
  return {
    inputs: [bound(parts), ...besidesOf(epilogue, node, results, width === 4)],
    outputs: [bound(node, results)],
    work: { items: groups, groups: (items) => folded(items).workgroups },
    code: ({ inputs: [from = unreachable, ...besides], outputs: [to = unreachable], items }) => {
      const index = counted(items, folded(items).index);
      const end = results(items).to / width;
      const finish = {
        epilogue: epilogue === undefined ? undefined : finishFunction(node, epilogue, besides),
      };
      const stored = (width === 4 ? finishFour : finishOne)(finish, { to, at: 'i' });
      return [
        ...(finish.epilogue === undefined ? [] : [finish.epilogue.text]),
        ...(lanes === 1 ? [] : [`var<workgroup> shares: array<${type}, ${lanes * perGroup}>;`]),
        `@compute @workgroup_size(${lanes * perGroup})`,
        'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) thread: u32) {',
        `  let i = (${index}) * ${perGroup}u + thread % ${perGroup}u;`,
        `  var sum = ${width === 4 ? 'vec4<f32>()' : '0f'};`,
        `  if (i < ${end}u) {`,
        `    for (var part = thread / ${perGroup}u; part < ${splits}u; part += ${lanes}u) {`,
        `      sum += ${from(`part * ${size}u + i`)};`,
        '    }',
        '  }',
        ...(lanes === 1 ? [] : sumOfLanes(lanes, perGroup)),
        `  if (thread < ${perGroup}u && i < ${end}u) {`,
        ...stored.map((line) => `  ${line}`),
        '  }',
        '}',
        '',
      ].join('\n');
    },
  };
}

function lanesFor(splits: number): number {
  let lanes = 1;
  while (lanes < MOST_LANES && splits > lanes * PER_LANE) lanes *= 2;
  return lanes;
}

/** Of the first `perGroup` invocations, each adds up what its lanes have. */
function sumOfLanes(lanes: number, perGroup: number): string[] {
  return [
    '  shares[thread] = sum;',
    '  workgroupBarrier();',
    `  if (thread < ${perGroup}u) {`,
    ...range(lanes - 1).map((k) => `    sum += shares[thread + ${(k + 1) * perGroup}u];`),
    '  }',
  ];
}
