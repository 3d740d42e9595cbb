/**
 * @file Runs a drawn network: answers, loss and all gradients of the first step, and what three steps make of every
 * state; on a session, or by the ops' loops in float64 over the graph as built, which is the judge.
 */
import type { Session } from '../../src/backends/backend.ts';
import { allocate, runNodes } from '../../src/backends/reference/interpreter.ts';
import { RandomStream } from '../../src/base/random.ts';
import {
  type Graph,
  isSource,
  type Node,
  rootsOf,
  topologicalOrder,
} from '../../src/graph/node.ts';
import {
  evaluationGraph,
  gradientGraph,
  initialStates,
  trainingGraph,
} from '../../src/nn/programs/programs.ts';
import type { NumberArray } from '../../src/ops/op.ts';
import type { DrawnNetwork } from './drawNetwork.ts';

export const STEPS = 3;
const RATE = 0.05;

export interface NetworkResult {
  /** Of the first step: "logits", "loss", "gradient/PARAMETER". */
  readonly first: ReadonlyMap<string, Float64Array>;
  /** The loss of each step, before its update. */
  readonly losses: readonly number[];
  /** Every state after the last step, less its first value. */
  readonly moved: ReadonlyMap<string, Float64Array>;
  /** The largest number of every state after the last step. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Answers in evaluation, after the last step. */
  readonly logits: Float64Array;
}

/** A graph made ready: inputs are filled, `run` computes, outputs are read. */
interface Program {
  fill(name: string, numbers: ArrayLike<number>): void;
  run(): void;
  output(name: string): Promise<ArrayLike<number>>;
}

interface Machine {
  compile(graph: Graph): Program;
  readState(name: string): Promise<ArrayLike<number>>;
  writeState(name: string, numbers: ArrayLike<number>): void;
}

/** Programs and states of one network, given back by `free`. */
export function machineOf(session: Session): Machine & { free(): void } {
  const scope = session.scopeOf();
  return {
    compile: (graph) => {
      const program = scope.compile(graph);
      return {
        fill: (name, numbers) => program.input(name).set(numbers),
        run: () => program.run(),
        output: (name) => program.output(name),
      };
    },
    readState: (name) => scope.readState(name),
    writeState: (name, numbers) => scope.writeState(name, numbers),
    free: () => scope.free(),
  };
}

/** The ops' own loops in float64, over the graph as it was built. */
export function judge(): Machine {
  const states = new Map<string, NumberArray>();
  return {
    compile: (graph) => {
      const order = topologicalOrder(rootsOf(graph));
      const values = new Map<Node, NumberArray>();
      for (const node of order) {
        const known = node.op === 'state' ? states.get(node.name) : undefined;
        const data = known ?? allocate(node, 'f64');
        if (node.op === 'state') states.set(node.name, data);
        else if (!isSource(node)) data.fill(Number.NaN);
        values.set(node, data);
      }
      const named = (op: string, name: string) =>
        values.get(order.find((node) => node.op === op && node.name === name)!)!;
      return {
        fill: (name, numbers) => named('input', name).set(numbers),
        run: () => {
          runNodes(order, values);
          const next = graph.updates.map(({ value }) => values.get(value)!.slice());
          graph.updates.forEach(({ state }, i) => {
            values.get(state)!.set(next[i]);
          });
        },
        output: async (name) => values.get(graph.outputs[name])!,
      };
    },
    readState: async (name) => states.get(name)!,
    writeState: (name, numbers) => states.get(name)!.set(numbers),
  };
}

const inputsOf = (graph: Graph): Node[] =>
  topologicalOrder(rootsOf(graph)).filter(({ op }) => op === 'input');

/** Made-up rows of a step: pictures around 0, labels, targets that are probabilities. */
function fillInputs(network: DrawnNetwork, graph: Graph, program: Program, step: number): void {
  const scalars = network.optimizer.scalars(step, RATE);
  const classes = classesOf(network);
  for (const { name, shape, dtype } of inputsOf(graph)) {
    const length = shape.reduce((product, n) => product * n, 1);
    const random = new RandomStream(network.seed, `${name}/${step}`);
    if (name in scalars) program.fill(name, [Math.fround(scalars[name])]);
    else if (name === 'step') program.fill(name, [step]);
    else if (dtype === 'i32')
      program.fill(
        name,
        Int32Array.from({ length }, () => random.integer(classes)),
      );
    else if (name === 'targets') program.fill(name, targets(length, classes, random));
    else
      program.fill(
        name,
        Float32Array.from({ length }, () => random.normal()),
      );
  }
}

const classesOf = ({ spec }: DrawnNetwork): number =>
  spec.layers.findLast(({ kind }) => kind === 'dense')?.options.units as number;

function targets(length: number, classes: number, random: RandomStream): Float32Array {
  const numbers = Float32Array.from({ length }, () => random.uniform(0.1, 1));
  for (let at = 0; at < length; at += classes) {
    const row = numbers.subarray(at, at + classes);
    const sum = row.reduce((a, b) => a + b);
    row.forEach((x, i) => {
      row[i] = x / sum;
    });
  }
  return numbers;
}

const copy = (numbers: ArrayLike<number>): Float64Array => Float64Array.from(numbers);

/** `off`: a change of the first weights, each by its share of itself. */
export async function runNetwork(
  machine: Machine,
  network: DrawnNetwork,
  off: () => number = () => 0,
): Promise<NetworkResult> {
  const { spec, loss, optimizer, batch, seed } = network;
  const gradients = gradientGraph(spec, { loss, seed }, batch);
  const training = trainingGraph(spec, { loss, optimizer, seed }, batch);
  const evaluation = evaluationGraph(spec, { loss }, batch);
  const [one, step, test] = [gradients, training, evaluation].map((g) => machine.compile(g));
  const starts = new Map(
    [...initialStates(spec, { optimizer, seed })].map(([name, numbers]) => [
      name,
      Float64Array.from(numbers, (x) => x + x * off()),
    ]),
  );
  for (const [name, numbers] of starts) machine.writeState(name, numbers);
  fillInputs(network, gradients, one, 0);
  one.run();
  const first = new Map<string, Float64Array>();
  for (const name of Object.keys(gradients.outputs)) first.set(name, copy(await one.output(name)));
  const losses: number[] = [];
  for (let i = 0; i < STEPS; i++) {
    fillInputs(network, training, step, i);
    step.run();
    losses.push((await step.output('loss'))[0]);
  }
  const moved = new Map<string, Float64Array>();
  const sizes = new Map<string, number>();
  for (const [name, start] of starts) {
    const state = copy(await machine.readState(name));
    moved.set(
      name,
      state.map((x, i) => x - start[i]),
    );
    sizes.set(
      name,
      state.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
    );
  }
  fillInputs(network, evaluation, test, 0);
  test.run();
  return { first, losses, moved, sizes, logits: copy(await test.output('logits')) };
}
