/**
 * @file Runs a graph node by node with the plain loops of the op files.
 *
 * In float32 this is the reference backend; in float64 the same loops give the gradients that finite
 * differences judge. Next stop: `index.ts`, which gives it states, inputs and outputs.
 */
import { sizeOf } from '../../base/shape.ts';
import { type DType, type Node, writeConstant } from '../../graph/node.ts';
import { elementwise } from '../../ops/elementwise.ts';
import { epilogueOf } from '../../ops/epilogue.ts';
import { opOf } from '../../ops/index.ts';
import type { NumberArray, Tensor } from '../../ops/op.ts';

export type Precision = 'f32' | 'f64';
/** The numbers of each node, allocated before a run. */
export type Values = ReadonlyMap<Node, NumberArray>;

/** Zeroed memory for a node's result; a constant comes with its numbers. */
export function allocate(node: Node, precision: Precision = 'f32'): NumberArray {
  const data = zeros(node.dtype, sizeOf(node.shape), precision);
  if (node.op === 'constant') writeConstant(node, data);
  return data;
}

function zeros(dtype: DType, size: number, precision: Precision): NumberArray {
  if (dtype === 'i32') return new Int32Array(size);
  return precision === 'f64' ? new Float64Array(size) : new Float32Array(size);
}

/** Computes the nodes in the order given (inputs before users), sources aside. */
export function runNodes(order: readonly Node[], values: Values): void {
  for (const node of order) {
    if (node.inputs.length > 0)
      runNode(
        node,
        node.inputs.map((i) => tensorOf(i, values)),
        tensorOf(node, values),
      );
  }
}

/** Runs one op's reference loop and, where fusion gave it one, its epilogue. */
export function runNode(node: Node, inputs: readonly Tensor[], output: Tensor): void {
  const op = opOf(node.op);
  const epilogue = epilogueOf(node);
  if (epilogue === undefined) {
    op.reference(inputs, output, node.attrs);
    return;
  }
  const arity = op.arity === 'any' ? inputs.length : op.arity;
  const own: Tensor = { shape: output.shape, data: new Float64Array(output.data.length) };
  op.reference(inputs.slice(0, arity), own, node.attrs);
  elementwise.reference([own, ...inputs.slice(arity)], output, { expression: epilogue });
}

function tensorOf(node: Node, values: Values): Tensor {
  const data = values.get(node);
  if (data === undefined) throw new Error(`internal error: no memory for ${node.op} ${node.name}`);
  return { shape: node.shape, data };
}
