/**
 * @file The nodes of a TensorFlow graph as JSON has them: names, operations, inputs, attributes in their odd wrappings.
 *
 *   { "name": "conv", "op": "Conv2D", "input": ["x", "kernel:0", "^after"],
 *     "attr": { "strides": { "list": { "i": ["1", "2", "2", "1"] } }, "padding": { "s": "U0FNRQ==" }, ... } }
 *
 * Whole numbers are texts there, texts are base64. Next stop: `operations.ts`, what the operations become.
 */
import { FoveaError } from '../../../base/errors.ts';
import { shownValue } from '../../../base/printable.ts';
import { isObject, type Json } from '../../keras/config.ts';

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  /** Names of nodes; only first results are read here. */
  readonly inputs: readonly string[];
  readonly attributes: Attributes;
}

const MOST_NODES = 100_000;

/** The nodes in an order of computation. */
export function nodesOf(list: unknown, where: string): GraphNode[] {
  if (!Array.isArray(list) || list.length > MOST_NODES) {
    throw new FoveaError({
      where,
      problem: `its nodes are ${shownValue(list)}`,
      expected: 'a list',
    });
  }
  const nodes = new Map<string, GraphNode>();
  for (const value of list) {
    const node = nodeOf(value, where);
    if (nodes.has(node.name)) {
      throw new FoveaError({ where, problem: `two nodes are called ${shownValue(node.name)}` });
    }
    nodes.set(node.name, node);
  }
  return inOrder(nodes, where);
}

function nodeOf(value: unknown, where: string): GraphNode {
  const { name, op, input = [], attr = {} } = isObject(value) ? value : ({} as Json);
  const isList = Array.isArray(input) && input.every((one) => typeof one === 'string');
  if (typeof name !== 'string' || typeof op !== 'string' || !isList || !isObject(attr)) {
    throw new FoveaError({
      where,
      problem: `a node is ${shownValue(value)}`,
      expected: '"name", "op"',
    });
  }
  const place = `${where}: node ${shownValue(name)} (${op})`;
  const inputs = input.filter((one) => !one.startsWith('^')).map((one) => resultName(one, place));
  return { name, op, inputs, attributes: new Attributes(attr, place) };
}

/** "conv:0" is what "conv" gives first; nothing here reads a second result. */
export function resultName(input: string, where: string): string {
  const [, name = input, index = '0'] = /^(.*):(\d+)$/.exec(input) ?? [];
  if (index === '0') return name;
  throw new FoveaError({
    where,
    problem: `it reads ${shownValue(input)}`,
    expected: 'first results',
  });
}

/** Each node after those it reads. A stack and not a recursion: graphs are deep. */
function inOrder(nodes: ReadonlyMap<string, GraphNode>, where: string): GraphNode[] {
  const order: GraphNode[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of nodes.keys()) {
    const stack = [start];
    for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
      const node = nodes.get(name);
      if (node === undefined) {
        throw new FoveaError({
          where,
          problem: `a node reads ${shownValue(name)}, which there is not`,
        });
      }
      const missing = node.inputs.filter((input) => state.get(input) !== 'done');
      if (state.get(name) === 'done') stack.pop();
      else if (missing.length === 0) {
        state.set(name, 'done');
        order.push(node);
        stack.pop();
      } else if (missing.some((input) => state.get(input) === 'open')) {
        throw new FoveaError({
          where,
          problem: `${shownValue(name)} reads itself by way of others`,
        });
      } else {
        state.set(name, 'open');
        stack.push(...missing);
      }
    }
  }
  return order;
}

/** Attributes of one node by name; absent ones are what TensorFlow takes for them. */
export class Attributes {
  readonly #values: Json;
  readonly where: string;

  constructor(values: Json, where: string) {
    this.#values = values;
    this.where = where;
  }

  text(key: string, unsaid: string): string {
    return decoded(this.#field(key, 's')) ?? unsaid;
  }

  texts(key: string): readonly string[] {
    return this.#list(key, 's').map((one) => decoded(one) ?? '');
  }

  /** Text that must be one of these. */
  only<W extends string>(key: string, words: readonly W[], unsaid: W): W {
    const text = this.text(key, unsaid);
    const word = words.find((one) => one === text);
    if (word !== undefined) return word;
    throw this.wrong(key, text, words.join(' or '));
  }

  number(key: string, unsaid: number): number {
    const value = this.#field(key, 'f') ?? this.#field(key, 'i');
    if (value === undefined) return unsaid;
    const number = Number(value);
    if (Number.isFinite(number)) return number;
    throw this.wrong(key, value, 'a number');
  }

  integers(key: string, unsaid: readonly number[]): readonly number[] {
    const list = this.#list(key, 'i').map(Number);
    if (list.every(Number.isSafeInteger)) return list.length === 0 ? unsaid : list;
    throw this.wrong(key, list, 'whole numbers');
  }

  flag(key: string, unsaid: boolean): boolean {
    const value = this.#field(key, 'b');
    return typeof value === 'boolean' ? value : unsaid;
  }

  /** Extents; -1 where one is open. */
  shape(key: string): readonly number[] | undefined {
    const shape = this.#field(key, 'shape');
    const dims = isObject(shape) && Array.isArray(shape.dim) ? shape.dim : undefined;
    return dims?.map((dim) => Number(isObject(dim) ? (dim.size ?? -1) : -1));
  }

  wrong(key: string, value: unknown, expected: string): FoveaError {
    const problem = `its ${key} is ${shownValue(value)}`;
    return new FoveaError({ where: this.where, problem, expected });
  }

  #field(key: string, kind: string): unknown {
    const value = Object.hasOwn(this.#values, key) ? this.#values[key] : undefined;
    return isObject(value) ? value[kind] : undefined;
  }

  #list(key: string, kind: string): readonly unknown[] {
    const list = this.#field(key, 'list');
    const values = isObject(list) ? list[kind] : undefined;
    return Array.isArray(values) ? values : [];
  }
}

/** Base64, or, as some writers have it, a list of bytes. */
function decoded(value: unknown): string | undefined {
  try {
    if (typeof value === 'string') return atob(value);
    if (Array.isArray(value)) return String.fromCharCode(...value.slice(0, 100).map(Number));
  } catch {} // no base64
  return undefined;
}
