/**
 * @file Pooling and its gradients: one invocation per result.
 *
 * What a pooling does with the pixels of a window is data (`ops/windows/pooling.ts`), written down here. A gradient is
 * gathered: each pixel asks the windows that see it, in their order, for its share, so nobody adds to another's sum.
 * Next stop: `localResponse.ts`.
 */
import { fourAxes, type Shape, sizeOf } from '../../../../base/shape.ts';
import { NO_PADS } from '../../../../base/window.ts';
import { firstInput, type Node } from '../../../../graph/node.ts';
import { upsample2dGradient } from '../../../../ops/moves/upsample2d.ts';
import type { OpSignature } from '../../../../ops/op.ts';
import {
  averagePool2d,
  averagePool2dGradient,
  divisorOf,
} from '../../../../ops/windows/averagePool2d.ts';
import {
  maxPool2d,
  maxPool2dGradient,
  minPool2d,
  minPool2dGradient,
} from '../../../../ops/windows/extremePool2d.ts';
import { type Match, type PoolAttrs, type Pooling, SUM } from '../../../../ops/windows/pooling.ts';
import { defineKernel, type KernelRecord } from '../../defineKernel.ts';
import { type Dispatch, type PlanContext, scalars } from '../../kernel.ts';
import { type FunctionName, library } from '../../language/functions.ts';
import { flat } from '../../language/indexing.ts';
import { float } from '../../language/numbers.ts';

interface PoolPlan extends PoolAttrs {
  readonly input: Shape;
  readonly output: Shape;
  readonly pooling: Pooling;
  /** What a mean divides by; undefined where nothing is divided. */
  readonly divisor: 'window' | 'realPixels' | undefined;
}

interface MaybeCounting extends PoolAttrs {
  readonly countIncludePad?: boolean;
}

function planOf(input: Shape, output: Shape, pooling: Pooling, attrs: MaybeCounting): PoolPlan {
  const { window, strides, pads, countIncludePad = false } = attrs;
  const divisor = pooling.mean === true ? divisorOf({ countIncludePad, pads }) : undefined;
  return { window, strides, pads, input, output, pooling, divisor };
}

/** Operations, as half multiply-adds: each pixel of each window is looked at. */
const workOf = ({ output, window }: PoolPlan): number =>
  (sizeOf(output) * window[0] * window[1]) / 2;

function definePooling<A extends object>(
  op: OpSignature<A>,
  attrsFor: (attrs: A) => MaybeCounting,
  pooling: Pooling,
): KernelRecord {
  return defineKernel<A, PoolPlan>({
    op,
    plan: (node, attrs) => {
      const plan = planOf(firstInput(node).shape, node.shape, pooling, attrsFor(attrs));
      return { plan, multiplyAdds: workOf(plan) };
    },
    emit: (node, plan, context) => [poolDispatch(node, plan, context)],
  });
}

const COMBINE = {
  max: 'maximum',
  min: 'minimum',
} as const satisfies Record<string, FunctionName>;

/** The first pixel of a window and how many of its taps are real, along both axes, in i32. */
function realTaps({ input, window, strides, pads }: PoolPlan, oh: string, ow: string): string[] {
  const [, H, W] = fourAxes(input);
  const axis = (name: string, at: string, extent: number, k: 0 | 1): string[] => [
    `let ${name}Start = i32(${at}) * ${strides[k]} - ${pads[k][0]};`,
    `let ${name}From = max(${name}Start, 0);`,
    `let ${name}To = min(${name}Start + ${window[k]}, ${extent});`,
  ];
  return [...axis('h', oh, H, 0), ...axis('w', ow, W, 1)];
}

/** What a window's sum is divided by, after `realTaps`. */
function divisorText({ divisor, window }: PoolPlan): string {
  return divisor === 'window' ? float(window[0] * window[1]) : 'f32((hTo - hFrom) * (wTo - wFrom))';
}

const pixelAt = ([, H = 1, W = 1, C = 1]: Shape): string =>
  `((i32(n) * ${H} + h) * ${W} + w) * ${C} + i32(c)`;

function poolDispatch(node: Node, plan: PoolPlan, { target }: PlanContext): Dispatch {
  const { pooling, input } = plan;
  const { workgroups, open } = flat(sizeOf(node.shape), target);
  const combined =
    pooling.combine === 'add' ? 'result + pixel' : `${COMBINE[pooling.combine]}(result, pixel)`;
  const calls: FunctionName[] =
    pooling.combine === 'add' ? [] : [COMBINE[pooling.combine], 'special'];
  return {
    inputs: [scalars(firstInput(node))],
    outputs: [scalars(node)],
    workgroups,
    code: ({ inputs: [x], outputs: [y] }) => `${library(calls)}
${open}
  ${places(node.shape, ['oh', 'ow'])}
  ${realTaps(plan, 'oh', 'ow').join('\n  ')}
  var result = ${float(pooling.identity)};
  for (var h = hFrom; h < hTo; h++) {
    for (var w = wFrom; w < wTo; w++) {
      let pixel = ${x}[${pixelAt(input)}];
      result = ${combined};
    }
  }
  ${y}[i] = ${plan.divisor === undefined ? 'result' : `result / ${divisorText(plan)}`};
}
`,
  };
}

/** n, row, column and c of the number `i`. */
function places(shape: Shape, [row, column]: readonly [string, string]): string {
  const [, H, W, C] = fourAxes(shape);
  return [
    `let c = i % ${C}u;`,
    `let ${column} = i / ${C}u % ${W}u;`,
    `let ${row} = i / ${W * C}u % ${H}u;`,
    `let n = i / ${H * W * C}u;`,
  ].join('\n  ');
}

function defineGradient<A extends PoolAttrs>(op: OpSignature<A>): KernelRecord {
  const pooling = op.pooling ?? SUM;
  return defineKernel<A, PoolPlan>({
    op,
    plan: (node, attrs) => {
      const dy = node.inputs[node.inputs.length - 1] ?? node;
      const plan = planOf(node.shape, dy.shape, pooling, attrs);
      return { plan, multiplyAdds: workOf(plan) };
    },
    emit: (node, plan, context) => [gradientDispatch(node, plan, context)],
  });
}

const MATCHES = {
  equalsResult: (pixel, result) => `${pixel} == ${result}`,
  isNaN: (pixel) => `isNaN(${pixel})`,
} as const satisfies Record<Match, (pixel: string, result: string) => string>;

/** The windows that see a pixel, along both axes, in i32. */
function seenBy({ output, window, strides, pads }: PoolPlan): string[] {
  const [, OH, OW] = fourAxes(output);
  const axis = (name: string, pixel: string, extent: number, k: 0 | 1): string[] => {
    const ahead = pads[k][0] - window[k] + strides[k];
    return [
      `let ${name}First = max(i32(${pixel}) + ${ahead}, 0) / ${strides[k]};`,
      `let ${name}Last = min((i32(${pixel}) + ${pads[k][0]}) / ${strides[k]}, ${extent - 1});`,
    ];
  };
  return [...axis('oh', 'row', OH, 0), ...axis('ow', 'column', OW, 1)];
}

/** Whether the pixel wins its window: it matches, and no pixel before it does. */
function winnerText(plan: PoolPlan, winner: readonly Match[], x: string): string {
  const matches = (pixel: string): string =>
    winner.map((match) => MATCHES[match](pixel, 'result')).join(' || ');
  return `fn wins(own: f32, result: f32, row: i32, column: i32, hFrom: i32, wFrom: i32, wTo: i32, n: u32, c: u32) -> bool {
  if (!(${matches('own')})) { return false; }
  for (var h = hFrom; h <= row; h++) {
    for (var w = wFrom; w < select(wTo, column, h == row); w++) {
      let pixel = ${x}[${pixelAt(plan.input)}];
      if (${matches('pixel')}) { return false; }
    }
  }
  return true;
}`;
}

function gradientDispatch(node: Node, plan: PoolPlan, { target }: PlanContext): Dispatch {
  const { workgroups, open } = flat(sizeOf(node.shape), target);
  const { winner } = plan.pooling;
  const [, OH, OW, C] = fourAxes(plan.output);
  return {
    inputs: node.inputs.map(scalars),
    outputs: [scalars(node)],
    workgroups,
    code: ({ inputs, outputs: [dx] }) => {
      const [x = '', y = ''] = inputs;
      const dy = inputs[inputs.length - 1];
      const won = `wins(own, ${y}[at], i32(row), i32(column), hFrom, wFrom, wTo, n, c)`;
      const share = plan.divisor === undefined ? `${dy}[at]` : `${dy}[at] / ${divisorText(plan)}`;
      return `${winner === undefined ? '' : `${library(['isNaN'])}\n${winnerText(plan, winner, x)}`}
${open}
  ${places(node.shape, ['row', 'column'])}
  ${seenBy(plan).join('\n  ')}
  ${winner === undefined ? '' : `let own = ${x}[i];`}
  var sum = 0f;
  for (var oh = ohFirst; oh <= ohLast; oh++) {
    for (var ow = owFirst; ow <= owLast; ow++) {
      let at = ((i32(n) * ${OH} + oh) * ${OW} + ow) * ${C} + i32(c);
      ${realTaps(plan, 'oh', 'ow').join('\n      ')}
      ${winner === undefined ? `sum += ${share};` : `if (${won}) { sum += ${share}; }`}
    }
  }
  ${dx}[i] = sum;
}
`;
    },
  };
}

const same = <A>(attrs: A): A => attrs;

export const averagePool2dKernel = definePooling(averagePool2d, same, averagePool2d.pooling ?? SUM);
export const maxPool2dKernel = definePooling(maxPool2d, same, maxPool2d.pooling ?? SUM);
export const minPool2dKernel = definePooling(minPool2d, same, minPool2d.pooling ?? SUM);
export const averagePool2dGradientKernel = defineGradient(averagePool2dGradient);
export const maxPool2dGradientKernel = defineGradient(maxPool2dGradient);
export const minPool2dGradientKernel = defineGradient(minPool2dGradient);
/** Each block of repeats added up. */
export const upsample2dGradientKernel = definePooling(
  upsample2dGradient,
  ({ factors }) => ({ window: factors, strides: factors, pads: NO_PADS }),
  SUM,
);
