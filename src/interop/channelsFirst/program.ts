/**
 * @file A network as a list of operators that keep channels first: what ONNX files and PyTorch modules are written from.
 *
 * Operators and their attributes are ONNX's, of opset 17: https://onnx.ai/onnx/operators/. Pictures are (N, C, H, W).
 * Before: `rowOrders.ts`. Next stop: `layerNodes.ts`, what each layer becomes.
 */
import type { Shape } from '../../base/shape.ts';

/** ONNX tells whole numbers from others by the attribute, and so must we. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly text: string };

export interface OperatorNode {
  /** "Conv" */
  readonly op: string;
  /** Names of values or constants; '' leaves an optional one out. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** The layer it is of; '' for what brings pictures in and answers out. */
  readonly layer: string;
}

/** Numbers of the network, or whole numbers that an operator asks for as an input. */
export interface Constant {
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

export interface ProgramEnd {
  readonly name: string;
  /** Without the batch. */
  readonly shape: Shape;
}

export interface OperatorProgram {
  readonly inputs: readonly ProgramEnd[];
  readonly outputs: readonly ProgramEnd[];
  readonly nodes: readonly OperatorNode[];
  readonly constants: ReadonlyMap<string, Constant>;
}

export const int = (value: number): Attribute => ({ int: value });
export const ints = (values: readonly number[]): Attribute => ({ ints: values });
export const float = (value: number): Attribute => ({ float: value });
export const text = (value: string): Attribute => ({ text: value });

/** Collects nodes and constants, and finds names that are free. */
export class ProgramBuilder {
  readonly nodes: OperatorNode[] = [];
  readonly constants = new Map<string, Constant>();
  readonly #taken = new Set<string>();
  /** The layer that nodes are of from here on. */
  layer = '';

  /** Adds a node; gives the name of its result. */
  node(op: string, inputs: readonly string[], attributes: OperatorNode['attributes'] = {}): string {
    const output = this.free(this.layer === '' ? op.toLowerCase() : this.layer);
    this.nodes.push({ op, inputs, output, attributes, layer: this.layer });
    return output;
  }

  /** Float numbers, by a name of their own. */
  numbers(name: string, shape: Shape, data: ArrayLike<number>): string {
    return this.#constant(name, { shape, data: Float32Array.from(data) });
  }

  /** Whole numbers that an operator takes as an input: shapes, axes, places. */
  whole(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#constant(name, { shape: [values.length], data });
  }

  /** A weight under exactly this name; once, however often it is read. */
  weight(
    name: string,
    value: () => { readonly shape: Shape; readonly data: ArrayLike<number> },
  ): string {
    if (!this.constants.has(name)) {
      const { shape, data } = value();
      this.#taken.add(name);
      this.constants.set(name, {
        shape,
        data: data instanceof Float32Array ? data : Float32Array.from(data),
      });
    }
    return name;
  }

  free(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  #constant(wanted: string, constant: Constant): string {
    const name = this.free(this.layer === '' ? wanted : `${this.layer}.${wanted}`);
    this.constants.set(name, constant);
    return name;
  }
}
