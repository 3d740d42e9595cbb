/**
 * @file `npm run -s bench:onnxRatio -- --peer DIR`: imported networks against onnxruntime-node, on two threads.
 *
 *   npm install --prefix DIR --ignore-scripts onnxruntime-node@1.30
 *   npm run -s bench:onnxRatio -- --peer DIR [--cells lenet5:1,lenet5:128] [--rounds 41]
 *
 * The peer is no dependency: its package runs a script at install, which fetches what a CPU does not need. Each network is
 * exported to ONNX, and what the file says is imported; both then answer the same pictures, and are held to the same
 * answers. Rounds alternate between the two, which goes first too; each times as many runs as take some 30 ms, once the
 * other's threads are at rest: onnxruntime's go on spinning for some 30 ms after a run, on the core of our second thread.
 * What counts is the median of the rounds' ratios: below 1, the imported network is the quicker one.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type * as Web from 'onnxruntime-web';
import { openSession } from '../src/backends/select.ts';
import { RandomStream } from '../src/base/random.ts';

import { exportModel } from '../src/interop/exporters.ts';
import { importModel } from '../src/interop/importers.ts';
import { sourceOfFiles } from '../src/interop/source.ts';
import { modelOf } from '../src/models/index.ts';
import { parametersOf } from '../src/nn/network.ts';
import { inferenceGraph, initialStates } from '../src/nn/programs/programs.ts';
import type { ModelSpec } from '../src/nn/spec.ts';
import { restoreKnown } from '../src/train/prediction/batchPrediction.ts';

type Peer = Pick<typeof Web, 'InferenceSession' | 'Tensor'>;

const THREADS = 2;
const CELLS = [
  'lenet5:1',
  'lenet5:128',
  'alexnet-cifar10:1',
  'alexnet-cifar10:64',
  'alexnet:1',
  'alexnet:16',
];
/** Milliseconds that a round lasts at least. */
const ROUND = 30;
/** Milliseconds after which threads that found nothing to do sleep. */
const REST = 100;

/** Answers to one batch, the same one each time. */
type Runner = () => Promise<Float32Array>;

async function fileOf(model: string): Promise<Uint8Array> {
  const spec = modelOf(model);
  const states = initialStates(spec, { seed: 1 });
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const data = states.get(name) ?? new Float32Array(0);
      return [name, { shape, data }] as const;
    }),
  );
  const files = await exportModel({ spec, weights, classes: [] }, 'onnx', { name: 'net' });
  return files.get('net.onnx') ?? new Uint8Array();
}

/** (N, H, W, C), and the same as (N, C, H, W). */
function pictures({ inputShape: [H = 1, W = 1, C = 1] }: ModelSpec, rows: number) {
  const random = new RandomStream(5, 'pictures');
  const last = Float32Array.from({ length: rows * H * W * C }, () => random.normal());
  const first = new Float32Array(last.length);
  for (let n = 0; n < rows; n++)
    for (let pixel = 0; pixel < H * W; pixel++)
      for (let c = 0; c < C; c++)
        first[(n * C + c) * H * W + pixel] = last[(n * H * W + pixel) * C + c] ?? 0;
  return { last, first, dims: [rows, C, H, W] };
}

async function ours(file: Uint8Array, rows: number) {
  const model = await importModel(await sourceOfFiles('net.onnx', new Map([['net.onnx', file]])));
  const session = await openSession({ threads: THREADS });
  const scope = session.scopeOf();
  const graph = inferenceGraph(model.spec, rows);
  const [name = ''] = Object.keys(graph.outputs);
  const program = scope.compile(graph);
  restoreKnown(scope, model.spec, model.weights);
  const { last } = pictures(model.spec, rows);
  const input = program.input('x') as Float32Array;
  const run: Runner = async () => {
    input.set(last);
    program.run();
    return (await program.output(name)) as Float32Array;
  };
  return { run, spec: model.spec, close: () => session.close() };
}

async function theirs(
  { InferenceSession, Tensor }: Peer,
  file: Uint8Array,
  spec: ModelSpec,
  rows: number,
) {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: THREADS,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const { first, dims } = pictures(spec, rows);
  const [inputName = ''] = session.inputNames;
  const [outputName = ''] = session.outputNames;
  const run: Runner = async () => {
    const found = await session.run({ [inputName]: new Tensor('float32', first, dims) });
    return found[outputName]?.data as Float32Array;
  };
  return { run, close: () => session.release() };
}

/** Of a run. The first two wake what slept, and are not counted. */
async function milliseconds(run: Runner, times: number): Promise<number> {
  await setTimeout(REST);
  for (let i = 0; i < 2; i++) await run();
  const start = performance.now();
  for (let i = 0; i < times; i++) await run();
  return (performance.now() - start) / times;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

function checkAnswers(a: Float32Array, b: Float32Array): void {
  const apart = Math.max(...a.map((n, i) => Math.abs(n - (b[i] ?? Number.NaN))));
  if (!(a.length === b.length && apart < 1e-3)) throw new Error(`answers are ${apart} apart`);
}

async function measure(peer: Peer, cell: string, rounds: number): Promise<void> {
  const [model = '', batch = ''] = cell.split(':');
  const rows = Number(batch);
  const file = await fileOf(model);
  const own = await ours(file, rows);
  const other = await theirs(peer, file, own.spec, rows);
  try {
    checkAnswers(await own.run(), await other.run());
    // Compilers and caches have settled when both have run for a while.
    for (const { run } of [own, other, own, other]) await milliseconds(run, 5);
    const times = Math.ceil(ROUND / Math.max(0.01, await milliseconds(own.run, 5)));
    const found: { own: number; other: number }[] = [];
    for (let i = 0; i < rounds; i++) {
      if (i % 2 === 0) {
        const first = await milliseconds(own.run, times);
        found.push({ own: first, other: await milliseconds(other.run, times) });
      } else {
        const first = await milliseconds(other.run, times);
        found.push({ own: await milliseconds(own.run, times), other: first });
      }
    }
    const ratios = found.map((one) => one.own / one.other);
    const shown = [
      cell.padEnd(20),
      `${median(found.map((one) => one.own)).toFixed(3)} ms`.padStart(12),
      `${median(found.map((one) => one.other)).toFixed(3)} ms`.padStart(12),
      median(ratios).toFixed(2).padStart(7),
      `${quarter(ratios, 0.25)} to ${quarter(ratios, 0.75)}`.padStart(14),
    ];
    console.log(shown.join(' '));
  } finally {
    await own.close();
    await other.close();
  }
}

const quarter = (numbers: readonly number[], share: number): string =>
  (numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN).toFixed(2);

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    cells: { type: 'string', default: CELLS.join() },
    rounds: { type: 'string', default: '41' },
  },
});
if (values.peer === undefined) {
  console.error(
    'where is onnxruntime-node? npm install --prefix DIR --ignore-scripts onnxruntime-node@1.30, then --peer DIR',
  );
  process.exit(1);
}
const peer: Peer = createRequire(join(values.peer, 'package.json'))('onnxruntime-node');
console.log(
  `${'network:rows'.padEnd(20)} ${'imported'.padStart(12)} ${'onnxruntime'.padStart(12)}   ratio  middle half`,
);
for (const cell of values.cells.split(',')) await measure(peer, cell, Number(values.rounds));
