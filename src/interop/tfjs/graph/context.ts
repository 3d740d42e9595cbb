/**
 * @file What the translation of an operation works with: its inputs as tensors, constants or known extents, and the layers
 * it adds.
 *
 * Layers have numbers of their own, so an operation with a constant is one layer with its numbers; what follows it alone
 * (a bias, an activation) goes into it. Next stop: `operations.ts`.
 */
import { FoveaError } from '../../../base/errors.ts';
import type { NonEmpty } from '../../../base/lists.ts';
import { shownValue } from '../../../base/printable.ts';
import { type Shape, sizeOf } from '../../../base/shape.ts';
import type { StateValue } from '../../../nn/trained.ts';
import type { BuiltTensor, SpecBuilder } from '../../specBuilder.ts';
import type { ManifestArray } from '../manifest.ts';
import type { GraphNode } from './nodes.ts';

/** What a node gives. `extents`: a shape that is worked out in the graph; null: the batch. */
export type Value =
  | { readonly tensor: BuiltTensor }
  | { readonly constant: ManifestArray }
  | { readonly extents: readonly (number | null)[] };

/** What an operation becomes. */
export type Operation = (context: OperationContext) => Value;

export class OperationContext {
  readonly node: GraphNode;
  readonly #inputs: readonly Value[];
  readonly #builder: SpecBuilder;
  readonly #states: Map<string, StateValue>;
  readonly #followers: ReadonlyMap<string, readonly GraphNode[]>;
  readonly #values: Map<string, Value>;

  constructor(
    node: GraphNode,
    shared: {
      readonly builder: SpecBuilder;
      readonly states: Map<string, StateValue>;
      /** Who reads a node; the outputs of the model are read by nobody here. */
      readonly followers: ReadonlyMap<string, readonly GraphNode[]>;
      readonly values: Map<string, Value>;
    },
  ) {
    this.node = node;
    this.#builder = shared.builder;
    this.#states = shared.states;
    this.#followers = shared.followers;
    this.#values = shared.values;
    this.#inputs = node.inputs.map((name) => shared.values.get(name) ?? { extents: [] });
  }

  get attributes() {
    return this.node.attributes;
  }

  get inputs(): readonly Value[] {
    return this.#inputs;
  }

  tensor(index: number): BuiltTensor {
    const input = this.#inputs[index];
    if (input !== undefined && 'tensor' in input) return input.tensor;
    throw this.refused(`its input ${index + 1} is no tensor that depends on the model's input`);
  }

  constant(index: number): ManifestArray {
    const input = this.#inputs[index];
    if (input !== undefined && 'constant' in input) return input.constant;
    throw this.refused(`its input ${index + 1} is no constant`);
  }

  /** Whole numbers from a constant or from extents. */
  integers(index: number): readonly (number | null)[] {
    const input = this.#inputs[index];
    if (input !== undefined && 'extents' in input) return input.extents;
    const { shape, read } = this.constant(index);
    if (sizeOf(shape) > 64)
      throw this.refused(`its input ${index + 1} is ${shownValue(shape)} long`);
    return [...read()];
  }

  /** Adds a layer with its numbers. */
  add(
    kind: string,
    reads: NonEmpty<BuiltTensor>,
    options: Readonly<Record<string, unknown>> = {},
    numbers: Readonly<Record<string, ArrayLike<number>>> = {},
    more: { readonly suffix?: string; readonly trainable?: boolean } = {},
  ): BuiltTensor {
    const { suffix, trainable } = more;
    const name = suffix === undefined ? this.node.name : `${this.node.name}_${suffix}`;
    const frozen = trainable === false ? { trainable } : {};
    const tensor = this.#builder.add({ kind, name, reads, options, ...frozen });
    for (const [parameter, given] of Object.entries(numbers)) {
      const state = `${tensor.name}/${parameter}`;
      const shape = this.#builder.parameterShape(state) ?? [];
      const size = sizeOf(shape);
      if (given.length !== size && given.length !== 1) {
        throw this.refused(
          `it has ${given.length} numbers for ${parameter}, of which it wants ${size}`,
        );
      }
      const data = new Float32Array(size);
      if (given.length === size) data.set(given);
      else data.fill(given[0] ?? 0);
      this.#states.set(state, { shape, data });
    }
    return tensor;
  }

  /**
   * The one node that follows `after`, where `fits` says yes; its own result is then what the layer gives that is added
   * next.
   */
  followedBy(after: GraphNode, fits: (node: GraphNode) => boolean): GraphNode | undefined {
    const [next, ...more] = this.#followers.get(after.name) ?? [];
    return next !== undefined && more.length === 0 && fits(next) ? next : undefined;
  }

  /** A constant by its node's name. */
  constantOf(name: string | undefined): ManifestArray | undefined {
    const value = name === undefined ? undefined : this.#values.get(name);
    return value !== undefined && 'constant' in value ? value.constant : undefined;
  }

  /** Says that a node that follows is done with this one. */
  takes(node: GraphNode, tensor: BuiltTensor): void {
    this.#values.set(node.name, { tensor });
  }

  refused(problem: string, fix?: string): FoveaError {
    const parts = { where: this.attributes.where, problem };
    return new FoveaError(fix === undefined ? parts : { ...parts, fix });
  }
}

/** The numbers of a vector per channel: (C), or the same with ones before. */
export function perChannel({ shape }: ManifestArray, channels: number): boolean {
  const size = sizeOf(shape);
  return size === 1 || (size === channels && shape.at(-1) === channels);
}

export const channelsOf = ({ shape }: { readonly shape: Shape }): number => shape.at(-1) ?? 0;
