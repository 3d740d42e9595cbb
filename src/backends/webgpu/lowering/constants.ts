/**
 * @file Constants of one repeated number as numbers in the text, where they would be buffers.
 */

import { broadcastShapes, sameShape } from '../../../base/shape.ts';
import { createNode, type Node } from '../../../graph/node.ts';
import { expressionOf } from '../../../ops/elementwise.ts';
import { epilogueOf } from '../../../ops/epilogue.ts';
import {
  constant,
  type Expression,
  input,
  keepUsedInputs,
  substitute,
} from '../../../ops/expression.ts';
import { signatureOf } from '../families.ts';

export function withoutConstants(node: Node): Node {
  const epilogue = epilogueOf(node);
  if (epilogue !== undefined) return withoutInEpilogue(node, epilogue);
  const expression = expressionOf(node);
  return expression === undefined ? node : withoutInExpression(node, expression);
}

const repeated = ({ op, attrs }: Node): number | undefined =>
  op === 'constant' && typeof attrs.data === 'number' ? attrs.data : undefined;

/** The expression with numbers in place of the inputs that are one; `first` is what input 0 counts as. */
function numbered(expression: Expression, inputs: readonly (Node | undefined)[]): Expression {
  return substitute(expression, (index) => {
    const node = inputs[index];
    const value = node === undefined ? undefined : repeated(node);
    return value === undefined ? input(index) : constant(value);
  });
}

function withoutInExpression(node: Node, expression: Expression): Node {
  if (node.inputs.every((i) => repeated(i) === undefined)) return node;
  const kept = keepUsedInputs(numbered(expression, node.inputs), node.inputs);
  // A constant may be what gives the result its shape.
  if (kept.inputs.length === 0) return node;
  if (!sameShape(broadcastShapes(kept.inputs.map(({ shape }) => shape)), node.shape)) return node;
  const { epilogue: _, ...attrs } = node.attrs;
  return createNode({
    ...node,
    op: 'elementwise',
    inputs: kept.inputs,
    attrs: { ...attrs, expression: kept.expression },
  });
}

function withoutInEpilogue(node: Node, epilogue: Expression): Node {
  const { arity } = signatureOf(node.op);
  const count = arity === 'any' ? node.inputs.length : arity;
  const own = node.inputs.slice(0, count);
  const extra = node.inputs.slice(count);
  if (extra.every((i) => repeated(i) === undefined)) return node;
  // $0 is the sum itself: it stands for no node.
  const sum: Node | undefined = undefined;
  const kept = keepUsedInputs<Node | undefined>(
    { kind: 'binary', name: 'add', a: input(0), b: numbered(epilogue, [sum, ...extra]) },
    [sum, ...extra],
  );
  const { expression, inputs } = kept;
  return createNode({
    ...node,
    inputs: [...own, ...inputs.filter((i) => i !== undefined)],
    attrs: { ...node.attrs, epilogue: expression.kind === 'binary' ? expression.b : expression },
  });
}
