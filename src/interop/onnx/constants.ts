/**
 * @file Numbers that the file fixes, and what operators make of them alone: constant folding.
 *
 * Every operator makes graph nodes, whatever it reads; where it reads constants alone, its nodes are worked out by the
 * plain loops and stand for their numbers from then on. So no operator is written twice, once for shapes and once for
 * pictures. Whole numbers are worked out in float64, floats rounded to float32. Next stop: `call.ts`.
 */
import { runNode } from '../../backends/reference/interpreter.ts';
import { FoveaError, unreachable } from '../../base/errors.ts';
import { first } from '../../base/lists.ts';
import { type Shape, sizeOf } from '../../base/shape.ts';
import { constantNode, type Node, stateNode, topologicalOrder } from '../../graph/node.ts';
import type { NumberArray } from '../../ops/op.ts';
import { type ElementType, isFloat, type Numbers, type Readable } from './tensors.ts';

/** What a name of the file stands for: a node of the graph, whose numbers may be known. */
export interface Value {
  readonly type: ElementType;
  readonly node: Node;
}

/** Numbers that fit into the graph itself; more become a state, which is written once. */
const MOST_IN_GRAPH = 32;
/** Below this, float64 costs nothing. */
const FEW = 2 ** 16;
/** Numbers and products worked out for one file, by loops that take some 50 ns for each. */
const MOST_WORK = 2 ** 26;

export class Constants {
  /** Numbers of constants: at hand, or worked out when asked for. */
  readonly #numbers = new Map<Node, Readable>();
  readonly #names = new Set<string>();
  readonly #where: string;
  /** Numbers worked out so far. */
  #work = 0;

  constructor(where: string) {
    this.#where = where;
  }

  isConstant({ node }: Value): boolean {
    return this.#numbers.has(node) || isUniform(node);
  }

  /** A constant's numbers, row-major. */
  numbersOf({ type, node }: Value): Numbers {
    if (isUniform(node)) {
      const size = sizeOf(node.shape);
      const numbers = isFloat(type) ? new Float32Array(size) : new Float64Array(size);
      return numbers.fill(node.attrs.data);
    }
    return this.#numbersAt(node).read();
  }

  /** Writes as many of a constant's numbers as `into` holds, from number `from` on. */
  copyNumbers({ node }: Value, from: number, into: Numbers): void {
    if (isUniform(node)) into.fill(node.attrs.data);
    else this.#numbersAt(node).copy(from, into);
  }

  /** A constant of known numbers. */
  given(name: string, type: ElementType, shape: Shape, numbers: Readable): Value {
    const size = sizeOf(shape);
    const read = size <= MOST_IN_GRAPH ? numbers.read() : undefined;
    const node =
      read === undefined
        ? stateNode(this.#freeName(name), shape)
        : constantNode(size === 1 ? first(read, 'number') : [...read], shape, name);
    if (!isUniform(node)) this.#numbers.set(node, numbers);
    return { type, node };
  }

  /** What an operator made of constants alone, as a constant. */
  folded(name: string, value: Value): Value {
    if (this.isConstant(value)) return value;
    const numbers = readableOf(() => this.#workedOut(value));
    return this.given(name, value.type, value.node.shape, numbers);
  }

  /** The states of constants that a graph reads, with their numbers. */
  *statesIn(nodes: Iterable<Node>): Iterable<readonly [Node, () => Numbers]> {
    for (const node of nodes) {
      const numbers = this.#numbers.get(node);
      if (node.op === 'state' && numbers !== undefined) yield [node, () => numbers.read()];
    }
  }

  #workedOut({ type, node }: Value): Numbers {
    const isWide = !isFloat(type) || sizeOf(node.shape) <= FEW;
    const values = new Map<Node, NumberArray>();
    for (const each of topologicalOrder([node]))
      values.set(each, this.#valueOf(each, isWide, values));
    const made = values.get(node) ?? unreachable('nothing was worked out');
    if (!isFloat(type)) return made instanceof Float64Array ? made : Float64Array.from(made);
    return made instanceof Float32Array ? made : Float32Array.from(made);
  }

  #valueOf(node: Node, isWide: boolean, values: ReadonlyMap<Node, NumberArray>): NumberArray {
    const known = this.#numbers.get(node);
    if (known !== undefined && node.op === 'state') return known.read();
    const size = sizeOf(node.shape);
    this.#count(costOf(node));
    const data = isWide ? new Float64Array(size) : new Float32Array(size);
    if (node.op === 'constant') {
      if (isUniform(node)) data.fill(node.attrs.data);
      else data.set(node.attrs.data as ArrayLike<number>);
      return data;
    }
    const inputs = node.inputs.map((input) => ({
      shape: input.shape,
      data: values.get(input) ?? unreachable(`${input.name} is not known`),
    }));
    runNode(node, inputs, { shape: node.shape, data });
    return data;
  }

  #numbersAt(node: Node): Readable {
    return this.#numbers.get(node) ?? unreachable(`${node.name} is no constant`);
  }

  /** Small files can ask for endless work; it ends here. */
  #count(cost: number): void {
    this.#work += cost;
    if (this.#work <= MOST_WORK) return;
    throw new FoveaError({
      where: this.#where,
      problem: 'working out its constants would take very long',
      expected: 'a model whose constants are numbers of the file, or little is done with them',
    });
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.#names.has(name); n++) name = `${wanted}_${n}`;
    this.#names.add(name);
    return name;
  }
}

function isUniform(node: Node): node is Node & { readonly attrs: { readonly data: number } } {
  return node.op === 'constant' && typeof node.attrs.data === 'number';
}

/** About how many steps the plain loops of a node take. */
function costOf({ op, inputs, shape, attrs }: Node): number {
  const most = Math.max(sizeOf(shape), ...inputs.map((input) => sizeOf(input.shape)));
  const [one, other] = inputs;
  if (op === 'matmul') return most * Math.max(...(one?.shape ?? []), ...(other?.shape ?? []));
  if (op.startsWith('conv2d')) return most * sizeOf(other?.shape ?? []);
  const { window } = attrs as { readonly window?: Shape };
  return window === undefined ? most : most * sizeOf(window);
}

/** Numbers that are made once, when they are asked for. */
export function readableOf(make: () => Numbers): Readable {
  let made: Numbers | undefined;
  const read = (): Numbers => {
    made ??= make();
    return made;
  };
  return { read, copy: (from, into) => into.set(read().subarray(from, from + into.length)) };
}
