/**
 * @file What `fovea bench` times: models and single layers, as graphs with filled inputs.
 *
 * Names and shapes are those of the peers' scripts, so that a line here and a line there say the same thing.
 * A model trains one step (forward, loss, backward, update) or infers; a layer runs forward and all its
 * gradients, or forward. Next stop: `measure.ts`.
 */
import type { Executable, Session } from '../backends/backend.ts';
import { asUsage, UsageError, unknownName, unreachable } from '../base/errors.ts';
import { at } from '../base/lists.ts';
import { RandomStream } from '../base/random.ts';
import type { ImageShape, Shape } from '../base/shape.ts';
import { resolvePads } from '../base/window.ts';
import {
  type Attrs,
  batchInput,
  type Graph,
  type Node,
  rootsOf,
  stateNode,
  topologicalOrder,
  twoInputs,
} from '../graph/node.ts';
import { modelNames, modelOf } from '../models/index.ts';
import { parseModelWords } from '../models/options.ts';
import { adam } from '../nn/optimizers/adam.ts';
import type { Optimizer } from '../nn/optimizers/optimizer.ts';
import { sgd } from '../nn/optimizers/sgd.ts';
import { float32, type StepPrecision } from '../nn/precision/precision.ts';
import { inferenceGraph, initialStates, trainingGraph } from '../nn/programs/programs.ts';
import { layerShapes } from '../nn/shapes.ts';
import type { ModelSpec } from '../nn/spec.ts';
import { build, opOf } from '../ops/index.ts';

export type Mode = 'train' | 'infer';

/** A program ready to run, with the pictures of one batch in it. */
export interface Prepared {
  readonly executable: Executable;
  /** To train: the next step. */
  run(): void;
}

export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly batch: number;
  /** `precision`: of a model; a single layer has none, and throws. */
  prepare(session: Session, mode: Mode, batch: number, precision?: StepPrecision): Prepared;
}

/** How a model is timed; any other model of the table as the last line of all says. */
export interface ModelCase {
  readonly name: string;
  /** In words, as `fovea train` takes it: "lenet5,activation=relu". */
  readonly model: string;
  readonly batch: number;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
}

export function specOf({ model }: ModelCase): ModelSpec {
  const { name, options } = parseModelWords(model);
  return asUsage(() => modelOf(name as string, options));
}

/** A program that trains, with first weights and pictures in it; gives what fills in the rest of a step. */
export function prepareStep(
  session: Session,
  executable: Executable,
  graph: Graph,
  model: ModelCase,
  precision = float32,
): (step: number) => void {
  const spec = specOf(model);
  const { optimizer, learningRate } = model;
  for (const [state, numbers] of initialStates(spec, { optimizer, precision })) {
    session.writeState(state, numbers);
  }
  fill(executable.input('x'), 0, 1);
  return stepOf(executable, graph, { optimizer, learningRate, classes: classesOf(spec) });
}

function modelWorkload(modelCase: ModelCase): Workload {
  const { name, model, batch, optimizer } = modelCase;
  const spec = specOf(modelCase);
  return {
    name,
    summary: `${model}, ${optimizer.spec.kind}`,
    batch,
    prepare(session, mode, size, precision = float32) {
      const graph =
        mode === 'train'
          ? trainingGraph(spec, { optimizer, precision }, size)
          : precision.rounded(inferenceGraph(spec, size));
      const executable = session.compile(graph);
      if (mode === 'infer') {
        for (const [state, numbers] of initialStates(spec)) session.writeState(state, numbers);
        fill(executable.input('x'), 0, 1);
        return { executable, run: executable.run };
      }
      const step = prepareStep(session, executable, graph, modelCase, precision);
      let finished = 0;
      const run = (): void => {
        step(finished++);
        executable.run();
      };
      return { executable, run };
    },
  };
}

const classesOf = (spec: ModelSpec): number =>
  Math.min(10, layerShapes(spec).at(-1)?.outputShape.at(-1) ?? 1);

/**
 * What differs from step to step: the optimizer's scalars, the step that dropout draws by, and the labels, which
 * move on by one so that the pictures are never learned by heart and gradients do not fade to numbers that
 * are slow to add.
 */
export function stepOf(
  executable: Executable,
  graph: Graph,
  { optimizer, learningRate, classes }: StepSettings,
): (step: number) => void {
  const labels = executable.input('labels');
  const names = Object.keys(optimizer.scalars(0, learningRate));
  const scalars = names.map((name) => ({ name, input: executable.input(name) }));
  const draws = topologicalOrder(rootsOf(graph)).some((n) => n.op === 'input' && n.name === 'step');
  const drawn = draws ? executable.input('step') : undefined;
  return (step) => {
    const values = optimizer.scalars(step, learningRate);
    for (const { name, input } of scalars) input[0] = values[name] ?? unreachable(`no ${name}`);
    if (drawn !== undefined) drawn[0] = step;
    for (let n = 0; n < labels.length; n++) labels[n] = (n * 7 + step) % classes;
  };
}

interface StepSettings {
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  readonly classes: number;
}

/** Forward and, to train, the gradient of every input for a given dy, as a layer inside a network. */
function layerWorkload(
  name: string,
  summary: string,
  batch: number,
  make: (x: Node) => Node,
  shape: Shape,
): Workload {
  return {
    name,
    summary,
    batch,
    prepare(session, mode, size, precision = float32) {
      if (precision !== float32) throw hasNoPrecision(name);
      const x = batchInput('x', [size, ...shape]);
      const y = make(x);
      const executable = session.compile(
        mode === 'infer' ? { outputs: { y }, updates: [] } : withGradients(y),
      );
      for (const { name: state, shape: extents } of session.states()) {
        session.writeState(
          state,
          fill(new Float32Array(extents.reduce((a, b) => a * b, 1)), -0.1, 0.1),
        );
      }
      fill(executable.input('x'), -1, 1);
      if (mode === 'train') fill(executable.input('dy'), -1, 1);
      return { executable, run: executable.run };
    },
  };
}

function hasNoPrecision(name: string): UsageError {
  return new UsageError({
    option: 'precision',
    problem: `${name} is a single layer: what is half precision, a whole network says`,
    expected: 'a model, such as alexnet-2012',
  });
}

function withGradients(y: Node): Graph {
  const dy = batchInput('dy', y.shape);
  const outputs: Record<string, Node> = { y };
  // y is a convolution plus its bias, or a pooling.
  const [core, bias] = y.op === 'add' ? twoInputs(y) : [y];
  const gradients = opOf(core.op).gradient?.({
    node: core,
    inputs: core.inputs,
    attrs: core.attrs,
    dy,
    build,
  });
  gradients?.forEach((gradient, i) => {
    if (gradient !== null) outputs[`d${at(core.inputs, i, 'input').name}`] = gradient;
  });
  if (bias !== undefined) outputs.dbias = build('sumTo', [dy], { shape: bias.shape });
  return { outputs, updates: [] };
}

function convolution(name: string, shape: ImageShape, filters: number, kernel: number): Workload {
  const [H, W, C] = shape;
  const size = [kernel, kernel] as const;
  const attrs: Attrs = {
    strides: [1, 1],
    dilation: [1, 1],
    pads: resolvePads('same', [H, W], size, [1, 1], [1, 1]),
    groups: 1,
  };
  const summary = `conv2d ${kernel}x${kernel}, ${C} to ${filters} channels, ${H}x${W}, with bias`;
  return layerWorkload(
    name,
    summary,
    16,
    (x) => {
      const sum = build('conv2d', [x, stateNode('kernel', [kernel, kernel, C, filters])], attrs);
      return build('add', [sum, stateNode('bias', [filters])]);
    },
    shape,
  );
}

function pooling(name: string, op: 'maxPool2d' | 'averagePool2d'): Workload {
  const attrs = {
    window: [3, 3],
    strides: [2, 2],
    pads: resolvePads('valid', [32, 32], [3, 3], [2, 2], [1, 1]),
    countIncludePad: false,
  };
  return layerWorkload(
    name,
    `${op} 3x3/2 of 32x32x96`,
    64,
    (x) => build(op, [x], attrs),
    [32, 32, 96],
  );
}

const models: readonly ModelCase[] = [
  { name: 'lenet5', model: 'lenet5', batch: 128, optimizer: adam(), learningRate: 1e-3 },
  { name: 'lenet5-1998', model: 'lenet5-1998', batch: 1, optimizer: sgd(), learningRate: 1e-3 },
  {
    name: 'alexnet-cifar10',
    model: 'alexnet-cifar10',
    batch: 64,
    optimizer: adam(),
    learningRate: 1e-3,
  },
  {
    name: 'alexnet-2012',
    model: 'alexnet',
    batch: 16,
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: 0.01,
  },
];

const layerWorkloads: readonly Workload[] = [
  pooling('pool3s2', 'maxPool2d'),
  pooling('avg3s2', 'averagePool2d'),
  convolution('conv3x3', [13, 13, 256], 384, 3),
  convolution('conv5x5', [27, 27, 96], 256, 5),
];

export const workloadNames: readonly string[] = [...models, ...layerWorkloads].map((w) => w.name);

/** A workload of the table, or any model in words: "lenet5,activation=relu,pooling=max". */
export function workloadOf(words: string): Workload {
  const layer = layerWorkloads.find((w) => w.name === words);
  return layer ?? modelWorkload(modelCaseOf(words));
}

/** The model of a workload, how it is trained and in which batches; throws for a single layer. */
export function modelCaseOf(words: string): ModelCase {
  const [name = '', ...settings] = words.split(',');
  const found = models.find((w) => w.name === name || w.model === name);
  if (found !== undefined) {
    return { ...found, name: words, model: [found.model, ...settings].join() };
  }
  if (!modelNames.includes(name)) {
    throw unknownName('workload', name, [...new Set([...workloadNames, ...modelNames])], true);
  }
  const usual = { batch: 16, optimizer: adam(), learningRate: 1e-3 };
  return { ...usual, name: words, model: words };
}

function fill<T extends Float32Array | Int32Array>(numbers: T, low: number, high: number): T {
  const random = new RandomStream(1, 'bench');
  for (let i = 0; i < numbers.length; i++) numbers[i] = random.uniform(low, high);
  return numbers;
}
