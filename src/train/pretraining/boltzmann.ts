/**
 * @file Trains a convolutional restricted Boltzmann machine on numbers: CD-1, batch after batch.
 *
 * The same seed gives the same bits for any number of threads: order and draws are those of `base/random.ts`. A last,
 * smaller batch is left out of its epoch; the shuffle brings its pictures into others. Before: `pretrain.ts`. Next
 * stop: `contrastiveDivergence.ts`, the step.
 */
import type { Session } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { last } from '../../base/lists.ts';
import { formatShape, sizeOf } from '../../base/shape.ts';
import { fillInput } from '../../data/batches/arrayBatches.ts';
import { unitRange } from '../../data/batches/batches.ts';
import { openBatches } from '../../data/batches/openBatches.ts';
import { initialValues } from '../../nn/initializers.ts';
import type { Optimizer } from '../../nn/optimizers/optimizer.ts';
import { diverged } from '../divergence.ts';
import { pauseEvery } from '../turns.ts';
import {
  divergenceGraph,
  hiddenShape,
  MACHINE_STATES,
  type Machine,
} from './contrastiveDivergence.ts';

export interface MachineOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: Optimizer;
  readonly seed: number;
}

/** Means over an epoch. */
export interface MachineEpoch {
  /** From 1. */
  readonly epoch: number;
  /** Of the squares of picture minus reconstruction. */
  readonly error: number;
  /** Probability that a hidden unit is on. */
  readonly activity: number;
}

export interface TrainedMachine {
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
  readonly visibleBias: Float32Array;
}

/** `rows`: (count, H, W, C) numbers. Tells of every epoch; returns the weights. */
export async function* trainMachine(
  session: Session,
  machine: Machine,
  rows: Float32Array,
  { epochs, batchSize: wanted, optimizer, seed }: MachineOptions,
): AsyncGenerator<MachineEpoch, TrainedMachine, void> {
  checkBlocks(machine);
  const count = rows.length / sizeOf(machine.inputShape);
  const batchSize = Math.min(wanted, count);
  const scope = session.scopeOf();
  const source = await openBatches(
    { count, inputs: { x: rows } },
    { batchSize, seed, reading: { shape: [1, 1, 1], seed } },
  );
  try {
    const program = scope.compile(divergenceGraph(machine, optimizer, batchSize, seed));
    const { kernel, bias, visible } = MACHINE_STATES;
    // As Hinton 2010, section 8, has it: small weights, all biases 0.
    const first = { kind: 'normal', mean: 0, stddev: 0.01 } as const;
    scope.writeState(kernel, initialValues(first, machine.kernelShape, seed, kernel));
    const pause = pauseEvery(0.1);
    const batches = Math.floor(count / batchSize);
    for (let epoch = 0; epoch < epochs; epoch++) {
      let [error, activity] = [0, 0];
      for (let batch = 0; batch < batches; batch++) {
        const step = epoch * batches + batch;
        const x = program.input('x') as Float32Array;
        fillInput(rows, count, source.indices(epoch, batch), unitRange, x);
        program.input('step')[0] = step;
        const scalars = optimizer.scalars(step, optimizer.spec.learningRate);
        for (const [name, value] of Object.entries(scalars)) program.input(name)[0] = value;
        program.run();
        error += (await program.output('error'))[0] / batches;
        activity += (await program.output('activity'))[0] / batches;
        if (pause.due()) await pause.take();
      }
      if (!Number.isFinite(error)) {
        throw diverged(
          `the reconstruction error is ${error} in epoch ${epoch + 1}`,
          optimizer.spec.learningRate,
        );
      }
      yield { epoch: epoch + 1, error, activity };
    }
    const read = async (name: string) => Float32Array.from(await scope.readState(name));
    return { kernel: await read(kernel), bias: await read(bias), visibleBias: await read(visible) };
  } finally {
    await source.close();
    scope.free();
  }
}

function checkBlocks(machine: Machine): void {
  const { pooling } = machine;
  const [H = 0, W = 0] = hiddenShape(machine);
  const maps = last(machine.kernelShape, 'axis');
  if (Number.isInteger(pooling) && pooling >= 1 && H % pooling === 0 && W % pooling === 0) return;
  throw new FoveaError({
    where: 'pooling',
    problem: `blocks of ${pooling} x ${pooling} units in hidden maps of ${formatShape([H, W, maps])}`,
    expected: 'a side that divides height and width',
  });
}
