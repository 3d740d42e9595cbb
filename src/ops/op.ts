/**
 * @file What an op is: one file that holds the whole truth about one operation.
 *
 * Shape rule, gradient and plain-loop reference stand side by side. The reference is slow, readable and
 * right: it judges every backend (`backends/reference` interprets it), and because it runs on any
 * number array it also gives float64 gradients for the finite-difference tests.
 * Next stop: `expression.ts` and `elementwise.ts` for the ops that are rows of a table, `conv2d.ts` for
 * one that is a file.
 */
import type { Shape } from '../base/shape.ts';
import type { Attrs, DType, Node } from '../graph/node.ts';

export type NumberArray = Float32Array | Float64Array | Int32Array;

export interface Tensor {
  readonly shape: Shape;
  readonly data: NumberArray;
}

/** Makes a node of the op named, checking shapes. Given to gradients so that op files need no table. */
export type Build = (op: string, inputs: readonly Node[], attrs?: Attrs, name?: string) => Node;

export interface GradientContext<A> {
  readonly node: Node;
  readonly inputs: readonly Node[];
  readonly attrs: A;
  /** Gradient of the loss with respect to the node's result; same shape. */
  readonly dy: Node;
  readonly build: Build;
}

export interface Op<A = Attrs> {
  readonly name: string;
  /** The formula in one line, for `docs` and `inspect`. */
  readonly formula: string;
  /** Number of inputs, or 'any'. */
  readonly arity: number | 'any';
  /** Shape of the result; throws a FoveaError that says which sizes do not fit and what would. */
  shape(inputs: readonly Shape[], attrs: A): Shape;
  /** Type of the result; f32 unless said. */
  readonly dtype?: DType;
  /** Gradient with respect to each input, in order; null where there is none (labels, masks). */
  gradient?(context: GradientContext<A>): readonly (Node | null)[];
  /** Plain loops over row-major arrays; must fill all of `output`. */
  reference(inputs: readonly Tensor[], output: Tensor, attrs: A): void;
}

/** Declares an op; the attribute type is checked inside the file and forgotten outside of it. */
export function defineOp<A>(op: Op<A>): Op {
  return op as unknown as Op;
}
