/**
 * @file The program of explanations: what a class's score is, and how it changes with the picture.
 *
 * The score is what ranks the classes: the number before the softmax, or a distance with its sign turned. Before:
 * `programs.ts`. Next stop: `train/explanation/probe.ts`, which runs it.
 */
import { backward } from '../../autodiff/backward.ts';
import { FoveaError, unknownName } from '../../base/errors.ts';
import { type Graph, inputNode, type Node } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { sumOver } from '../../ops/reductions.ts';
import { expand } from '../network.ts';
import type { ModelSpec } from '../spec.ts';

export interface ExplanationOptions {
  /** A layer whose numbers and gradient are given too. */
  readonly layer?: string | undefined;
  /** Of what goes back through a ReLU only positive parts go on; default false. */
  readonly guided?: boolean | undefined;
}

/**
 * Inputs: `x` (N, ...inputShape), preprocessed; `chosen` (N, classes), 1 at the class that is asked about, else 0.
 * Outputs: `score` (N), `gradient` (N, ...inputShape) of `score` with respect to `x`; of `layer`
 * `stage` and `stageGradient` (N, ...).
 */
export function explanationGraph(
  spec: ModelSpec,
  batchSize: number,
  { layer, guided = false }: ExplanationOptions = {},
): Graph {
  const network = expand(spec, { batchSize, training: false });
  const [{ logits }] = network.heads;
  const [x] = [...network.inputs.values()];
  if (x === undefined || logits.shape.length !== 2) {
    throw new FoveaError({
      problem: `${spec.name} gives no row of scores`,
      expected: 'a classifier of one picture',
    });
  }
  const chosen = inputNode('chosen', logits.shape);
  const score = sumOver(build, build('mul', [logits, chosen]), { axes: [1] }, 'score');
  const total = sumOver(build, score, { axes: [0] }, 'total');
  const stage = layer === undefined ? undefined : network.layers.get(layer);
  if (layer !== undefined && stage === undefined) {
    throw unknownName('layer', layer, [...network.layers.keys()]);
  }
  const passed = guided ? throughRelu : undefined;
  const targets = stage === undefined ? [x] : [x, stage];
  const [gradient, stageGradient] = backward(total, targets, { passed });
  return {
    outputs: {
      score,
      ...(gradient === undefined ? {} : { gradient }),
      ...(stage === undefined || stageGradient === undefined ? {} : { stage, stageGradient }),
    },
    updates: [],
  };
}

/** Springenberg et al. 2014: what goes back through a ReLU is cut off at 0 as what goes forward is. */
function throughRelu(node: Node, dy: Node): Node {
  return node.op === 'relu' ? build('relu', [dy], {}, `${node.name}/guided`) : dy;
}
