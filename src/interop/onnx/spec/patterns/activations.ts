/**
 * @file Activations that files put together of several operators: products of x with a function of it.
 *
 * PyTorch writes most of them so, and so do we where opset 17 has no operator. Before: `nodeTree.ts`.
 */
import type { OnnxNode } from '../../decode.ts';
import { activation } from '../activations.ts';
import { isNear, type Matcher, type NodeTree } from './nodeTree.ts';

/** What a factor is of x, and the nodes that make it. */
type Factor = (tree: NodeTree, name: string, x: string) => readonly OnnxNode[] | undefined;

const of =
  (operator: string, inner: Factor = (_, name, x) => (name === x ? [] : undefined)): Factor =>
  (tree, name, x) => {
    const node = tree.own(name, [operator]);
    const within = node === undefined ? undefined : inner(tree, node.inputs[0] ?? '', x);
    return node === undefined || within === undefined ? undefined : [node, ...within];
  };

/** constant * x */
const scaled =
  (constant: number): Factor =>
  (tree, name, x) => {
    const product = tree.product(name);
    const isX = product.factors.length === 1 && product.factors[0] === x;
    return isX && isNear(product.constant, constant) ? product.nodes : undefined;
  };

/** The inner factor, and a number more. */
const plus =
  (number: number, inner: Factor): Factor =>
  (tree, name, x) => {
    const node = tree.own(name, ['Add']);
    const found = node === undefined ? undefined : tree.withNumber(node);
    if (node === undefined || found === undefined || !isNear(found.number, number))
      return undefined;
    const within = inner(tree, found.other, x);
    return within === undefined ? undefined : [node, ...within];
  };

const itself: Factor = (_, name, x) => (name === x ? [] : undefined);

/** min(max(inner, 0), 6) */
const upToSix =
  (inner: Factor): Factor =>
  (tree, name, x) => {
    const node = tree.own(name, ['Clip']);
    if (node === undefined) return undefined;
    const bounds =
      node.opset < 11
        ? [node.attributes.get('min')?.f, node.attributes.get('max')?.f]
        : [tree.number(node.inputs[1]), tree.number(node.inputs[2])];
    if (bounds[0] !== 0 || bounds[1] !== 6) return undefined;
    const within = inner(tree, node.inputs[0] ?? '', x);
    return within === undefined ? undefined : [node, ...within];
  };

/** max(0, min(1, x / 6 + 1/2)) */
const hardSigmoid: Factor = (tree, name, x) => {
  const nodes = of('HardSigmoid')(tree, name, x);
  const attributes = nodes?.[0]?.attributes;
  const isOurs =
    isNear(attributes?.get('alpha')?.f, 1 / 6) && (attributes?.get('beta')?.f ?? 0.5) === 0.5;
  return isOurs ? nodes : undefined;
};

interface Row {
  readonly activation: string;
  /** x times the factor times this number. */
  readonly constant: number;
  readonly factor: Factor;
}

/** constant * x * factor(x) */
const GATES: readonly Row[] = [
  { activation: 'swish', constant: 1, factor: of('Sigmoid') },
  { activation: 'mish', constant: 1, factor: of('Tanh', of('Softplus')) },
  { activation: 'gelu', constant: 0.5, factor: plus(1, of('Erf', scaled(Math.SQRT1_2))) },
  { activation: 'hardSwish', constant: 1, factor: hardSigmoid },
  { activation: 'hardSwish', constant: 1 / 6, factor: upToSix(plus(3, itself)) },
];

const written = (name: string, x: string, within: readonly OnnxNode[]) => ({
  node: { operator: name, inputs: [x], attributes: new Map() },
  write: activation(name),
  within,
});

/** x times a function of x. */
export const gate: Matcher = (tree, last) => {
  const { constant, factors, nodes } = tree.productOf(last);
  if (factors.length !== 2) return undefined;
  const [a = '', b = ''] = factors;
  for (const [x, other] of [
    [a, b],
    [b, a],
  ] as const) {
    for (const row of GATES) {
      if (!isNear(constant, row.constant)) continue;
      const within = row.factor(tree, other, x);
      if (within !== undefined) return written(row.activation, x, [...nodes, ...within]);
    }
  }
  return undefined;
};

/** 1.7159 tanh(2x / 3), the activation of 1998. */
export const scaledTanh: Matcher = (tree, last) => {
  const { constant, factors, nodes } = tree.productOf(last);
  const tanh = factors.length === 1 ? tree.own(factors[0], ['Tanh']) : undefined;
  if (tanh === undefined || !isNear(constant, 1.7159)) return undefined;
  const inner = tree.product(tanh.inputs[0]);
  const [x = ''] = inner.factors;
  const isOurs = inner.factors.length === 1 && isNear(inner.constant, 2 / 3);
  return isOurs ? written('scaledTanh', x, [...nodes, tanh, ...inner.nodes]) : undefined;
};
