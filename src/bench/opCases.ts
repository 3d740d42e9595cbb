/**
 * @file One problem per op for `fovea bench --ops`: of a network's size, and under a second as plain loops.
 *
 * An op without a problem here fails the types. Gradient ops are found by asking the forward op for its
 * gradients; they work on the numbers they would meet in a network. Next stop: `ops.ts`.
 */
import { allocate, runNodes } from '../backends/reference/interpreter.ts';
import { first } from '../base/lists.ts';
import { RandomStream } from '../base/random.ts';
import { fourAxes, type Shape } from '../base/shape.ts';
import { NO_PADS, resolvePads } from '../base/window.ts';
import { type Attrs, type DType, firstInput, type Node, topologicalOrder } from '../graph/node.ts';
import { lenetConnections } from '../models/lenet5Of1998.ts';
import { type ElementwiseName, elementwiseNames, elementwiseOps } from '../ops/elementwise.ts';
import * as e from '../ops/expression.ts';
import { build, type OpName, opOf } from '../ops/index.ts';
import type { NumberArray } from '../ops/op.ts';
import { inputBeside } from './caseInputs.ts';

/** An op on inputs alone, with their numbers. */
export interface OpCase {
  readonly op: string;
  /** "16x32x32x32, 32": the shapes of its inputs. */
  readonly size: string;
  readonly node: Node;
  readonly numbers: readonly NumberArray[];
}

interface Problem {
  readonly inputs: readonly Node[];
  readonly attrs: Attrs;
}

type ForwardOp = Exclude<OpName, `${string}Gradient`>;

const IMAGE: Shape = [16, 32, 32, 32];
const ROWS: Shape = [4096, 128];
const CLASSES = 100;

const f32 = (shape: Shape): [Shape, DType] => [shape, 'f32'];
const i32 = (shape: Shape): [Shape, DType] => [shape, 'i32'];

function on(inputs: readonly [Shape, DType][], attrs: Attrs = {}): Problem {
  const [shape] = first(inputs, 'input');
  const nodes = inputs.map(([own, type], i) => inputBeside({ shape }, `x${i}`, own, type));
  return { inputs: nodes, attrs };
}

const unary = on([f32(IMAGE)]);
const binary = on([f32(IMAGE), f32(IMAGE)]);
const pooling = on([f32([8, 33, 33, 32])], { window: [3, 3], strides: [2, 2], pads: NO_PADS });
const labelled = on([f32([4096, CLASSES]), i32([4096])]);
const PADS = [
  [1, 1],
  [1, 1],
];

function convolution(x: Shape, kernel: number, filters: number): Problem {
  const [, H, W, C] = fourAxes(x);
  const window = [kernel, kernel] as const;
  const pads = resolvePads('same', [H, W], window, [1, 1]);
  const attrs = { strides: [1, 1], dilation: [1, 1], groups: 1, pads };
  return on([f32(x), f32([kernel, kernel, C, filters])], attrs);
}

type RowProblems = Readonly<Record<ElementwiseName, readonly Problem[]>>;
const rowProblems = Object.fromEntries(
  elementwiseNames.map((op) => [op, [elementwiseOps[op].arity === 1 ? unary : binary]]),
) as Partial<RowProblems> as RowProblems;

const problems: Readonly<Record<ForwardOp, readonly Problem[]>> = {
  conv2d: [convolution([2, 28, 28, 32], 3, 64), convolution([2, 14, 14, 32], 5, 64)],
  connectedConv2d: [
    on([f32([32, 14, 14, 6]), f32([5, 5, lenetConnections.flat().length])], {
      connections: lenetConnections,
    }),
  ],
  matmul: [on([f32([128, 512]), f32([512, 256])])],
  maxPool2d: [pooling],
  averagePool2d: [pooling],
  minPool2d: [pooling],
  localResponseNormalization: [
    on([f32([4, 27, 27, 64])], { size: 5, k: 2, alpha: 1e-4, beta: 0.75 }),
  ],
  pad2d: [on([f32(IMAGE)], { mode: 'reflect', pads: PADS })],
  upsample2d: [on([f32([16, 16, 16, 32])], { factors: [2, 2] })],
  concatenate: [on([f32(IMAGE), f32(IMAGE)], { axis: 3 })],
  slice: [on([f32(IMAGE)], { starts: [0, 2, 2, 0], sizes: [16, 28, 28, 32] })],
  transpose: [on([f32(IMAGE)], { axes: [0, 3, 1, 2] }), on([f32([512, 512])], { axes: [1, 0] })],
  reshape: [on([f32(IMAGE)], { shape: [16, 32 * 32 * 32] })],
  sumTo: [on([f32(IMAGE)], { shape: [32] })],
  broadcastTo: [on([f32([32])], { shape: IMAGE })],
  softmax: [on([f32(ROWS)])],
  softmaxCrossEntropy: [labelled],
  categoricalCrossEntropy: [on([f32(ROWS), f32(ROWS)])],
  inTopK: [{ ...labelled, attrs: { k: 5 } }],
  rbf: [on([f32([512, 84]), f32([10, 84])])],
  randomUniform: [on([i32([])], { shape: IMAGE, seed: 1, stream: 1 })],
  rankSum: [on([f32(IMAGE)])],
  rankSwap: [on([f32(IMAGE)])],
  elementwise: [
    { ...binary, attrs: { expression: e.mul(e.input(0), e.sigmoid(e.mul(e.input(1), 2))) } },
  ],
  ...rowProblems,
};

/** Ops of the table, those whose name holds `only` in capitals or not, each on its problem; gradients after their op. */
export function* opCases(only = ''): Generator<OpCase> {
  for (const [op, list] of Object.entries(problems)) {
    for (const { inputs, attrs } of list) {
      const node = build(op, inputs, attrs);
      for (const wanted of [node, ...gradientOpsOf(node)]) {
        if (wanted.op.toLowerCase().includes(only.toLowerCase())) yield caseOf(wanted);
      }
    }
  }
}

/** The gradient ops that the gradient of `node` is made of. */
function gradientOpsOf(node: Node): Node[] {
  const { inputs, attrs } = node;
  const dy = inputBeside(firstInput(node), 'dy', node.shape);
  const gradients = opOf(node.op).gradient?.({ node, inputs, attrs, dy, build }) ?? [];
  const order = topologicalOrder(gradients.filter((gradient) => gradient !== null));
  return order.filter(({ op }) => op.endsWith('Gradient'));
}

/** The op alone, on the numbers that the nodes before it give. */
function caseOf(wanted: Node): OpCase {
  const before = topologicalOrder(wanted.inputs);
  const values = new Map(before.map((node) => [node, allocate(node)]));
  for (const [node, data] of values) if (node.op === 'input') fill(data, node);
  runNodes(before, values);
  const inputs = wanted.inputs.map(({ shape, dtype }, i) =>
    inputBeside(firstInput(wanted), `x${i}`, shape, dtype),
  );
  return {
    op: wanted.op,
    size: inputs.map(({ shape }) => shape.join('x') || 'one').join(', '),
    node: build(wanted.op, inputs, wanted.attrs),
    numbers: wanted.inputs.map((input) => values.get(input) as NumberArray),
  };
}

/** From 0.1 to 1.1, so that roots and logarithms are numbers; labels below the number of classes. */
function fill(data: NumberArray, { name, dtype }: Node): void {
  const random = new RandomStream(1, name);
  for (let i = 0; i < data.length; i++) {
    data[i] = dtype === 'i32' ? random.integer(CLASSES) : random.uniform(0.1, 1.1);
  }
}
