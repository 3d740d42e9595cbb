/**
 * @file What an optimizer is: from a gradient, the new values of a parameter and of its slots, as ops.
 *
 * The graph holds what differs per number; what differs per step alone (the learning rate, bias
 * corrections) is worked out on the host in float64 and enters as inputs of shape (). One element-wise
 * node per new value, so that fusion makes one pass over memory of them. Next stops: `define.ts`, `adam.ts`.
 */
import { at } from '../../base/lists.ts';
import { inputNode, type Node, stateNode, type Update } from '../../graph/node.ts';
import * as e from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';

interface SlotContext {
  /** The parameter's state. */
  readonly parameter: Node;
  /** A state of the parameter's shape that starts as zeros; named "OPTIMIZER/SLOT/PARAMETER". */
  slot(name: string): Node;
  /** A number that `scalars` gives anew each step. */
  scalar(name: string): Node;
  /** One element-wise node over those of `inputs` that the expression reads. */
  compute(name: string, inputs: readonly Node[], expression: e.Expression): Node;
}

export interface UpdateContext extends SlotContext {
  readonly gradient: Node;
}

export interface PreparationContext extends SlotContext {
  /** Second derivative of the mean loss along each number of the parameter. */
  readonly curvature: Node;
}

export interface OptimizerSpec {
  readonly kind: string;
  readonly learningRate: number;
  readonly [option: string]: unknown;
}

export interface Optimizer {
  /** Plain JSON: what `optimizerOf` makes the same optimizer of. */
  readonly spec: OptimizerSpec;
  /** Names of the slots of each parameter. */
  readonly slots: readonly string[];
  updates(context: UpdateContext): readonly Update[];
  /** All gradients as the updates are to see them; absent: as they are. */
  clipped?(gradients: readonly Node[]): readonly Node[];
  /** The scalar inputs of one step by input name; `step` counts from 0. */
  scalars(step: number, learningRate: number): Readonly<Record<string, number>>;
  /** What is measured before each pass, on so many of the training pictures. */
  readonly preparation?: {
    readonly patterns: number;
    updates(context: PreparationContext): readonly Update[];
  };
}

/** The state that holds a slot of a parameter: "adam/m/conv2d/kernel". */
export function slotName(optimizer: Optimizer, slot: string, parameter: string): string {
  return `${optimizer.spec.kind}/${slot}/${parameter}`;
}

/** Appends the updates of all parameters; they share the scalar inputs. */
export function updatesOf(
  optimizer: Optimizer,
  parameters: readonly Node[],
  gradients: readonly Node[],
): Update[] {
  const contextOf = slotContexts(optimizer);
  const clipped = optimizer.clipped?.(gradients) ?? gradients;
  return parameters.flatMap((parameter, i) =>
    optimizer.updates({ ...contextOf(parameter), gradient: at(clipped, i, 'gradient') }),
  );
}

/** Appends what the optimizer measures before a pass. */
export function preparationsOf(
  optimizer: Optimizer,
  parameters: readonly Node[],
  curvatures: readonly Node[],
): Update[] {
  const contextOf = slotContexts(optimizer);
  return parameters.flatMap((parameter, i) => {
    const context = { ...contextOf(parameter), curvature: at(curvatures, i, 'curvature') };
    return optimizer.preparation?.updates(context) ?? [];
  });
}

function slotContexts(optimizer: Optimizer): (parameter: Node) => SlotContext {
  const scalars = new Map<string, Node>();
  const scalar = (name: string) => {
    const node = scalars.get(name) ?? inputNode(name, []);
    scalars.set(name, node);
    return node;
  };
  return (parameter) => ({
    parameter,
    scalar,
    slot: (name) => stateNode(slotName(optimizer, name, parameter.name), parameter.shape),
    compute: (name, inputs, expression) => {
      const used = e.keepUsedInputs(expression, inputs);
      const attrs = { expression: used.expression, label: name };
      return build('elementwise', used.inputs, attrs, `${parameter.name}/${name}`);
    },
  });
}
