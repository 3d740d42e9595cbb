/**
 * @file Local response normalisation across channels and its gradient: one invocation per number.
 *
 * The gradient's addends dy x s^(-beta-1) are a pass of their own: each is in the windows of several channels.
 * Formulas: `ops/windows/localResponseNormalization.ts`.
 */
import { at } from '../../../../base/lists.ts';
import { sizeOf } from '../../../../base/shape.ts';
import { firstInput, type Node, twoInputs } from '../../../../graph/node.ts';
import * as e from '../../../../ops/expression.ts';
import {
  channelWindow,
  type LocalResponseNormalizationAttrs,
  localResponseNormalization,
  localResponseNormalizationGradient,
} from '../../../../ops/windows/localResponseNormalization.ts';
import { defineKernel } from '../../defineKernel.ts';
import { type Dispatch, scalars, type Target, temporary } from '../../kernel.ts';
import { openScope, writeExpression } from '../../language/expression.ts';
import { library } from '../../language/functions.ts';
import { flat } from '../../language/indexing.ts';
import { float } from '../../language/numbers.ts';

type Attrs = LocalResponseNormalizationAttrs;

const channelsOf = ({ shape }: Node): number =>
  shape.length === 0 ? 1 : at(shape, shape.length - 1, 'axis');

/** Statements that leave in `name` the sum of a term over the channels from c - below to c + above. */
function windowSum(
  name: string,
  channels: number,
  { below, above }: { readonly below: number; readonly above: number },
  term: (index: string) => string,
): string[] {
  return [
    `let c = i32(i % ${channels}u);`,
    'let row = i32(i) - c;',
    `var ${name} = 0f;`,
    `for (var j = max(c - ${below}, 0); j <= min(c + ${above}, ${channels - 1}); j++) {`,
    `  ${name} += ${term('row + j')};`,
    '}',
  ];
}

/** s of the number `i`. */
function scaleText(x: string, channels: number, { size, k, alpha }: Attrs): string[] {
  return [
    ...windowSum('squares', channels, channelWindow(size), (j) => `${x}[${j}] * ${x}[${j}]`),
    `let s = ${float(k)} + ${float(alpha)} * squares;`,
  ];
}

/** One invocation per number of a node: statements, then an expression of what they leave behind. */
function perNumber(
  to: Node,
  inputs: readonly Node[],
  target: Target,
  body: (names: readonly string[]) => {
    readonly before: readonly string[];
    readonly expression: e.Expression;
    readonly operands: readonly string[];
  },
): Dispatch {
  const { workgroups, open } = flat(sizeOf(to.shape), target);
  return {
    inputs: inputs.map(scalars),
    outputs: [scalars(to)],
    workgroups,
    code: ({ inputs: names, outputs: [y] }) => {
      const scope = openScope();
      const { before, expression, operands } = body(names);
      const { statements, value } = writeExpression(scope, expression, operands);
      return `${library(scope.functions)}
${open}
  ${[...before, ...statements].join('\n  ')}
  ${y}[i] = ${value};
}
`;
    },
  };
}

const planOf = (node: Node, attrs: Attrs) => ({
  multiplyAdds: sizeOf(node.shape) * (attrs.size + 2),
  plan: { ...attrs, channels: channelsOf(node) },
});

export const localResponseKernel = defineKernel({
  op: localResponseNormalization,
  plan: planOf,
  emit: (node, { channels, ...attrs }, { target }) => [
    perNumber(node, [firstInput(node)], target, ([x = '']) => ({
      before: [...scaleText(x, channels, attrs), `let own = ${x}[i];`],
      expression: e.mul(e.input(0), e.pow(e.input(1), -attrs.beta)),
      operands: ['own', 's'],
    })),
  ],
});

export const localResponseGradientKernel = defineKernel({
  op: localResponseNormalizationGradient,
  plan: planOf,
  emit: (node, { channels, ...attrs }, { target }) => {
    const [x, dy] = twoInputs(node);
    const { size, alpha, beta } = attrs;
    const { below, above } = channelWindow(size);
    const addends = temporary(node.shape, `${node.name}/addends`);
    const factors = e.mul(e.input(0), e.input(1));
    const scaled = e.mul(e.input(1), e.pow(e.input(2), -beta));
    const spread = e.mul(e.mul(e.input(0), 2 * alpha * beta), e.input(3));
    return [
      perNumber(addends, [x, dy], target, ([xName = '', dyName = '']) => ({
        before: [
          ...scaleText(xName, channels, attrs),
          `let own = ${xName}[i];`,
          `let slope = ${dyName}[i];`,
        ],
        expression: e.mul(factors, e.pow(e.input(2), -beta - 1)),
        operands: ['own', 'slope', 's'],
      })),
      perNumber(node, [x, dy, addends], target, ([xName = '', dyName = '', from = '']) => ({
        before: [
          `let own = ${xName}[i];`,
          `let slope = ${dyName}[i];`,
          ...scaleText(xName, channels, attrs),
          'var sum = 0f;',
          `for (var j = max(c - ${above}, 0); j <= min(c + ${below}, ${channels - 1}); j++) {`,
          `  sum += ${from}[row + j];`,
          '}',
        ],
        expression: e.sub(scaled, spread),
        operands: ['own', 'slope', 's', 'sum'],
      })),
    ];
  },
});
