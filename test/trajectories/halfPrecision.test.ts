/**
 * @file Steps of mixed precision against plain float64 loops that round where it is said that numbers are half
 * precision: losses, weights, velocities, the scale, and which steps are skipped.
 *
 * The loss begins with a scale that is too large, so that steps are skipped, and the scale grows every third step.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Session } from '../../src/backends/backend.ts';
import { openSession } from '../../src/backends/select.ts';
import { webgpuBackend } from '../../src/backends/webgpu/index.ts';
import { roundToHalf } from '../../src/base/halfFloat.ts';
import { RandomStream } from '../../src/base/random.ts';
import { dense } from '../../src/nn/layers/dense.ts';
import { sgd } from '../../src/nn/optimizers/sgd.ts';
import { precisionOf } from '../../src/nn/precision/choice.ts';
import { initialStates, trainingGraph } from '../../src/nn/programs/programs.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { skipped } from '../support/doors.ts';
import { softwareGpu } from '../support/softwareGpu.ts';

const [ROWS, INPUTS, HIDDEN, CLASSES] = [6, 5, 4, 3];
const [RATE, MOMENTUM, FIRST_SCALE, GROWTH, STEPS] = [0.5, 0.75, 2 ** 20, 3, 14];

const spec = sequential({ inputShape: [INPUTS] }, [
  dense({ units: HIDDEN, activation: 'tanh', name: 'a' }),
  dense({ units: CLASSES, activation: 'softmax', l2: 0.01, name: 'b' }),
]);
const optimizer = sgd({ learningRate: RATE, momentum: MOMENTUM });

type Matrix = number[][];

const half = (m: Matrix): Matrix => m.map((row) => row.map(roundToHalf));
const turned = (m: Matrix): Matrix => m[0]!.map((_, i) => m.map((row) => row[i]!));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => turned(b).map((column) => row.reduce((sum, x, k) => sum + x * column[k]!, 0)));
const sums = (m: Matrix): number[] =>
  m.reduce(
    (sum, row) => sum.map((x, i) => x + row[i]!),
    m[0]!.map(() => 0),
  );
const matrix = (numbers: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: numbers.length / columns }, (_, r) =>
    Array.from({ length: columns }, (_, c) => numbers[r * columns + c]!),
  );

/** The rows of a step, and their classes. */
function batchOf(step: number): { x: Matrix; labels: number[] } {
  const random = new RandomStream(step, 'batch');
  const x = Array.from({ length: ROWS }, () =>
    Array.from({ length: INPUTS }, () => Math.fround(random.uniform(-1, 1))),
  );
  return { x, labels: x.map((row) => (row[0]! > 0 ? 0 : row[1]! > 0 ? 1 : 2)) };
}

interface Told {
  readonly loss: number;
  readonly skipped: number;
  readonly lossScale: number;
}

/** All steps in plain loops: what each tells, and the states after the last. */
function plainly(first: ReadonlyMap<string, ArrayLike<number>>) {
  const states = new Map([...first].map(([name, data]) => [name, Array.from(data)]));
  const state = (name: string) => states.get(name)!;
  let [scale, steady] = [FIRST_SCALE, 0];
  const told: Told[] = [];
  for (let step = 0; step < STEPS; step++) {
    const { x, labels } = batchOf(step);
    const xHalf = half(x);
    const [wa, wb] = [
      half(matrix(state('a/kernel'), HIDDEN)),
      half(matrix(state('b/kernel'), CLASSES)),
    ];
    const before = times(xHalf, wa).map((row) => row.map((s, i) => s + state('a/bias')[i]!));
    const y = half(before.map((row) => row.map(Math.tanh)));
    const logits = times(y, wb).map((row) => row.map((s, i) => s + state('b/bias')[i]!));
    const exps = logits.map((row) => row.map(Math.exp));
    const p = exps.map((row) => row.map((e) => e / row.reduce((a, b) => a + b)));
    const meanLoss = p.reduce((sum, row, n) => sum - Math.log(row[labels[n]!]!), 0) / ROWS;
    const penalty = 0.01 * state('b/kernel').reduce((sum, w) => sum + w * w, 0);
    const dLogits = half(
      p.map((row, n) => row.map((q, c) => ((q - (c === labels[n] ? 1 : 0)) * scale) / ROWS)),
    );
    const dy = times(dLogits, turned(wb));
    const dBefore = half(dy.map((row, n) => row.map((d, i) => d * (1 - y[n]![i]! * y[n]![i]!))));
    const ofPenalty = state('b/kernel').map((w) => 0.02 * w * scale);
    const scaled: Record<string, number[]> = {
      'a/kernel': times(turned(xHalf), dBefore).flat(),
      'a/bias': sums(dBefore),
      'b/kernel': times(turned(y), dLogits)
        .flat()
        .map((g, i) => g + ofPenalty[i]!),
      'b/bias': sums(dLogits),
    };
    const goesOn = Object.values(scaled).flat().every(Number.isFinite);
    told.push({ loss: meanLoss + penalty, skipped: goesOn ? 0 : 1, lossScale: scale });
    if (!goesOn) {
      [scale, steady] = [scale / 2, 0];
      continue;
    }
    for (const [name, gradient] of Object.entries(scaled)) {
      const velocity = state(`sgd/v/${name}`);
      gradient.forEach((g, i) => {
        velocity[i] = MOMENTUM * velocity[i]! + g / scale;
        state(name)[i]! -= RATE * velocity[i]!;
      });
    }
    steady++;
    if (steady === GROWTH) [scale, steady] = [scale * 2, 0];
  }
  states.set('lossScale', [scale]);
  states.set('lossScale/steadySteps', [steady]);
  return { told, states };
}

/** The same steps by a backend. */
async function bySteps(session: Session) {
  const precision = await precisionOf({
    kind: 'float16',
    lossScale: FIRST_SCALE,
    growthInterval: GROWTH,
  });
  const scope = session.scopeOf();
  const program = scope.compile(trainingGraph(spec, { optimizer, precision }, ROWS));
  const first = initialStates(spec, { optimizer, precision, seed: 3 });
  for (const [name, data] of first) scope.writeState(name, data);
  const told: Told[] = [];
  for (let step = 0; step < STEPS; step++) {
    const { x, labels } = batchOf(step);
    program.input('x').set(x.flat());
    program.input('labels').set(labels);
    program.input('learningRate')[0] = RATE;
    program.run();
    const [loss, wasSkipped, lossScale] = await Promise.all(
      ['loss', 'skipped', 'lossScale'].map(async (name) => (await program.output(name))[0]!),
    );
    told.push({ loss: loss!, skipped: wasSkipped!, lossScale: lossScale! });
  }
  const states = new Map<string, number[]>();
  for (const name of first.keys()) states.set(name, Array.from(await scope.readState(name)));
  program.close();
  scope.free();
  return { told, states, first };
}

const { gpu, reason } = await softwareGpu().then((found) =>
  typeof found === 'string' ? { gpu: undefined, reason: found } : { gpu: found, reason: undefined },
);
if (reason !== undefined) skipped('mixed precision by WebGPU', reason);

/** Float32 sums beside float64 ones: a number between two halves may be rounded to the other. */
const CLOSE = 2e-6;
const tested: { name: string; open: () => Promise<Session>; tolerance: number }[] = [
  { name: 'reference', open: () => openSession({ backend: 'reference' }), tolerance: CLOSE },
  { name: 'wasm', open: () => openSession({ backend: 'wasm', threads: 2 }), tolerance: CLOSE },
  ...(gpu === undefined
    ? []
    : [{ name: 'webgpu', open: () => webgpuBackend.open({ gpu }), tolerance: CLOSE }]),
];

describe.each(tested)('steps of mixed precision on $name', ({ open, tolerance }) => {
  const opened = open();
  afterAll(async () => (await opened).close());

  it('are those of plain loops', async () => {
    const found = await bySteps(await opened);
    const wanted = plainly(found.first);
    const skips = wanted.told.map((told) => told.skipped);
    // Of both kinds, at the start and after the scale has grown.
    expect(skips.slice(0, 2)).toEqual([1, 1]);
    expect(skips.slice(4)).toContain(1);
    expect(skips.filter((s) => s === 0).length).toBeGreaterThan(6);
    expect(found.told.map((told) => told.skipped)).toEqual(skips);
    expect(found.told.map((told) => told.lossScale)).toEqual(
      wanted.told.map((told) => told.lossScale),
    );
    for (const [i, { loss }] of wanted.told.entries())
      expect(Math.abs(found.told[i]!.loss - loss), `loss of step ${i}`).toBeLessThan(tolerance);
    for (const [name, numbers] of wanted.states) {
      const own = found.states.get(name)!;
      const worst = Math.max(...numbers.map((x, i) => Math.abs(own[i]! - x)));
      expect(worst, name).toBeLessThan(tolerance);
    }
  });
});
