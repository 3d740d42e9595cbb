/**
 * @file How a case is judged: its op forward and backward as one graph, in float64 and on a backend.
 *
 * The judge is the ops' own loops in float64; finite differences judge the judge. Memory is poisoned
 * with NaN first, so that an op that leaves a hole, or adds to what it finds, is seen.
 */
import { backward } from '../../src/autodiff/backward.ts';
import type { Session } from '../../src/backends/backend.ts';
import { allocate, runNodes } from '../../src/backends/reference/interpreter.ts';
import { RandomStream } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { inputBeside } from '../../src/bench/caseInputs.ts';
import { isSource, type Node, topologicalOrder } from '../../src/graph/node.ts';
import { build, opOf } from '../../src/ops/index.ts';
import type { NumberArray } from '../../src/ops/op.ts';
import { poison } from '../support/poison.ts';
import { type ConformanceCase, numbersOf } from './case.ts';

export interface CaseGraph {
  readonly inputs: readonly Node[];
  readonly dy: Node;
  readonly output: Node;
  /** sum(output * dy) */
  readonly loss: Node;
  /** Per input; null where the op gives none. */
  readonly gradients: readonly (Node | null)[];
}

export function graphOf(test: ConformanceCase): CaseGraph {
  const inputs = test.inputs.map(({ shape, below }, i) =>
    inputBeside(test.inputs[0], `input${i}`, shape, below === undefined ? 'f32' : 'i32'),
  );
  const output = test.build(inputs);
  const dy = inputBeside(inputs[0], 'dy', output.shape);
  const loss = build('sumTo', [build('mul', [output, dy])], { shape: [] });
  const differentiable =
    opOf(output.op).gradient !== undefined && output.attrs.epilogue === undefined;
  const floats = inputs.filter(({ dtype }) => differentiable && dtype === 'f32');
  const found = new Map(backward(loss, floats).map((gradient, i) => [floats[i], gradient]));
  // A constant stands for "no gradient" (targets of a loss, comparisons).
  const gradients = inputs.map((input) => {
    const gradient = found.get(input);
    return gradient === undefined || gradient.op === 'constant' ? null : gradient;
  });
  return { inputs, dy, output, loss, gradients };
}

/** The ops that a case runs, forward and backward. */
export function opsOf({ output, gradients }: CaseGraph): Set<string> {
  const roots = [output, ...gradients.filter((g) => g !== null)];
  return new Set(
    topologicalOrder(roots)
      .filter((n) => !isSource(n))
      .map((n) => n.op),
  );
}

export interface CaseNumbers {
  readonly inputs: readonly (Float32Array | Int32Array | Float64Array)[];
  readonly dy: Float32Array;
}

export function caseNumbers(test: ConformanceCase, graph: CaseGraph): CaseNumbers {
  const random = new RandomStream(99, test.name);
  const dy = Float32Array.from({ length: sizeOf(graph.dy.shape) }, () => random.normal());
  return { inputs: numbersOf(test), dy };
}

/** The values of some nodes by the reference loops in float64, from poisoned memory. */
export function interpret(
  graph: CaseGraph,
  numbers: CaseNumbers,
  wanted: readonly Node[],
): NumberArray[] {
  const order = topologicalOrder(wanted);
  const values = new Map<Node, NumberArray>();
  for (const node of order) {
    const data = allocate(node, 'f64');
    if (!isSource(node)) data.fill(Number.NaN);
    values.set(node, data);
  }
  graph.inputs.forEach((input, i) => {
    values.get(input)?.set(numbers.inputs[i]);
  });
  values.get(graph.dy)?.set(numbers.dy);
  runNodes(order, values);
  return wanted.map((node) => values.get(node)!);
}

export interface CaseResult {
  readonly output: NumberArray;
  readonly gradients: readonly (NumberArray | null)[];
}

export function judged(graph: CaseGraph, numbers: CaseNumbers): CaseResult {
  const present = graph.gradients.filter((g) => g !== null);
  const [output, ...rest] = interpret(graph, numbers, [graph.output, ...present]);
  return { output, gradients: graph.gradients.map((g) => (g === null ? null : rest.shift()!)) };
}

/** Runs a case on a backend, twice: on NaN alone, which leaves its traces, then from memory full of NaN. */
export async function runOn(
  session: Session,
  graph: CaseGraph,
  numbers: CaseNumbers,
): Promise<CaseResult> {
  const outputs: Record<string, Node> = { output: graph.output };
  graph.gradients.forEach((gradient, i) => {
    if (gradient !== null) outputs[`gradient${i}`] = gradient;
  });
  const compiled = { outputs, updates: [] };
  const program = session.compile(compiled);
  const used = new Set(topologicalOrder(Object.values(outputs)));
  const sources = [graph.dy, ...graph.inputs].filter((node) => used.has(node));
  for (const { name, dtype } of sources) {
    program.input(name).fill(dtype === 'f32' ? Number.NaN : 0);
  }
  program.run();
  graph.inputs.forEach((input, i) => {
    if (used.has(input)) program.input(input.name).set(numbers.inputs[i]);
  });
  if (used.has(graph.dy)) program.input('dy').set(numbers.dy);
  poison(session, compiled, program);
  program.run();
  const copied = async (name: string) => (await program.output(name)).slice();
  return {
    output: await copied('output'),
    gradients: await Promise.all(graph.gradients.map((g, i) => g && copied(`gradient${i}`))),
  };
}

const STEP = 1e-5;
const PROBES = 12;

/** Central differences of the loss in float64 at a few elements of input i: [element, derivative]. */
export function finiteDifferences(
  graph: CaseGraph,
  numbers: CaseNumbers,
  i: number,
): [element: number, derivative: number][] {
  const x = Float64Array.from(numbers.inputs[i]);
  const inputs = numbers.inputs.map((data, j) => (j === i ? x : data));
  const lossAt = (element: number, value: number): number => {
    const before = x[element];
    x[element] = value;
    const [[loss]] = interpret(graph, { ...numbers, inputs }, [graph.loss]);
    x[element] = before;
    return loss;
  };
  const elements = new RandomStream(i, 'probes').permutation(x.length).slice(0, PROBES);
  return [...elements].map((element) => {
    const at = x[element];
    return [element, (lossAt(element, at + STEP) - lossAt(element, at - STEP)) / (2 * STEP)];
  });
}
