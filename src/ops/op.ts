/**
 * @file What an op is: one file that holds the whole truth about one operation.
 *
 * Shape rule, gradient and plain-loop reference stand side by side. The reference is slow, readable and
 * right: it judges every backend (`backends/reference` interprets it), and because it runs on any
 * number array it also gives float64 gradients for the finite-difference tests.
 * Next stop: `expression.ts` and `elementwise.ts` for the ops that are rows of a table, `windows/conv2d.ts` for
 * one that is a file.
 */
import type { Shape } from '../base/shape.ts';
import type { Attrs, DType, Node } from '../graph/node.ts';
import type { AttributeCheck, AttributeChecks } from './attributes.ts';
import type { Pooling } from './windows/pooling.ts';

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

/**
 * What a curvature rule is given. `h` is the second derivative of the loss along each number of the node's
 * result, undefined where it is zero; a rule gives the same for each input (null where it is zero), without
 * mixed terms: h_x = sum over y of (dy/dx)^2 h_y. Ops of losses add their own second derivative, times `dy`,
 * where it cannot be negative; the others leave theirs out: the Gauss-Newton approximation.
 */
export interface CurvatureContext<A> extends GradientContext<A> {
  readonly h: Node | undefined;
}

/**
 * 'copies': every derivative is 0 or 1 and so its own square. 'products': every derivative is a number of the
 * other factor, so that the gradient over squared factors is the sum of squares that is wanted.
 */
export type CurvatureRule<A> =
  | 'copies'
  | 'products'
  | ((context: CurvatureContext<A>) => readonly (Node | null)[]);

/** By the numbers of the op's own inputs, or by a look at their shapes and the attributes. */
export type RowRule<A> =
  | readonly number[]
  | ((inputs: readonly Shape[], attrs: A) => readonly number[] | undefined);

/** What a node of an op is; enough to check one. A backend declares the ops of its own lowering by it. */
export interface OpSignature<A = Attrs> {
  readonly name: string;
  /** The formula in one line, for `docs` and `inspect`. */
  readonly formula: string;
  /** Number of inputs, or 'any'. */
  readonly arity: number | 'any';
  /** Shape of the result; throws a FoveaError that says which sizes do not fit and what would. */
  shape(inputs: readonly Shape[], attrs: A): Shape;
  /** Type of the result, 'input': that of the first input; f32 unless said. */
  readonly dtype?: DType | 'input';
  /** Of ops that pool: what they do with the pixels of a window (`windows/pooling.ts`). */
  readonly pooling?: Pooling;
  /** A sum that an element-wise expression may finish before it is stored (`epilogue.ts`). */
  readonly takesEpilogue?: true;
  /**
   * The inputs that are read row by row: row n of the result, along its leading axis, is made of row n of each of
   * these and of the others whole. Undefined: of several rows. Read by `rows.ts`.
   */
  readonly rows?: RowRule<A> | undefined;
  /** What each attribute has to be, said by ops whose nodes a backend makes. */
  readonly attributes?: Readonly<Record<string, AttributeCheck>>;
}

export interface Op<A = Attrs> extends OpSignature<A> {
  /** Gradient with respect to each input, in order; null where there is none (labels, masks). */
  gradient?(context: GradientContext<A>): readonly (Node | null)[];
  /** Second derivatives, for `autodiff/curvature.ts`; absent: it says so when asked. */
  readonly curvature?: CurvatureRule<A>;
  /** Plain loops over row-major arrays; must fill all of `output`. */
  reference(inputs: readonly Tensor[], output: Tensor, attrs: A): void;
}

/** Declares an op; its attribute type travels with it, for `attrsOf`. */
export function defineOp<A>(op: Op<A>): Op<A> {
  return op;
}

/** Declares an op that only a backend's lowering makes: all its attributes have a check. */
export function defineLoweredOp<A>(
  op: OpSignature<A> & { readonly attributes: AttributeChecks<A> },
): OpSignature<A> {
  return op;
}

/** Type of the result of an op on these inputs. */
export function dtypeOf(
  { dtype = 'f32' }: Pick<OpSignature, 'dtype'>,
  [first]: readonly Node[],
): DType {
  return dtype === 'input' ? first.dtype : dtype;
}

/** A node's attributes, as its op declares them. */
export function attrsOf<A>(node: Pick<Node, 'op' | 'attrs'>, op: OpSignature<A>): A {
  if (node.op !== op.name) throw new Error(`internal error: ${node.op} read as ${op.name}`);
  return node.attrs as A;
}
