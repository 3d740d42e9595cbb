/**
 * @file Nodes that read more values than a dispatch may bind, cut into nodes that do not.
 *
 * An adapter binds eight buffers or a few more. The largest part of an expression that fits becomes a node of its
 * own, until the rest fits; an epilogue that is too wide becomes an element-wise node after the sum.
 */
import { sizeOf } from '../../../base/shape.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { epilogueOf } from '../../../ops/epilogue.ts';
import { type Expression, keepUsedInputs, partsOf, withParts } from '../../../ops/expression.ts';
import { build } from '../../../ops/index.ts';
import { signatureOf } from '../families.ts';
import { numbersPerPiece, type Target } from '../kernel.ts';

export function fitted(node: Node, target: Target): Node {
  const most = target.maxBuffers - 1;
  const epilogue = epilogueOf(node);
  if (epilogue !== undefined)
    return buffersOf(node, target) > target.maxBuffers
      ? fitted(apart(node, epilogue), target)
      : node;
  if (node.inputs.length <= most) return node;
  const expression = expressionOf(node);
  return expression === undefined ? node : cut(node, expression, most);
}

/** What the node was before it had an epilogue reads so many inputs. */
function ownInputs({ op, inputs }: Node): number {
  const { arity } = signatureOf(op);
  return arity === 'any' ? inputs.length : arity;
}

/**
 * Buffers that a sum with its epilogue binds. Where a value lies in several (`../program/bindings.ts`), the sum may ask
 * for all of a factor; of what stands beside its results, neighbours lie in two at most.
 */
function buffersOf(node: Node, target: Target): number {
  const own = ownInputs(node);
  const pieces = (n: Node): number => Math.ceil(sizeOf(n.shape) / numbersPerPiece(target, n.dtype));
  return [...node.inputs, node].reduce(
    (sum, n, k) => sum + (k < own ? pieces(n) : Math.min(2, pieces(n))),
    0,
  );
}

/** The sum, and its epilogue as a node that follows. */
function apart(node: Node, expression: Expression): Node {
  const count = ownInputs(node);
  const { epilogue: _, ...attrs } = node.attrs;
  const sum = createNode({ ...node, inputs: node.inputs.slice(0, count), attrs });
  const used = keepUsedInputs(expression, [sum, ...node.inputs.slice(count)]);
  return build('elementwise', used.inputs, { expression: used.expression }, node.name);
}

function cut(node: Node, expression: Expression, most: number): Node {
  let used = keepUsedInputs(expression, node.inputs);
  for (let made = 0; used.inputs.length > most; made++) {
    const part = largestWithin(used.expression, most);
    if (part === undefined) throw new Error(`internal error: ${node.name} cannot be cut`);
    const own = keepUsedInputs(part, used.inputs);
    const attrs = { expression: own.expression };
    const apart = build('elementwise', own.inputs, attrs, `${node.name}/part${made}`);
    const index = used.inputs.length;
    used = keepUsedInputs(replaced(used.expression, part, index), [...used.inputs, apart]);
  }
  const { name, attrs } = node;
  const label = attrs.label === undefined ? {} : { label: attrs.label };
  return build('elementwise', used.inputs, { expression: used.expression, ...label }, name);
}

function inputsOf(e: Expression, found = new Set<number>()): Set<number> {
  if (e.kind === 'input') found.add(e.index);
  for (const part of partsOf(e)) inputsOf(part, found);
  return found;
}

/** The part that reads the most inputs of those that read from two to `most`. */
function largestWithin(e: Expression, most: number): Expression | undefined {
  const count = inputsOf(e).size;
  if (count < 2) return undefined;
  if (count <= most) return e;
  const found = partsOf(e).flatMap((part) => largestWithin(part, most) ?? []);
  return found.sort((a, b) => inputsOf(b).size - inputsOf(a).size)[0];
}

/** The expression with one part of it read from an input. */
function replaced(e: Expression, part: Expression, index: number): Expression {
  if (e === part) return { kind: 'input', index };
  return withParts(e, (inner) => replaced(inner, part, index));
}
