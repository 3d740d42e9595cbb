/**
 * @file Sums over axes, in an order that is fixed: bias gradients, batch statistics, the sum of a loss.
 *
 * Previous stop: `plan.ts`. Next stop: `tree.ts`.
 */
import { firstInput, type Node } from '../../../../graph/node.ts';
import { sumTo } from '../../../../ops/broadcast.ts';
import { defineKernel } from '../../defineKernel.ts';
import { type Dispatch, type PlanContext, scalars, temporary } from '../../kernel.ts';
import { flat, foldedGroups, placesOf, sumOfPlaces } from '../../language/indexing.ts';
import { planSum, type SumPlan } from './plan.ts';
import { treeOf } from './tree.ts';

export const sumToKernel = defineKernel({
  op: sumTo,
  plan: (node, { shape }, { target }) => {
    const plan = planSum(firstInput(node).shape, shape, target);
    return { multiplyAdds: (plan.results * plan.terms) / 2, plan };
  },
  emit: (node, plan, context) => {
    const from = firstInput(node);
    if (plan.kind === 'serial') return [partialSums(from, node, plan, context)];
    if (plan.kind === 'tree') return [treeSum(from, node, plan, context)];
    const { parts, results } = plan;
    const partials = temporary([results, parts], `${node.name}/partials`);
    return [
      partialSums(from, partials, plan, context),
      treeSum(partials, node, overPartials(plan), context),
    ];
  },
});

/** The partials of a result lie side by side. */
function overPartials({ results, parts, along }: SumPlan): SumPlan {
  return {
    results,
    terms: parts,
    kept: [{ extent: results, from: 1, to: parts }],
    reduced: [{ extent: parts, from: 0, to: 1 }],
    kind: 'tree',
    parts: 1,
    along,
  };
}

const at = (levels: SumPlan['kept'], index: string): string =>
  sumOfPlaces(
    placesOf(levels, index),
    levels.map(({ to }) => to),
  );

/** One invocation per part of a result: part p adds the terms p, p + parts, p + 2 parts, ... */
function partialSums(from: Node, to: Node, plan: SumPlan, { target }: PlanContext): Dispatch {
  const { results, terms, parts, along } = plan;
  const { workgroups, open } = flat(results * parts, target);
  const place =
    along === 'terms' || parts === 1
      ? { result: `i / ${parts}u`, part: `i % ${parts}u` }
      : { result: `i % ${results}u`, part: `i / ${results}u` };
  return {
    inputs: [scalars(from)],
    outputs: [scalars(to)],
    workgroups,
    code: ({ inputs: [x], outputs: [y] }) => `${open}
  let result = ${place.result};
  let part = ${place.part};
  let base = ${at(plan.kept, 'result')};
  var sum = 0f;
  for (var k = part; k < ${terms}u; k += ${parts}u) {
    sum += ${read(from, `${x}[base + ${at(plan.reduced, 'k')}]`)};
  }
  ${y}[result * ${parts}u + part] = sum;
}
`,
  };
}

/** One workgroup per result. */
function treeSum(from: Node, to: Node, plan: SumPlan, { target }: PlanContext): Dispatch {
  const { results, terms } = plan;
  const size = widthOf(terms, target.maxWorkgroupSize);
  const { workgroups, index, exact } = foldedGroups(results, target);
  const tree = treeOf(size);
  return {
    inputs: [scalars(from)],
    outputs: [scalars(to)],
    workgroups,
    code: ({ inputs: [x], outputs: [y] }) => `${tree.declaration}
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let result = ${exact ? index : `min(${index}, ${results - 1}u)`};
  let base = ${at(plan.kept, 'result')};
  var sum = 0f;
  for (var k = lane; k < ${terms}u; k += ${size}u) {
    sum += ${read(from, `${x}[base + ${at(plan.reduced, 'k')}]`)};
  }
  ${tree.sum('sum')}
  if (lane == 0u) { ${y}[result] = shared_sums[0]; }
}
`,
  };
}

const read = ({ dtype }: Node, load: string): string => (dtype === 'i32' ? `f32(${load})` : load);

/** A power of two: no wider than there are terms. */
function widthOf(terms: number, most: number): number {
  let width = 1;
  while (width * 2 <= Math.min(most, terms)) width *= 2;
  return width;
}
