/**
 * @file A golden case as a graph: what each op of the goldens is in ours, and how to run one on a backend.
 *
 * The files say pads, kernels and layouts as we do (see the README beside them). A case is run forward,
 * and backward from sum(output * dy) to each of its inputs, whose gradients the file holds.
 */
import { backward } from '../../src/autodiff/backward.ts';
import type { Session } from '../../src/backends/backend.ts';
import type { Shape } from '../../src/base/shape.ts';
import { type Pair, transposedExtent } from '../../src/base/window.ts';
import { inputBeside } from '../../src/bench/caseInputs.ts';
import type { Node } from '../../src/graph/node.ts';
import { batchNormalization, subsample2d } from '../../src/ops/composites.ts';
import { build, type OpName } from '../../src/ops/index.ts';

export interface GoldenTensor {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
  readonly dtype?: string;
}

export interface GoldenCase {
  readonly op: string;
  readonly attrs: Record<string, unknown>;
  readonly inputs: Readonly<Record<string, GoldenTensor>>;
  readonly output: GoldenTensor;
  /** dy */
  readonly outputGradient: GoldenTensor;
  /** By input name; not every input has one (labels). */
  readonly gradients: Readonly<Record<string, GoldenTensor>>;
}

type Attrs = GoldenCase['attrs'];

interface GoldenOp {
  /** The op of the table that does the work, for a backend's skips. */
  readonly op: OpName;
  readonly build: (inputs: Readonly<Record<string, Node>>, attrs: Attrs) => Node;
}

const activation = (op: OpName): GoldenOp => ({ op, build: ({ x }) => build(op, [x]) });
const pooling = (op: OpName): GoldenOp => ({ op, build: ({ x }, attrs) => build(op, [x], attrs) });

export const goldenOps: Readonly<Record<string, GoldenOp>> = {
  relu: activation('relu'),
  tanh: activation('tanh'),
  sigmoid: activation('sigmoid'),
  scaledTanh: activation('scaledTanh'),
  avgPool2d: pooling('averagePool2d'),
  maxPool2d: pooling('maxPool2d'),
  minPool2d: pooling('minPool2d'),
  pad2d: pooling('pad2d'),
  localResponseNormalization: pooling('localResponseNormalization'),
  dense: {
    op: 'matmul',
    build: ({ x, kernel, bias }) => build('add', [build('matmul', [x, kernel]), bias]),
  },
  conv2d: {
    op: 'conv2d',
    build: ({ x, kernel, bias }, attrs) =>
      build('add', [build('conv2d', [x, kernel], attrs), bias]),
  },
  convTranspose2d: { op: 'conv2dInputGradient', build: transposed },
  batchNormalization: {
    op: 'sumTo',
    build: ({ x, gamma, beta }, attrs) =>
      batchNormalization(build, x, { gamma, beta, epsilon: attrs.epsilon as number }).y,
  },
  subsample2d: {
    op: 'averagePool2d',
    build: ({ x, weight, bias }, { window, strides }) =>
      subsample2d(build, x, weight, bias, window as Pair, strides as Pair),
  },
  rbf: { op: 'rbf', build: ({ x, centers }) => build('rbf', [x, centers]) },
  softmaxCrossEntropy: {
    op: 'softmaxCrossEntropy',
    build: ({ logits, labels }) => build('softmaxCrossEntropy', [logits, labels]),
  },
};

/** The file gives no output size: it is the smallest that fits. */
function transposed({ x, kernel, bias }: Readonly<Record<string, Node>>, attrs: Attrs): Node {
  const { strides, pads } = attrs as { strides: Pair; pads: readonly [Pair, Pair] };
  const extent = (axis: 0 | 1): number =>
    transposedExtent(x.shape[1 + axis], kernel.shape[axis], strides[axis], pads[axis]);
  const inputShape = [x.shape[0], extent(0), extent(1), kernel.shape[2]];
  const all = { strides, pads, dilation: [1, 1], groups: 1, inputShape };
  return build('add', [build('conv2dInputGradient', [x, kernel], all), bias]);
}

export interface GoldenResult {
  readonly output: ArrayLike<number>;
  readonly gradients: Readonly<Record<string, ArrayLike<number>>>;
}

export async function runGoldenCase(session: Session, golden: GoldenCase): Promise<GoldenResult> {
  const [first] = Object.values(golden.inputs);
  const nodes = Object.fromEntries(
    Object.entries(golden.inputs).map(([name, { shape, dtype }]) => [
      name,
      inputBeside(first, name, shape, dtype === 'I32' ? 'i32' : 'f32'),
    ]),
  );
  const output = goldenOps[golden.op].build(nodes, golden.attrs);
  const dy = inputBeside(first, 'dy', output.shape);
  const loss = build('sumTo', [build('mul', [output, dy])], { shape: [] });
  const names = Object.keys(golden.gradients);
  const gradients = backward(
    loss,
    names.map((name) => nodes[name]),
  );
  const program = session.compile({
    outputs: {
      output,
      ...Object.fromEntries(gradients.map((g, i) => [`gradient/${names[i]}`, g])),
    },
    updates: [],
  });
  for (const [name, { data }] of Object.entries(golden.inputs)) program.input(name).set(data);
  program.input('dy').set(golden.outputGradient.data);
  program.run();
  const copied = async (name: string) => (await program.output(name)).slice();
  const entries = names.map(async (name) => [name, await copied(`gradient/${name}`)] as const);
  return {
    output: await copied('output'),
    gradients: Object.fromEntries(await Promise.all(entries)),
  };
}
