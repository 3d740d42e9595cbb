/**
 * @file The reverse walk: appends the gradient of a scalar to its graph.
 *
 * Knows no op by name: each op file says its own gradient. Nodes are visited from the loss back to the
 * sources; gradients that arrive along several paths are added. "X/gradient" is dLoss/dX.
 * Before: `nn/programs/programs.ts`. Next stop: `compile/pipeline.ts`.
 */
import { FoveaError } from '../base/errors.ts';
import { formatShape, sameShape, sizeOf } from '../base/shape.ts';
import { constantNode, createNode, isSource, type Node, topologicalOrder } from '../graph/node.ts';
import { build, opOf } from '../ops/index.ts';

export interface BackwardOptions {
  /** What of a gradient that arrives at a node goes on through it; default: all of it. */
  readonly passed?: ((node: Node, dy: Node) => Node) | undefined;
}

/**
 * Gradients of `loss` (one element) with respect to each of `targets`, in order.
 * A target the loss does not depend on gets zeros.
 */
export function backward(
  loss: Node,
  targets: readonly Node[],
  { passed = (_, dy) => dy }: BackwardOptions = {},
): Node[] {
  if (sizeOf(loss.shape) !== 1) {
    throw new FoveaError({
      problem: `cannot take the gradient of ${loss.name} with shape ${formatShape(loss.shape)}`,
      expected: 'a loss of one element',
      fix: 'sum or average it first',
    });
  }
  const needed = dependentsOf(targets, loss);
  const arriving = new Map<Node, Node>([[loss, constantNode(1, loss.shape, 'dLoss')]]);
  for (const node of topologicalOrder([loss]).reverse()) {
    const dy = arriving.get(node);
    if (dy === undefined || node.inputs.length === 0 || !needed.has(node)) continue;
    const gradient = opOf(node.op).gradient;
    if (gradient === undefined) {
      throw new FoveaError(`${node.op} (${node.name}) has no gradient`);
    }
    const { inputs, attrs } = node;
    const gradients = gradient({ node, inputs, attrs, dy: passed(node, dy), build });
    node.inputs.forEach((input, i) => {
      const part = gradients[i];
      if (part === null || part === undefined || !needed.has(input)) return;
      if (!sameShape(part.shape, input.shape)) {
        throw new Error(
          `internal error: gradient of ${node.op} for input ${i} is ${formatShape(part.shape)}, input is ${formatShape(input.shape)}`,
        );
      }
      const before = arriving.get(input);
      const name = `${input.name}/gradient`;
      const isNamed = part === dy || isSource(part);
      if (before !== undefined) arriving.set(input, build('add', [before, part], {}, name));
      else arriving.set(input, isNamed ? part : createNode({ ...part, name }));
    });
  }
  return targets.map((t) => arriving.get(t) ?? constantNode(0, t.shape, `${t.name}/gradient`));
}

/** The nodes on a path from any target to the loss: the only ones that need a gradient. */
export function dependentsOf(targets: readonly Node[], loss: Node): Set<Node> {
  const result = new Set<Node>(targets);
  for (const node of topologicalOrder([loss])) {
    if (node.inputs.some((input) => result.has(input))) result.add(node);
  }
  return result;
}
