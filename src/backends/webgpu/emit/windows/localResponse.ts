/**
 * @file Local response normalisation across channels and its gradient: one invocation per number.
 *
 * The gradient works out its neighbours' scales anew: their channels are near at hand, and a pass that stored them
 * would move more. Formulas: `ops/windows/localResponseNormalization.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import { first, last, range } from '../../../../base/lists.ts';
import { sizeOf } from '../../../../base/shape.ts';
import type { Node } from '../../../../graph/node.ts';
import * as e from '../../../../ops/expression.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import {
  channelWindow,
  type LocalResponseNormalizationAttrs,
  localResponseNormalization,
  localResponseNormalizationGradient,
} from '../../../../ops/windows/localResponseNormalization.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { type Read, scalars } from '../../kernel.ts';
import { openScope, type Scope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import { float } from '../../language/numbers.ts';
import { inShares } from '../../language/reach.ts';
import { results } from '../../language/results.ts';

type Attrs = LocalResponseNormalizationAttrs;
type Plan = Attrs & { readonly channels: number };

const channelsOf = ({ shape }: Node): number => (shape.length === 0 ? 1 : last(shape, 'axis'));

/** Statements that leave in `name` the sum of a term, `j` from c - before to c + after within the row. */
function windowSum(
  name: string,
  { channels }: Plan,
  { c, before, after }: { readonly c: string; readonly before: number; readonly after: number },
  term: readonly string[],
): string[] {
  return [
    `var ${name} = 0f;`,
    `for (var j = max(${c} - ${before}, 0); j <= min(${c} + ${after}, ${channels - 1}); j++) {`,
    ...term.map((line) => `  ${line}`),
    '}',
  ];
}

/** `scaleOf(row, c)`: s of a channel, where `row` is the index of channel 0. */
function scaleFunction(x: Read, plan: Plan): string {
  const { below, above } = channelWindow(plan.size);
  return [
    'fn scaleOf(row: i32, c: i32) -> f32 {',
    ...windowSum('squares', plan, { c: 'c', before: below, after: above }, [
      `squares += ${x('row + j')} * ${x('row + j')};`,
    ]).map((line) => `  ${line}`),
    `  return ${float(plan.k)} + ${float(plan.alpha)} * squares;`,
    '}',
  ].join('\n');
}

/** s to a power, of the value named. */
function scalePower(scope: Scope, s: string, exponent: number): string[] {
  const { statements, value } = writeExpression(scope, e.pow(e.input(0), exponent), [s]);
  return [...statements, `let power = ${value};`];
}

function defineNormalization(
  op: OpSignature<Attrs>,
  body: (scope: Scope, inputs: readonly Read[], plan: Plan) => readonly string[],
): KernelRecord {
  return defineKernel<Attrs, Plan>({
    op,
    plan: (node, attrs) => ({
      multiplyAdds: sizeOf(node.shape) * (attrs.size + 2) * node.inputs.length,
      plan: { ...attrs, channels: channelsOf(node) },
    }),
    emit: (node, plan, { target }) => {
      const work = results([node], target);
      const numbers = sizeOf(node.shape);
      const inRows = inShares(numbers, node, numbers / plan.channels);
      return [
        {
          inputs: node.inputs.map((input) => work.beside(scalars(input, inRows))),
          outputs: [work.bound(node)],
          work,
          code: ({ inputs, outputs: [y = unreachable], items }) => {
            const scope = openScope();
            const lines = body(scope, inputs, plan);
            return `${library(scope.functions)}
${scaleFunction(first(inputs, 'input'), plan)}
${work.open(items)}
  let c = i32(i % ${plan.channels}u);
  let row = i32(i) - c;
  ${lines.join('\n  ')}
  ${work.store(y, 'result')}
}
`;
          },
        },
      ];
    },
    storesHalf: () => true,
  });
}

export const localResponseKernel = defineNormalization(
  localResponseNormalization,
  (scope, [x = unreachable], { beta }) => [
    'let s = scaleOf(row, c);',
    ...scalePower(scope, 's', -beta),
    `let result = ${x('i')} * power;`,
  ],
);

/** Windows up to this many channels are written out; wider ones are walked. */
const FEW_CHANNELS = 8;

export const localResponseGradientKernel = defineNormalization(
  localResponseNormalizationGradient,
  (scope, [x = unreachable, dy = unreachable], plan) => {
    const { size, alpha, beta } = plan;
    const addends = size <= FEW_CHANNELS ? addendsWrittenOut : addendsWalked;
    return [
      ...addends(scope, x, dy, plan),
      'let s = scaleOf(row, c);',
      ...scalePower(scope, 's', -beta),
      `let result = ${dy('i')} * power - ${float(2 * alpha * beta)} * ${x('i')} * sum;`,
    ];
  },
);

/** Leaves in `sum` dy x s^(-beta-1), added up over the channels whose window holds c. */
function addendsWalked(scope: Scope, x: Read, dy: Read, plan: Plan): string[] {
  const { below, above } = channelWindow(plan.size);
  return windowSum('sum', plan, { c: 'c', before: above, after: below }, [
    'let s = scaleOf(row, j);',
    ...scalePower(scope, 's', -plan.beta - 1),
    `sum += ${dy('row + j')} * ${x('row + j')} * power;`,
  ]);
}

/** The same, each neighbour read once: those of the neighbours too. */
function addendsWrittenOut(scope: Scope, x: Read, dy: Read, plan: Plan): string[] {
  const { size, channels, k, alpha, beta } = plan;
  const { below, above } = channelWindow(size);
  const reach = below + above;
  // x of the channel c - reach + n
  const loads = range(2 * reach + 1).flatMap((n) => [
    `var x${n} = 0f;`,
    `if (u32(c + ${n - reach}) < ${channels}u) { x${n} = ${x(`i + ${n}u - ${reach}u`)}; }`,
  ]);
  const addends = range(size).flatMap((n) => {
    const own = n + reach - above;
    const squares = range(size).map((m) => `x${own - below + m} * x${own - below + m}`);
    return [
      `if (u32(c + ${own - reach}) < ${channels}u) {`,
      `  let s = ${float(k)} + ${float(alpha)} * (${squares.join(' + ')});`,
      ...scalePower(scope, 's', -beta - 1).map((line) => `  ${line}`),
      `  sum += ${dy(`i + ${own}u - ${reach}u`)} * x${own} * power;`,
      '}',
    ];
  });
  return [...loads, 'var sum = 0f;', ...addends];
}
