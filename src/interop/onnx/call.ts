/**
 * @file One node of the file as an operator sees it: its inputs, its attributes by type, and how to refuse it.
 *
 * What an attribute was in old versions is an input in new ones; `setting` reads either. Whatever an operator cannot do
 * is said with its name, its node and the version. Before: `constants.ts`. Next stop: `operators/index.ts`.
 */
import { FoveaError, type Words } from '../../base/errors.ts';
import { shownValue } from '../../base/printable.ts';
import { formatShape, type Shape } from '../../base/shape.ts';
import { constantNode, type Node } from '../../graph/node.ts';
import { build } from '../../ops/index.ts';
import { type Constants, readableOf, type Value } from './constants.ts';
import type { OnnxNode } from './decode.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  type GraphProto,
} from './proto/schema.ts';
import {
  type ElementType,
  type ExternalFiles,
  type FileTensor,
  type Numbers,
  nameOfCode,
  readTensor,
} from './tensors.ts';

const A = AttributeProto_AttributeType;
const text = new TextDecoder();

export interface CallParts {
  readonly node: OnnxNode;
  /** undefined where an input is left out. */
  readonly inputs: readonly (Value | undefined)[];
  readonly constants: Constants;
  readonly external: ExternalFiles;
}

export class Call {
  readonly #parts: CallParts;

  constructor(parts: CallParts) {
    this.#parts = parts;
  }

  get operator(): string {
    return this.#parts.node.operator;
  }

  /** Of ONNX's own operators, as the file says. */
  get opset(): number {
    return this.#parts.node.opset;
  }

  get place(): string {
    return this.#parts.node.place;
  }

  /** The inputs that are there. */
  get inputs(): readonly Value[] {
    return this.#parts.inputs.filter((value) => value !== undefined);
  }

  /** Whether someone may read the node's output at this place. */
  gives(output: number): boolean {
    return (this.#parts.node.outputs[output] ?? '') !== '';
  }

  get outputCount(): number {
    return this.#parts.node.outputs.length;
  }

  optional(index: number): Value | undefined {
    return this.#parts.inputs[index];
  }

  input(index: number): Value {
    return (
      this.optional(index) ??
      this.refuse(`has no input ${index + 1}`, 'the inputs that the operator needs')
    );
  }

  /** An input of pictures or rows: of this rank at least. */
  node(index: number, rank = 0): Node {
    const { node } = this.input(index);
    if (node.shape.length >= rank) return node;
    return this.refuse(`received ${formatShape(node.shape)}`, `an input of ${rank} axes or more`);
  }

  /** The numbers of an input that decides shapes, or is else needed now; undefined where it is left out. */
  numbers(index: number, what: string): readonly number[] | undefined {
    const value = this.optional(index);
    if (value === undefined) return undefined;
    return [...this.constant(value, what)];
  }

  constant(value: Value, what: string): Numbers {
    if (this.#parts.constants.isConstant(value)) return this.#parts.constants.numbersOf(value);
    return this.refuse(
      `its ${what} are worked out while the model runs`,
      `${what} that the file fixes, or that follow from shapes`,
      value.node.op === 'input'
        ? `give the numbers of the input "${value.node.name}": fixed`
        : undefined,
    );
  }

  isConstant(value: Value): boolean {
    return this.#parts.constants.isConstant(value);
  }

  /** Numbers that were an attribute up to the version before `since` and are an input from it on. */
  setting(name: string, index: number, since: number): readonly number[] | undefined {
    return this.opset >= since ? this.numbers(index, name) : this.ints(name);
  }

  has(attribute: string): boolean {
    return this.#parts.node.attributes.has(attribute);
  }

  int(name: string): number | undefined;
  int(name: string, standard: number): number;
  int(name: string, standard?: number): number | undefined {
    const found = this.#attribute(name, A.INT, 'a whole number');
    return found === undefined ? standard : this.#whole(name, found.i);
  }

  ints(name: string): readonly number[] | undefined {
    const found = this.#attribute(name, A.INTS, 'whole numbers');
    return found?.ints.map((n) => this.#whole(name, n));
  }

  float(name: string, standard: number): number {
    return this.#attribute(name, A.FLOAT, 'a number')?.f ?? standard;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute(name, A.FLOATS, 'numbers')?.floats;
  }

  flag(name: string, standard = false): boolean {
    return this.int(name, standard ? 1 : 0) !== 0;
  }

  text(name: string, standard: string): string {
    const found = this.#attribute(name, A.STRING, 'a text');
    return found === undefined ? standard : text.decode(found.s);
  }

  /** A text that is one of a few. */
  choice<T extends string>(name: string, choices: readonly T[], standard: T): T {
    const given = this.text(name, standard);
    const found = choices.find((choice) => choice === given);
    return found ?? this.refuse(`${name} is ${shownValue(given)}`, `one of ${choices.join(', ')}`);
  }

  tensor(name: string): FileTensor | undefined {
    const found = this.#attribute(name, A.TENSOR, 'a tensor');
    if (found === undefined) return undefined;
    if (found.t === undefined) return this.refuse(`${name} holds no tensor`, 'a tensor');
    return readTensor(found.t, this.place, this.#parts.external);
  }

  /** A graph within the node. */
  graph(name: string): GraphProto {
    const found = this.#attribute(name, A.GRAPH, 'a graph')?.g;
    return found ?? this.refuse(`it has no ${name}`, 'a graph');
  }

  /** A constant of numbers that this operator makes. */
  given(type: ElementType, shape: Shape, numbers: Numbers): Value {
    return this.#parts.constants.given(
      this.operator,
      type,
      shape,
      readableOf(() => numbers),
    );
  }

  /** The same number everywhere. */
  filled(type: ElementType, shape: Shape, number: number): Value {
    return { type, node: constantNode(number, shape) };
  }

  build(op: string, inputs: readonly Node[], attrs: Readonly<Record<string, unknown>> = {}): Node {
    return build(op, inputs, attrs, this.#label);
  }

  /** Says that the node cannot be imported. */
  refuse(problem: string, expected: Words, fix?: string): never {
    const parts = { where: this.place, problem, expected };
    throw new FoveaError(fix === undefined ? parts : { ...parts, fix });
  }

  get #label(): string {
    return this.#parts.node.outputs[0] ?? this.operator;
  }

  #attribute(name: string, type: number, expected: string): AttributeProto | undefined {
    const found = this.#parts.node.attributes.get(name);
    if (found === undefined || found.type === type) return found;
    // Files of the first version do not say types.
    if (found.type === A.UNDEFINED) return found;
    const is = (nameOfCode(A, found.type) ?? `type ${found.type}`).toLowerCase();
    return this.refuse(`its attribute ${name} is ${is}`, expected);
  }

  #whole(name: string, value: bigint): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    // "To the end" is written as the largest number there is.
    if (Math.abs(number) >= 2 ** 62) return Math.sign(number) * Number.MAX_SAFE_INTEGER;
    return this.refuse(`its attribute ${name} is ${value}`, 'a number below 2^53');
  }
}
