/**
 * @file What a network makes of many rows at once: its outputs, or what single layers give.
 *
 * Rows are pixels as bytes, which the model's preprocessing makes numbers of, or numbers as the network reads
 * them. Previous stop: `predict.ts`, one picture in words. Next stop: `nn/programs/programs.ts`.
 */
import type { Scope, Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { formatShape, type Shape, sizeOf } from '../../base/shape.ts';
import type { InputRows } from '../../data/arraySplit.ts';
import { fillInput } from '../../data/batches/arrayBatches.ts';
import type { Graph } from '../../graph/node.ts';
import { inferenceGraph, parameterNames, stagesGraph } from '../../nn/programs/programs.ts';
import { inputsOf, type ModelSpec, nameIn, outputsOf } from '../../nn/spec.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { restoreStates, trainedScope } from '../snapshots/snapshot.ts';
import { pauseEvery } from '../turns.ts';

/** Weights may be left out where the session has trained the very spec object. */
export type RunnableModel = Pick<TrainedModel, 'spec'> & Partial<Pick<TrainedModel, 'weights'>>;

/** Of the model's one input, or of each by name: (rows, ...shape of one). */
export type Rows = InputRows | Readonly<Record<string, InputRows>>;

export interface Numbers {
  /** (rows, ...shape of one) */
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface BatchPredictionOptions {
  /** Rows per run of the program; default 64. No influence on the results. */
  readonly batchSize?: number;
}

/**
 * The model's outputs by name, "output" where it names none; a classifier's are its probabilities, and one that
 * answers with distances gives "distances" too.
 *
 *     const { output } = await predictBatch(session, model, pixels);
 */
export async function predictBatch(
  session: Session,
  model: RunnableModel,
  rows: Rows,
  options: BatchPredictionOptions = {},
): Promise<Record<string, Numbers>> {
  const found = await runRows(session, model, rows, options, (n) => inferenceGraph(model.spec, n));
  const [{ name: only }] = outputsOf(model.spec);
  return renamed(found, (name) => (name === 'probabilities' ? only : afterSlash(name)));
}

/**
 * What the named layers give for each row.
 *
 *     const { conv2d } = await activations(session, model, pixels, ['conv2d']);
 *     conv2d.shape; // (rows, 24, 24, 6)
 */
export async function activations(
  session: Session,
  model: RunnableModel,
  rows: Rows,
  layers: readonly string[],
  options: BatchPredictionOptions = {},
): Promise<Record<string, Numbers>> {
  const graph = (n: number): Graph => layersGraph(model.spec, n, layers);
  return renamed(await runRows(session, model, rows, options, graph), afterSlash);
}

/** Outputs "stage/LAYER" of the named layers, and nothing that lies behind them. */
export function layersGraph(spec: ModelSpec, batchSize: number, layers: readonly string[]): Graph {
  const { outputs } = stagesGraph(spec, batchSize, layers);
  const stages = Object.entries(outputs).filter(([name]) => name.startsWith('stage/'));
  return { outputs: Object.fromEntries(stages), updates: [] };
}

/** A program that ends at an early layer knows the parameters up to there. */
export function restoreKnown(
  scope: Scope,
  spec: ModelSpec,
  weights: TrainedModel['weights'],
): void {
  const known = new Set(scope.states().map(({ name }) => name));
  const names = parameterNames(spec).filter((name) => known.has(name));
  restoreStates(scope, names, weights);
}

const afterSlash = (name: string): string => name.slice(name.indexOf('/') + 1);

function renamed<T>(all: Record<string, T>, rename: (name: string) => string): Record<string, T> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [rename(name), value]));
}

/** Every output of a graph for all rows, batch by batch; the last batch is filled up and cut off. */
async function runRows(
  session: Session,
  { spec, weights }: RunnableModel,
  rows: Rows,
  { batchSize = 64 }: BatchPredictionOptions,
  graphFor: (batchSize: number) => Graph,
): Promise<Record<string, Numbers>> {
  const [inputs, count] = namedRows(spec, rows);
  const size = Math.min(batchSize, count);
  const graph = graphFor(size);
  const scope = weights === undefined ? trainedScope(session, spec) : session.scopeOf();
  const program = scope.compile(graph);
  try {
    if (weights !== undefined) restoreKnown(scope, spec, weights);
    const results = Object.entries(graph.outputs).map(([name, { shape }]) => {
      const whole = [count, ...shape.slice(1)];
      return { name, shape: whole, data: new Float32Array(sizeOf(whole)) };
    });
    const pause = pauseEvery(0.1);
    for (let start = 0; start < count; start += size) {
      const indices = Int32Array.from(
        { length: Math.min(size, count - start) },
        (_, n) => start + n,
      );
      for (const { name, preprocessing } of inputsOf(spec)) {
        const x = program.input(nameIn('x', spec.inputs, name)) as Float32Array;
        fillInput(inputs[name], count, indices, preprocessing, x);
      }
      program.run();
      for (const { name, data } of results) {
        const each = data.length / count;
        const given = await program.output(name);
        data.set(given.subarray(0, indices.length * each), start * each);
      }
      if (pause.due()) await pause.take();
    }
    return Object.fromEntries(results.map(({ name, shape, data }) => [name, { shape, data }]));
  } finally {
    program.close();
    if (weights !== undefined) scope.free();
  }
}

/** Rows by the name of their input, and how many: the same number for each input, and at least one. */
function namedRows(spec: ModelSpec, rows: Rows): [Readonly<Record<string, InputRows>>, number] {
  const inputs = inputsOf(spec);
  const [first] = inputs;
  const isOne = rows instanceof Uint8Array || rows instanceof Float32Array;
  const named = isOne ? { [first.name]: rows } : rows;
  const counts = inputs.map(({ name, shape }) => (named[name]?.length ?? 0) / sizeOf(shape));
  const [count] = counts;
  if (Number.isInteger(count) && count > 0 && counts.every((c) => c === count))
    return [named, count];
  throw new FoveaError({
    problem: `received ${inputs.map(({ name }) => `${named[name]?.length ?? 'no'} numbers for "${name}"`).join(', ')}`,
    expected: `equally many rows, at least one, of ${inputs.map(({ name, shape }) => `${formatShape(shape)} for "${name}"`).join(' and ')}`,
  });
}
