/**
 * @file Pooling and its gradients: one invocation per result.
 *
 * What a pooling does with the pixels of a window is data (`ops/windows/pooling.ts`), written down here. A gradient is
 * gathered: each pixel asks the windows that see it, in their order, for its share, so nobody adds to another's sum.
 * Where a window has one winner, a pass before says which: each window is looked through once.
 * Next stop: `localResponse.ts`.
 */
import { unreachable } from '../../../../base/errors.ts';
import { last } from '../../../../base/lists.ts';
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
import {
  type Binding,
  type Dispatch,
  oneToOne,
  type PlanContext,
  scalars,
  type Target,
  temporary,
} from '../../kernel.ts';
import { type FunctionName, library } from '../../language/functions.ts';
import { float } from '../../language/numbers.ts';
import { inShares, inStep } from '../../language/reach.ts';
import { type Results, results } from '../../language/results.ts';

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
    storesHalf: () => true,
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

/** Whole pictures, of those in which some numbers of a result lie. */
const byPicture = (node: Node, result: Node, work: Results): Binding =>
  work.beside(scalars(node, inShares(sizeOf(result.shape), node, fourAxes(node.shape)[0])));

function poolDispatch(node: Node, plan: PoolPlan, { target }: PlanContext): Dispatch {
  const { pooling, input } = plan;
  const work = results([node], target);
  const combined =
    pooling.combine === 'add' ? 'result + pixel' : `${COMBINE[pooling.combine]}(result, pixel)`;
  const calls: FunctionName[] =
    pooling.combine === 'add' ? [] : [COMBINE[pooling.combine], 'special'];
  const from = byPicture(firstInput(node), node, work);
  return oneToOne(
    from,
    work.bound(node),
    work,
    (x, y, items) => `${library(calls)}
${work.open(items)}
  ${places(node.shape, ['oh', 'ow'])}
  ${realTaps(plan, 'oh', 'ow').join('\n  ')}
  var result = ${float(pooling.identity)};
  for (var h = hFrom; h < hTo; h++) {
    for (var w = wFrom; w < wTo; w++) {
      let pixel = ${x(pixelAt(input))};
      result = ${combined};
    }
  }
  ${work.store(y, plan.divisor === undefined ? 'result' : `result / ${divisorText(plan)}`)}
}
`,
  );
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
      const plan = planOf(node.shape, last(node.inputs, 'input').shape, pooling, attrs);
      return { plan, multiplyAdds: workOf(plan) };
    },
    emit: (node, plan, { target }) => {
      const dy = last(node.inputs, 'input');
      const { winner } = plan.pooling;
      if (winner === undefined) return [shareDispatch(node, dy, undefined, plan, target)];
      const won = temporary(dy.shape, `${node.name}/winners`);
      return [
        winnerDispatch(node, won, winner, plan, target),
        shareDispatch(node, dy, won, plan, target),
      ];
    },
    storesHalf: () => true,
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

/** Of each window the tap that takes its gradient, counted row by row; -1 where none does. */
function winnerDispatch(
  { inputs: [x = unreachable('no input'), y = unreachable('no result')] }: Node,
  won: Node,
  winner: readonly Match[],
  plan: PoolPlan,
  target: Target,
): Dispatch {
  const work = results([won], target);
  const matches = winner.map((match) => MATCHES[match]('pixel', 'result')).join(' || ');
  return {
    inputs: [byPicture(x, won, work), work.beside(scalars(y, inStep))],
    outputs: [work.bound(won)],
    work,
    code: ({
      inputs: [from = unreachable, results = unreachable],
      outputs: [to = unreachable],
      items,
    }) => `${library(['isNaN'])}
${work.open(items)}
  ${places(won.shape, ['oh', 'ow'])}
  ${realTaps(plan, 'oh', 'ow').join('\n  ')}
  let result = ${results('i')};
  var tap = -1;
  for (var h = hFrom; h < hTo; h++) {
    for (var w = wFrom; w < wTo; w++) {
      let pixel = ${from(pixelAt(plan.input))};
      if (tap < 0 && (${matches})) { tap = (h - hStart) * ${plan.window[1]} + w - wStart; }
    }
  }
  ${work.store(to, 'f32(tap)')}
}
`,
  };
}

/** Each pixel's share of the windows that see it: of all of them, or of those that it won. */
function shareDispatch(
  node: Node,
  dy: Node,
  won: Node | undefined,
  plan: PoolPlan,
  target: Target,
): Dispatch {
  const work = results([node], target);
  const [, OH, OW, C] = fourAxes(plan.output);
  const { strides, pads, window } = plan;
  return {
    inputs: [dy, ...(won === undefined ? [] : [won])].map((n) => byPicture(n, node, work)),
    outputs: [work.bound(node)],
    work,
    code: ({ inputs: [slopes = unreachable, winners], outputs: [dx = unreachable], items }) => {
      const share =
        plan.divisor === undefined ? slopes('at') : `${slopes('at')} / ${divisorText(plan)}`;
      const tap = [
        `let tap = (i32(row) - oh * ${strides[0]} + ${pads[0][0]}) * ${window[1]}`,
        ` + i32(column) - ow * ${strides[1]} + ${pads[1][0]};`,
      ].join('');
      const body =
        winners === undefined
          ? [
              ...(plan.divisor === 'realPixels' ? realTaps(plan, 'oh', 'ow') : []),
              `sum += ${share};`,
            ]
          : [tap, `if (${winners('at')} == f32(tap)) { sum += ${share}; }`];
      return `${work.open(items)}
  ${places(node.shape, ['row', 'column'])}
  ${seenBy(plan).join('\n  ')}
  var sum = 0f;
  for (var oh = ohFirst; oh <= ohLast; oh++) {
    for (var ow = owFirst; ow <= owLast; ow++) {
      let at = ((i32(n) * ${OH} + oh) * ${OW} + ow) * ${C} + i32(c);
      ${body.join('\n      ')}
    }
  }
  ${work.store(dx, 'sum')}
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
