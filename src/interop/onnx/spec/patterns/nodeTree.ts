/**
 * @file The nodes of a file as a tree to look for patterns in: who makes a value, and whether anybody else reads it.
 *
 * Next stop: `index.ts`, the table of patterns.
 */
import type { Shape } from '../../../../base/shape.ts';
import { Call } from '../../call.ts';
import type { OnnxModel, OnnxNode } from '../../decode.ts';
import type { Evaluation } from '../../evaluate.ts';
import type { Numbers } from '../../tensors.ts';
import type { Converter } from '../converters.ts';

/** Nodes that together are one layer. */
export interface Pattern {
  /** What the layer reads; its attributes are those that `write` asks for. */
  readonly node: Pick<OnnxNode, 'operator' | 'inputs' | 'attributes'>;
  readonly write: Converter;
  /** Those that become the layer beside the last one. */
  readonly within: readonly OnnxNode[];
}

/** Finds a pattern that ends with a node. */
export type Matcher = (tree: NodeTree, last: OnnxNode) => Pattern | undefined;

/** constant * factor * factor * ... */
export interface Product {
  readonly constant: number;
  readonly factors: readonly string[];
  /** The nodes that multiply. */
  readonly nodes: readonly OnnxNode[];
}

/** Nodes that are multiplied on the way; a file may have a hundred thousand in a row. */
const MOST_DEPTH = 4;

export class NodeTree {
  readonly #makers = new Map<string, OnnxNode>();
  readonly #readers: ReadonlyMap<string, number>;
  readonly #evaluation: Evaluation;

  constructor({ nodes }: OnnxModel, evaluation: Evaluation, readers: ReadonlyMap<string, number>) {
    for (const node of nodes) for (const output of node.outputs) this.#makers.set(output, node);
    this.#readers = readers;
    this.#evaluation = evaluation;
  }

  /** The node that makes a value, if it is one of these operators and the value is read `times`, by the pattern alone. */
  own(name: string | undefined, operators: readonly string[], times = 1): OnnxNode | undefined {
    const node = this.#makers.get(name ?? '');
    const isOne = node !== undefined && operators.includes(node.operator);
    return isOne && this.#readers.get(name ?? '') === times ? node : undefined;
  }

  shape(name: string | undefined): Shape {
    return this.#evaluation.values.get(name ?? '')?.node.shape ?? [];
  }

  /** A node with what it reads, as operators are asked. */
  call(node: OnnxNode): Call {
    const { values, constants } = this.#evaluation;
    const inputs = node.inputs.map((name) => values.get(name));
    return new Call({ node, inputs, constants, external: new Map() });
  }

  /** Numbers that the file fixes. */
  numbers(name: string | undefined): Numbers | undefined {
    const { values, constants } = this.#evaluation;
    const value = values.get(name ?? '');
    return value !== undefined && constants.isConstant(value)
      ? constants.numbersOf(value)
      : undefined;
  }

  /** One number that the file fixes. */
  number(name: string | undefined): number | undefined {
    const { values, constants } = this.#evaluation;
    const value = values.get(name ?? '');
    if (value === undefined || !constants.isConstant(value)) return undefined;
    const isOne = value.node.shape.every((extent) => extent === 1);
    return isOne ? constants.numbersOf(value)[0] : undefined;
  }

  /** The two inputs of a node as a number of the file and the other one. */
  withNumber({
    inputs: [a, b],
  }: OnnxNode): { readonly number: number; readonly other: string } | undefined {
    const [left, right] = [this.number(a), this.number(b)];
    if (right !== undefined) return { number: right, other: a ?? '' };
    return left === undefined ? undefined : { number: left, other: b ?? '' };
  }

  /** A value as a product, as far as nobody else reads what is multiplied on the way. */
  product(name: string | undefined, depth = MOST_DEPTH): Product {
    const node = depth === 0 ? undefined : this.own(name, ['Mul', 'Div']);
    return node === undefined
      ? { constant: 1, factors: [name ?? ''], nodes: [] }
      : this.productOf(node, depth);
  }

  productOf(node: OnnxNode, depth = MOST_DEPTH): Product {
    const [a, b] = node.inputs;
    const [left, right] = [this.number(a), this.number(b)];
    if (node.operator === 'Div') {
      if (right === undefined) return { constant: 1, factors: [node.outputs[0] ?? ''], nodes: [] };
      const { constant, factors, nodes } = this.product(a, depth - 1);
      return { constant: constant / right, factors, nodes: [node, ...nodes] };
    }
    const part = (name: string | undefined, number: number | undefined): Product =>
      number === undefined
        ? this.product(name, depth - 1)
        : { constant: number, factors: [], nodes: [] };
    const parts = [part(a, left), part(b, right)];
    return {
      constant: parts.reduce((product, { constant }) => product * constant, 1),
      factors: parts.flatMap(({ factors }) => factors),
      nodes: [node, ...parts.flatMap(({ nodes }) => nodes)],
    };
  }
}

/** Whether a number is another one, as far as float32 tells them apart. */
export const isNear = (a: number | undefined, b: number): boolean =>
  a !== undefined && Math.abs(a - b) <= 1e-5 * Math.abs(b);
