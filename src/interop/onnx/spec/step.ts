/**
 * @file One node of the file as a converter sees it: views of what it reads, its constants, and what it should give.
 *
 * Before: `writer.ts`. Next stop: `converters.ts`, the table.
 */
import type { Words } from '../../../base/errors.ts';
import { formatShape, type Shape } from '../../../base/shape.ts';
import type { Call } from '../call.ts';
import type { OnnxNode } from '../decode.ts';
import type { Evaluation } from '../evaluate.ts';
import type { Readable } from '../tensors.ts';
import type { View } from './view.ts';
import type { NetworkWriter, Weight, WrittenLayer } from './writer.ts';

/** Numbers of the file, which are read when they are wanted. */
export interface FileNumbers extends Readable {
  readonly shape: Shape;
  readonly name: string;
  /** How many nodes read it. */
  readonly readers: number;
}

export interface StepParts {
  readonly call: Call;
  readonly node: OnnxNode;
  readonly evaluation: Evaluation;
  readonly writer: NetworkWriter;
  /** Of what layers give, by the file's names. */
  readonly views: ReadonlyMap<string, View>;
  /** How many nodes and outputs read a name. */
  readonly readers: ReadonlyMap<string, number>;
}

export class Step {
  readonly call: Call;
  readonly writer: NetworkWriter;
  readonly #parts: StepParts;

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.call = parts.call;
    this.writer = parts.writer;
  }

  get inputCount(): number {
    return this.#parts.node.inputs.filter((name) => name !== '').length;
  }

  has(index: number): boolean {
    return (this.#parts.node.inputs[index] ?? '') !== '';
  }

  /** What a layer gives, or undefined where the file fixes it. */
  view(index: number): View | undefined {
    return this.#parts.views.get(this.#parts.node.inputs[index] ?? '');
  }

  /** What a layer gives; refuses constants. */
  read(index: number): View {
    return (
      this.view(index) ??
      this.refuse(`its input ${index + 1} is a constant`, 'what the network computes')
    );
  }

  views(): readonly View[] {
    return Array.from({ length: this.inputCount }, (_, i) => this.read(i));
  }

  /** What the file fixes, or undefined where a layer gives it. */
  constant(index: number): FileNumbers | undefined {
    const name = this.#parts.node.inputs[index] ?? '';
    const { values, constants } = this.#parts.evaluation;
    const value = values.get(name);
    if (value === undefined || !constants.isConstant(value)) return undefined;
    return {
      shape: value.node.shape,
      name,
      readers: this.#parts.readers.get(name) ?? 0,
      read: () => constants.numbersOf(value),
      copy: (from, into) => constants.copyNumbers(value, from, into),
    };
  }

  /** Weights: what the file fixes. */
  weights(index: number, what: string): FileNumbers {
    return (
      this.constant(index) ??
      this.refuse(`its ${what} are worked out by the network`, `${what} that the file holds`)
    );
  }

  /** The node's output as the graph has it: without the batch, which has to stay in front. */
  outputShape(index = 0): Shape {
    const shape = this.#outputNode(index).shape;
    const { inputs } = this.#parts.evaluation;
    const batch = inputs[0]?.value.node.shape[0];
    const [first, ...rest] = shape;
    if (first === batch && batch !== undefined) return rest;
    return this.refuse(
      `it makes ${formatShape(shape)}: rows of the batch are mixed`,
      'a first axis that stays the batch',
    );
  }

  /** The op that the operator came to. */
  outputOp(): string {
    const node = this.#outputNode(0);
    return node.op === 'transpose' ? (node.inputs[0]?.op ?? '') : node.op;
  }

  /** A layer that this node alone reads and that may still take something in; undefined where it may not. */
  open(view: View, kinds: readonly string[]): WrittenLayer | undefined {
    const layer = this.writer.layer(view.layer);
    const isOpen =
      layer !== undefined &&
      kinds.includes(layer.kind) &&
      layer.key === undefined &&
      layer.options.activation === 'linear' &&
      this.isAlone(view);
    return isOpen ? layer : undefined;
  }

  /** Whether no other node and no output of the model reads what the layer gives, under any name. */
  isAlone({ layer }: View): boolean {
    const names = [...this.#parts.views].filter(([, view]) => view.layer === layer);
    const reads = names.reduce((sum, [name]) => sum + (this.#parts.readers.get(name) ?? 0), 0);
    // Each name under which a view was passed on is read once, by the node that passed it on.
    return reads === names.length;
  }

  refuse(problem: string, expected: Words): never {
    return this.call.refuse(
      problem,
      expected,
      'no list of layers expresses this model; importOnnxGraph of the library runs it as a graph',
    );
  }

  #outputNode(index: number) {
    const name = this.#parts.node.outputs[index] ?? '';
    return (this.#parts.evaluation.values.get(name) ?? this.refuse('it gives nothing', 'an output'))
      .node;
  }
}

/** Layers that weigh and sum: they take in a bias and an activation. */
export const SUMMING: readonly string[] = ['conv2d', 'depthwiseConv2d', 'conv2dTranspose', 'dense'];

/** A weight of a layer made of the file's numbers. */
export function weight(shape: Shape, make: () => ArrayLike<number>): Weight {
  return {
    shape,
    make: () => {
      const made = make();
      return made instanceof Float32Array ? made : Float32Array.from(made);
    },
  };
}
