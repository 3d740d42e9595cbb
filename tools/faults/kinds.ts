/**
 * @file Eight kinds of run, small enough that hundreds of them can be killed.
 *
 * Between them: a new run and one that replaces another, one that is gone on with, checkpoints within an epoch,
 * pictures read from files by threads, dropout and augmentation, the rates of 1998 measured before each pass,
 * a schedule and a patience that remember.
 */
import { unreachable } from '../../src/base/errors.ts';
import { modelOf } from '../../src/models/index.ts';
import { recipeOf } from '../../src/models/recipes.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { TrainRequest } from '../../src/runs/trainRun.ts';
import { drawPictures } from '../../test/support/drawnPictures.ts';

const { conv2d, dense, dropout, flatten, maxPooling2d } = layers;

export interface Kind {
  readonly request: Omit<TrainRequest, 'folder' | 'overwrite'>;
  /** What stands in the place before: a finished run that is replaced, or this one, stopped on its way. */
  readonly before?: 'other' | 'stopped';
}

/** Draws 3 x 10 pictures into `home`; the data of some kinds, "folder:...". */
export async function drawData(home: string): Promise<string> {
  const patterns = {
    rows: (_: number, y: number) => y % 8 < 4,
    columns: (x: number) => x % 8 < 4,
    checks: (x: number, y: number) => x % 8 < 4 !== y % 8 < 4,
  };
  return (await drawPictures(home, patterns, 10)).folder;
}

const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

const colours = sequential({ name: 'colours', inputShape: [16, 16, 3] }, [
  conv2d({ filters: 4, kernelSize: 3, activation: 'relu' }),
  maxPooling2d({ poolSize: 2 }),
  conv2d({ filters: 6, kernelSize: 3, activation: 'relu' }),
  flatten(),
  dropout({ rate: 0.3 }),
  dense({ units: 3, activation: 'softmax' }),
]);

export function kindOf(name: string, pictures: string): Kind {
  return kindsOf(pictures)[name] ?? unreachable(`no run of the kind "${name}"`);
}

export function kindsOf(pictures: string): Readonly<Record<string, Kind>> {
  const settings = { epochs: 4, batchSize: 16, validationSplit: 0.2, seed: 3 };
  const digits = { spec: tiny, data: 'digits', trainCount: 80, testCount: 20, settings };
  const { model, settings: published } = recipeOf('lenet5-1998', 'paper');
  return {
    new: { request: digits },
    overwrite: { request: digits, before: 'other' },
    resume: { request: digits, before: 'stopped' },
    midEpoch: { request: { ...digits, checkpointEvery: { batches: 1 } } },
    streamed: {
      request: {
        spec: colours,
        data: pictures,
        reading: { workers: 2 },
        checkpointEvery: { batches: 2 },
        settings: { ...settings, batchSize: 4 },
      },
    },
    dropout: {
      request: {
        spec: colours,
        data: pictures,
        augment: 'translate=2,flip',
        settings: { ...settings, batchSize: 8, optimizer: { kind: 'sgd', learningRate: 0.01 } },
      },
    },
    lenet1998: {
      request: {
        spec: modelOf('lenet5-1998', model),
        data: 'digits',
        trainCount: 40,
        testCount: 20,
        checkpointEvery: { batches: 15 },
        settings: { ...settings, ...published, epochs: 2 },
      },
    },
    plateau: {
      request: {
        ...digits,
        settings: {
          ...settings,
          epochs: 12,
          patience: 3,
          watchTest: true,
          optimizer: { kind: 'sgd', learningRate: 1, momentum: 0.9 },
          schedule: { kind: 'reduceOnPlateau', patience: 1, factor: 0.5 },
        },
      },
    },
  };
}
