/**
 * @file Sums over axes, in an order that is fixed: bias gradients, batch statistics, the sum of a loss.
 *
 * Previous stop: `plan.ts`. Next stop: `tree.ts`.
 */
import { firstInput, type Node } from '../../../../graph/node.ts';
import { sumTo } from '../../../../ops/broadcast.ts';
import { defineKernel } from '../../defineKernel.ts';
import {
  type Binding,
  type Dispatch,
  oneToOne,
  type PlanContext,
  type Reach,
  type Read,
  scalars,
  type Target,
  temporary,
} from '../../kernel.ts';
import { flat, groupPerItem, placesOf, sumOfPlaces } from '../../language/indexing.ts';
import { atPlaces, inStep } from '../../language/reach.ts';
import { planSum, type SumPlan } from './plan.ts';
import { carried, treeOf } from './tree.ts';

export const sumToKernel = defineKernel({
  op: sumTo,
  plan: (node, { shape }, { target }) => {
    const plan = planSum(firstInput(node).shape, shape, target);
    return { multiplyAdds: (plan.results * plan.terms) / 2, plan };
  },
  emit: (node, plan, context) => {
    const from = firstInput(node);
    if (plan.kind === 'serial') return [serialSum(from, node, plan, context)];
    if (plan.kind === 'tree') return [treeSum(from, node, plan, context)];
    const { parts, results } = plan;
    const partials = temporary([2, results, parts], `${node.name}/partials`);
    return [
      partialSums(from, partials, plan, context),
      treeOverPartials(partials, node, plan, context),
    ];
  },
});

const at = (levels: SumPlan['kept'], index: string): string =>
  sumOfPlaces(
    placesOf(levels, index),
    levels.map(({ to }) => to),
  );

const read = ({ dtype }: Node, load: string): string => (dtype === 'i32' ? `f32(${load})` : load);

/** Adds every `step`-th term from `first` on to the variable `sum`, which it declares. */
function sumOfTerms(from: Node, x: Read, plan: SumPlan, first: string, step: number): string {
  return `let base = ${at(plan.kept, 'result')};
  var sum = vec2<f32>();
  for (var k = ${first}; k < ${plan.terms}u; k += ${step}u) {
    ${carried.add('sum', read(from, x(`base + ${at(plan.reduced, 'k')}`)))}
  }`;
}

/** From the first term of the first result to the last one of the last. */
function termsOf({ kept, reduced }: SumPlan): Reach {
  const first = atPlaces(kept.map(({ extent, to }) => ({ extent, distance: to })));
  const beyond = reduced.reduce((sum, { extent, to }) => sum + (extent - 1) * to, 0);
  return (items) => {
    const { from, to } = first(items);
    return { from, to: to + beyond };
  };
}

/** One invocation per result. */
function serialSum(from: Node, to: Node, plan: SumPlan, { target }: PlanContext): Dispatch {
  const work = flat(plan.results, target);
  return oneToOne(
    scalars(from, termsOf(plan)),
    scalars(to, inStep),
    work,
    (x, y, items) => `${carried.declarations}
${work.open(items)}
  ${carried.begin('id')}
  let result = i;
  ${sumOfTerms(from, x, plan, '0u', 1)}
  ${y('i', 'total(sum)')}
}
`,
  );
}

/** One invocation per part of a result: part p adds the terms p, p + parts, p + 2 parts, ... */
function partialSums(from: Node, to: Node, plan: SumPlan, { target }: PlanContext): Dispatch {
  const { results, parts, along } = plan;
  const work = flat(results * parts, target);
  const place =
    along === 'terms'
      ? { result: `i / ${parts}u`, part: `i % ${parts}u` }
      : { result: `i % ${results}u`, part: `i / ${results}u` };
  return oneToOne(
    scalars(from),
    scalars(to),
    work,
    (x, y, items) => `${carried.declarations}
${work.open(items)}
  ${carried.begin('id')}
  let result = ${place.result};
  let part = ${place.part};
  ${sumOfTerms(from, x, plan, 'part', parts)}
  let place = result * ${parts}u + part;
  ${y('place', 'sum.x')}
  ${y(`place + ${results * parts}u`, 'sum.y')}
}
`,
  );
}

/** One workgroup per result. */
function treeSum(from: Node, to: Node, plan: SumPlan, { target }: PlanContext): Dispatch {
  const size = widthOf(plan.terms, target.maxWorkgroupSize);
  return treeDispatch(scalars(from, termsOf(plan)), to, { ...plan, size, target }, (x) =>
    sumOfTerms(from, x, plan, 'lane', size),
  );
}

/** One workgroup per result, over its partial sums and what rounding took from them. */
function treeOverPartials(
  from: Node,
  to: Node,
  { results, parts }: SumPlan,
  { target }: PlanContext,
): Dispatch {
  const size = widthOf(parts, target.maxWorkgroupSize);
  return treeDispatch(
    scalars(from),
    to,
    { results, size, target },
    (x) => `var sum = vec2<f32>();
  for (var k = lane; k < ${parts}u; k += ${size}u) {
    let place = result * ${parts}u + k;
    sum = plus(sum, vec2<f32>(${x('place')}, ${x(`place + ${results * parts}u`)}));
  }`,
  );
}

function treeDispatch(
  from: Binding,
  to: Node,
  { results, size, target }: { results: number; size: number; target: Target },
  laneSum: (x: Read) => string,
): Dispatch {
  const work = groupPerItem(results, target);
  const tree = treeOf(size);
  return oneToOne(
    from,
    scalars(to, inStep),
    work,
    (x, y, items) => `${tree.declarations}
@compute @workgroup_size(${size})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  ${carried.begin('group')}
  let result = ${work.index(items)};
  ${laneSum(x)}
  ${tree.sum('sum')}
  if (lane == 0u) { ${y('result', 'total(laneSums[0])')} }
}
`,
  );
}

/** A power of two: no wider than there are terms. */
function widthOf(terms: number, most: number): number {
  let width = 1;
  while (width * 2 <= Math.min(most, terms)) width *= 2;
  return width;
}
