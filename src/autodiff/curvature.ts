/**
 * @file Second derivatives along each number alone: the diagonal of the Gauss-Newton matrix.
 *
 * The same reverse walk as `backward.ts`, with two things arriving at each node: the gradient dy, and h, the
 * second derivative of the loss along each number of the node's result. Each op says its own rule (LeCun et
 * al. 1998, appendix C, eq. 25 and 27: h_x = sum of (dy/dx)^2 h_y, shared weights add up). What comes out is
 * graph like everything else. Next stop: `nn/optimizers/levenbergMarquardt.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { constantNode, type Node, topologicalOrder } from '../graph/node.ts';
import { build, opOf } from '../ops/index.ts';
import type { CurvatureContext, Op } from '../ops/op.ts';
import { dependentsOf } from './backward.ts';

/** Of a loss of one element with respect to each of `targets`; never negative. */
export function curvature(loss: Node, targets: readonly Node[]): Node[] {
  const needed = dependentsOf(targets, loss);
  const slopes = new Map<Node, Node>([[loss, constantNode(1, loss.shape, 'dLoss')]]);
  const bends = new Map<Node, Node>();
  const arrive = (map: Map<Node, Node>, at: Node, part: Node | null | undefined): void => {
    if (part === null || part === undefined || !needed.has(at)) return;
    const before = map.get(at);
    map.set(at, before === undefined ? part : build('add', [before, part]));
  };
  for (const node of topologicalOrder([loss]).reverse()) {
    const dy = slopes.get(node);
    if (dy === undefined || node.inputs.length === 0 || !needed.has(node)) continue;
    const op = opOf(node.op);
    const { inputs, attrs } = node;
    const context = { node, inputs, attrs, dy, h: bends.get(node), build };
    const gradients = op.gradient?.(context) ?? [];
    const curvatures = curvaturesOf(op, context);
    inputs.forEach((input, i) => {
      arrive(slopes, input, gradients[i]);
      arrive(bends, input, curvatures[i]);
    });
  }
  return targets.map((t) => bends.get(t) ?? constantNode(0, t.shape, `${t.name}/curvature`));
}

type Curvatures = readonly (Node | null)[];

function curvaturesOf(
  op: Op,
  context: CurvatureContext<Readonly<Record<string, unknown>>>,
): Curvatures {
  const { node, h, inputs } = context;
  const { curvature: rule, gradient } = op;
  if (rule === undefined || gradient === undefined) {
    throw new FoveaError({
      problem: `${op.name} (${node.name}) says no second derivatives`,
      expected: 'a network of layers that do, for an optimizer that measures curvature',
      fix: 'use sgd or adam',
    });
  }
  if (typeof rule === 'function') return rule(context);
  if (h === undefined) return [];
  const factors = rule === 'products' ? inputs.map((x) => build('square', [x])) : inputs;
  return gradient({ ...context, dy: h, inputs: factors });
}
