/**
 * @file Training steps of the AlexNets against an independent framework, in summaries.
 *
 * 30 and 61 million parameters: the reference backend and software adapters would take hours and sit out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Executable, Session } from '../../src/backends/backend.ts';
import type { Split } from '../../src/data/dataset.ts';
import { CIFAR_SIDE, parseCifar10 } from '../../src/data/formats/cifar.ts';
import { modelOf } from '../../src/models/index.ts';
import { adam } from '../../src/nn/optimizers/adam.ts';
import type { Optimizer } from '../../src/nn/optimizers/optimizer.ts';
import { sgd } from '../../src/nn/optimizers/sgd.ts';
import { gradientGraph, parameterNames, trainingGraph } from '../../src/nn/programs/programs.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import { backends } from '../backends.ts';
import { behindDoor, door, skipped } from '../support/doors.ts';
import {
  expectSummary,
  formulaValues,
  readRecording,
  type SummarizedRecording,
} from './recordedSteps.ts';

/** Of losses, and of tensors relative to their largest magnitude. */
const TOLERANCE = 1e-4;

/**
 * Of the first convolution of alexnet-cifar10: its gradient passes three poolings, and rounding decides who
 * wins where two values of a window all but tie. float64 arithmetic, from the same start, is 5.6e-4 off
 * the recording there (and 2e-8 in the layers above).
 */
const TIED_TOLERANCE = 1e-3;
/**
 * Of biases that begin at 0 and end as the sum of four Adam steps: Adam divides a gradient by its own size,
 * so that the error of a small one, relative to the largest, weighs more.
 */
const ADAM_BIAS_TOLERANCE = 5e-2;

interface Run {
  readonly file: string;
  readonly model: string;
  readonly optimizer: Optimizer;
  readonly learningRate: number;
  /** The parameters whose gradient is judged by `TIED_TOLERANCE`. */
  readonly tied: readonly string[];
  /** Writes rows [first, first + batch) of CIFAR-10 as the recording says. */
  fill(program: Executable, rows: Split, first: number): void;
}

const runs: readonly Run[] = [
  {
    file: 'alexnet-cifar10',
    model: 'alexnet-cifar10',
    optimizer: adam(),
    learningRate: 1e-5,
    tied: ['conv2d/kernel', 'conv2d/bias'],
    fill: (program, rows, first) => {
      const [x, labels] = [program.input('x'), program.input('labels')];
      const from = first * 3 * CIFAR_SIDE ** 2;
      for (let i = 0; i < x.length; i++) x[i] = rows.images[from + i] / 255;
      for (let n = 0; n < labels.length; n++) labels[n] = rows.labels[first + n];
    },
  },
  {
    file: 'alexnet-2012',
    model: 'alexnet',
    optimizer: sgd({ learningRate: 0.01, momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: 0.01,
    tied: [],
    fill: (program, rows, first) => {
      const labels = program.input('labels');
      enlarge(rows, first, labels.length, program.input('x'));
      for (let n = 0; n < labels.length; n++) labels[n] = 100 * rows.labels[first + n] + 7;
    },
  },
];

const SIDE = 227;

/** Each pixel 8 x 8 times, the top-left 227 x 227 of it, pixel / 255 - 0.5. */
function enlarge({ images }: Split, first: number, count: number, x: { [i: number]: number }) {
  let to = 0;
  for (let n = 0; n < count; n++) {
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const line = (first + n) * CIFAR_SIDE + (row >> 3);
        const from = 3 * (line * CIFAR_SIDE + (column >> 3));
        for (let c = 0; c < 3; c++) x[to++] = images[from + c] / 255 - 0.5;
      }
    }
  }
}

behindDoor('FOVEA_GOLDEN', 'golden steps of the AlexNets', (golden) => {
  const data = door('FOVEA_DATA');
  if (data === undefined) skipped('alexnet-cifar10, alexnet-2012', 'FOVEA_DATA is not set');
  else for (const run of runs) judge(run, join(golden, 'steps', `${run.file}.json`), data);
});

function judge(run: Run, file: string, data: string): void {
  describe.each(backends)(`${run.file} on $name`, ({ name: backend, open, isSlow }) => {
    if (backend === 'reference' || isSlow) {
      skipped('losses and gradients', 'plain loops and software adapters would take hours');
      return;
    }
    it('has the losses, the first gradients and the final parameters', async () => {
      const session = await open();
      try {
        await judgeIn(session, run, readRecording(file), readRows(data));
      } finally {
        await session.close();
      }
    });
  });
}

async function judgeIn(
  session: Session,
  run: Run,
  recording: SummarizedRecording,
  rows: Split,
): Promise<void> {
  const { batch, steps, losses, parameters, seedBase, output1, grad1, final } = recording;
  const { optimizer, learningRate, tied } = run;
  const spec = withoutDropout(modelOf(run.model));
  const theirs = Object.keys(parameters);
  const names = parameterNames(spec).map((ours, i) => ({ ours, theirs: theirs[i] }));
  const gradients = session.compile(gradientGraph(spec, {}, batch));
  names.forEach(({ ours, theirs }, i) => {
    session.writeState(ours, formulaValues(parameters[theirs], seedBase + i));
  });
  run.fill(gradients, rows, 0);
  gradients.run();
  expectSummary(await gradients.output('logits'), output1, TOLERANCE, 'logits');
  for (const { ours, theirs } of names) {
    const tolerance = tied.includes(ours) ? TIED_TOLERANCE : TOLERANCE;
    expectSummary(await gradients.output(`gradient/${ours}`), grad1[theirs], tolerance, ours);
  }
  const program = session.compile(trainingGraph(spec, { optimizer }, batch));
  for (let step = 0; step < steps; step++) {
    run.fill(program, rows, step * batch);
    const scalars = Object.entries(optimizer.scalars(step, learningRate));
    for (const [name, value] of scalars) program.input(name)[0] = value;
    program.run();
    const error = Math.abs((await program.output('loss'))[0] - losses[step]) / losses[step];
    expect(error, `loss of step ${step}`).toBeLessThan(TOLERANCE);
  }
  for (const { ours, theirs } of names) {
    const adamBias = optimizer.spec.kind === 'adam' && ours.endsWith('/bias');
    const tolerance = adamBias ? ADAM_BIAS_TOLERANCE : TOLERANCE;
    expectSummary(await session.readState(ours), final[theirs], tolerance, `${ours} at the end`);
  }
}

function withoutDropout(spec: ModelSpec): ModelSpec {
  return { ...spec, layers: spec.layers.map(silence) };
}

const silence = (layer: ModelSpec['layers'][number]) =>
  layer.kind === 'dropout' ? { ...layer, options: { ...layer.options, rate: 0 } } : layer;

function readRows(data: string): Split {
  const where = join(data, 'cifar-10', 'data_batch_1.bin.gz');
  return parseCifar10([{ bytes: gunzipSync(readFileSync(where)), where }]);
}
