/**
 * @file simplify: drops what does nothing and folds what is known.
 *
 * Runs before fusion, which then sees a graph without reshapes to the same shape, sums over nothing, or
 * arithmetic on constants (the gradient of a mean starts from 1/N repeated N times).
 */
import { at, first } from '../../base/lists.ts';
import { sameShape } from '../../base/shape.ts';
import { constantNode, firstInput, type Graph, type Node } from '../../graph/node.ts';
import { expressionOf } from '../../ops/elementwise.ts';
import {
  constant,
  type Expression,
  evaluate,
  keepUsedInputs,
  substitute,
} from '../../ops/expression.ts';
import { build } from '../../ops/index.ts';
import { movesNothing, transpose } from '../../ops/moves/transpose.ts';
import { attrsOf } from '../../ops/op.ts';
import { rewrite } from '../rewrite.ts';

export function simplify(graph: Graph): Graph {
  return rewrite(graph, simplifyNode);
}

/** The number a constant repeats, if it repeats one. */
function uniformValue(node: Node): number | undefined {
  return node.op === 'constant' && typeof node.attrs.data === 'number'
    ? node.attrs.data
    : undefined;
}

function simplifyNode(node: Node): Node {
  switch (node.op) {
    case 'reshape': {
      const x = firstInput(node);
      if (sameShape(x.shape, node.shape)) return x;
      const value = uniformValue(x);
      if (value !== undefined) return constantNode(value, node.shape);
      return x.op === 'reshape' ? build('reshape', x.inputs, node.attrs, node.name) : node;
    }
    case 'transpose': {
      const value = uniformValue(firstInput(node));
      if (value !== undefined) return constantNode(value, node.shape);
      return simplifyTranspose(node);
    }
    case 'broadcastTo': {
      const x = firstInput(node);
      const value = uniformValue(x);
      if (value !== undefined) return constantNode(value, node.shape);
      return sameShape(x.shape, node.shape) ? x : node;
    }
    case 'sumTo': {
      const x = firstInput(node);
      return sameShape(x.shape, node.shape) ? x : node;
    }
    default:
      return expressionOf(node) === undefined ? node : simplifyElementwise(node);
  }
}

/** One after another is one; one that moves no number is a reshape, or nothing. */
function simplifyTranspose(node: Node): Node {
  const x = firstInput(node);
  const attrs = attrsOf(node, transpose);
  if (x.op === 'transpose') {
    const { axes } = attrsOf(x, transpose);
    const both = { axes: attrs.axes.map((axis) => at(axes, axis, 'axis')) };
    return simplifyTranspose(build('transpose', x.inputs, both, node.name));
  }
  if (!movesNothing(x.shape, attrs)) return node;
  return simplifyNode(build('reshape', [x], { shape: node.shape }, node.name));
}

/** Known numbers move into the expression; one that reads nothing any more becomes a constant. */
function simplifyElementwise(node: Node): Node {
  const expression = expressionOf(node) as Expression;
  const known = node.inputs.map(uniformValue);
  if (known.every((v) => v === undefined)) return node;
  if (known.every((v) => v !== undefined)) {
    return constantNode(Math.fround(evaluate(expression, known)), node.shape, node.name);
  }
  const folded = fold(
    substitute(expression, (index) => {
      const value = known[index];
      return value === undefined ? { kind: 'input', index } : constant(value);
    }),
  );
  const used = keepUsedInputs(folded, node.inputs);
  // An input that gave the result its shape must stay; then the node does too.
  const shaped = used.inputs.some((i) => sameShape(i.shape, node.shape));
  if (!shaped) return node;
  if (used.expression.kind === 'input') return first(used.inputs, 'input');
  return build(
    'elementwise',
    used.inputs,
    { expression: used.expression, label: node.op },
    node.name,
  );
}

/** Arithmetic on constants, and times or plus nothing, once the inputs are known. */
function fold(e: Expression): Expression {
  switch (e.kind) {
    case 'unary': {
      const a = fold(e.a);
      const folded = { ...e, a };
      return a.kind === 'constant' ? constant(evaluate(folded, [])) : folded;
    }
    case 'binary': {
      const a = fold(e.a);
      const b = fold(e.b);
      const folded = { ...e, a, b };
      if (a.kind === 'constant' && b.kind === 'constant') return constant(evaluate(folded, []));
      if (e.name === 'mul' && isConstant(a, 1)) return b;
      if ((e.name === 'mul' || e.name === 'div') && isConstant(b, 1)) return a;
      if (e.name === 'add' && isConstant(a, 0)) return b;
      if ((e.name === 'add' || e.name === 'sub') && isConstant(b, 0)) return a;
      return folded;
    }
    case 'select':
      return { ...e, condition: fold(e.condition), yes: fold(e.yes), no: fold(e.no) };
    default:
      return e;
  }
}

const isConstant = (e: Expression, value: number): boolean =>
  e.kind === 'constant' && e.value === value;
