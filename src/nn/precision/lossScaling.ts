/**
 * @file The loss multiplied by a scale that moves, so that gradients do not vanish in half precision (Micikevicius et
 * al. 2018, https://arxiv.org/abs/1710.03740).
 *
 * Gradients of the scaled loss are divided by the scale before anything else sees them. A step in which one of them is
 * not finite changes no state but the scale, which halves; after so many others in a row it doubles (the rule and the
 * numbers of PyTorch's GradScaler). All of it is ops of the step: nothing is read back to decide.
 * Before: `precision.ts`.
 */

import { rewrite } from '../../compile/rewrite.ts';
import { type Graph, isSource, type Node, stateNode } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { LEAST_SCALE, LOSS_SCALE, SKIPPED, type StepPrecision } from './precision.ts';

/** The state (): steps since the scale moved. */
const STEADY_STEPS = 'lossScale/steadySteps';

const FIRST = 2 ** 16;
const GROWTH_INTERVAL = 2000;
const MOST_SCALE = 2 ** 24;

export interface LossScaling {
  readonly first?: number | undefined;
  readonly growthInterval?: number | undefined;
}

export function lossScaling({
  first = FIRST,
  growthInterval = GROWTH_INTERVAL,
}: LossScaling = {}): Omit<StepPrecision, 'rounded'> {
  const scale = stateNode(LOSS_SCALE, []);
  return {
    states: new Map([
      [LOSS_SCALE, first],
      [STEADY_STEPS, 0],
    ]),
    scaled: (loss) => build('mul', [loss, scale], {}, 'scaledLoss'),
    guarded: (gradients, step) => {
      const goesOn = allFinite(gradients);
      const inverse = computed([scale], e.div(1, e.input(0)), 'inverseScale');
      // Zeros where they are lost, so that no NaN reaches clipping or the optimizer.
      const unscaled = gradients.map((gradient) => {
        const expression = e.select(e.input(0), e.mul(e.input(1), e.input(2)), 0);
        return computed([goesOn, gradient, inverse], expression, `${gradient.name}/unscaled`);
      });
      const { outputs, updates } = skipping(step(unscaled), goesOn);
      const skipped = computed([goesOn], e.sub(1, e.input(0)), SKIPPED);
      return {
        outputs: { ...outputs, [SKIPPED]: skipped, [LOSS_SCALE]: scale },
        updates: [...updates, ...scaleUpdates(scale, goesOn, growthInterval)],
      };
    },
  };
}

const computed = (inputs: readonly Node[], expression: e.Expression, name: string): Node =>
  build('elementwise', inputs, { expression, label: name }, name);

/**
 * 1 where every number of every gradient is finite, else 0; (). Asked of their sums: infinities and NaN stay in them, and
 * sums of gradients that half precision made do not come near the end of float32.
 */
function allFinite(gradients: readonly Node[]): Node {
  const [x, y] = e.inputs;
  const sums = gradients.map((gradient) =>
    build('sumTo', [gradient], { shape: [] }, `${gradient.name}/sum`),
  );
  const total = sums.reduce((sum, part) => computed([sum, part], e.add(x, y), 'sumOfGradients'));
  return computed([total], e.finite(x), 'allFinite');
}

/**
 * Each state keeps what it holds where `goesOn` is 0. Whoever reads a new value reads what is kept: a second copy of
 * it would have to be stored.
 */
function skipping(graph: Graph, goesOn: Node): Graph {
  const [first, second, third] = e.inputs;
  const guard = (value: Node, state: Node): Node =>
    computed([goesOn, value, state], e.select(first, second, third), value.name);
  const states = new Map<Node, Node>();
  for (const { state, value } of graph.updates) {
    if (!isSource(value) && !states.has(value)) states.set(value, state);
  }
  const { outputs, updates } = rewrite(graph, (node, original) => {
    const state = states.get(original);
    return state === undefined ? node : guard(node, state);
  });
  return {
    outputs,
    updates: updates.map(({ state, value }, i) => {
      const before = graph.updates[i];
      const isGuarded = before !== undefined && states.get(before.value) === before.state;
      return { state, value: isGuarded ? value : guard(value, state) };
    }),
  };
}

function scaleUpdates(scale: Node, goesOn: Node, growthInterval: number) {
  const [finite, steady, current] = e.inputs;
  const steadySteps = stateNode(STEADY_STEPS, []);
  const isGrown = e.greaterEqual(e.add(steady, 1), growthInterval);
  const grown = e.select(isGrown, e.min(e.mul(current, 2), MOST_SCALE), current);
  const reduced = e.max(e.mul(current, 0.5), LEAST_SCALE);
  const inputs = [goesOn, steadySteps, scale];
  return [
    {
      state: scale,
      value: computed(inputs, e.select(finite, grown, reduced), `${LOSS_SCALE}/next`),
    },
    {
      state: steadySteps,
      value: computed(
        inputs.slice(0, 2),
        e.select(finite, e.select(isGrown, 0, e.add(steady, 1)), 0),
        `${STEADY_STEPS}/next`,
      ),
    },
  ];
}
