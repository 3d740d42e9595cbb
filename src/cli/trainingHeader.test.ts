import { describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { modelOf } from '../models/index.ts';
import { defaultsOf } from '../models/recipes.ts';
import type { RunEvent } from '../records/performRun.ts';
import type { TrainedRecord } from '../records/runRecord.ts';
import { settingsOf } from '../records/settings.ts';
import type { Choice } from '../train/events.ts';
import { fit } from '../train/fit.ts';
import type { Output } from './terminal/output.ts';
import { readyLines } from './trainingHeader.ts';
import { trainingPrinter } from './trainingPrinter.ts';

const lenet5 = modelOf('lenet5');
const data = {
  name: 'digits',
  classes: [],
  train: 1200,
  validation: 0,
  test: 50,
  trainCount: null,
  testCount: null,
  digests: {},
};

function record(
  settings: Parameters<typeof settingsOf>[2],
  changes: Partial<TrainedRecord> = {},
): TrainedRecord {
  return {
    format: 'fovea-run-1',
    status: 'running',
    versions: { fovea: '0', node: '24' },
    model: 'lenet5',
    data,
    settings: settingsOf(lenet5, 'none', settings),
    from: null,
    backend: { name: 'reference', threads: 1, plan: 'loops' },
    startedAt: '',
    results: null,
    ...changes,
  };
}

const ready = (given: TrainedRecord) =>
  ({ type: 'ready', folder: 'runs/lenet5', record: given, resumed: null }) as const;
const header = (settings: Parameters<typeof settingsOf>[2], called = 'lenet5') =>
  readyLines(ready(record(settings)), called);

describe('what training says before the first step', () => {
  it('is the model, the data, the optimizer with its rate and the schedule', () => {
    expect(header({})).toBe(
      'Training lenet5 on digits: Adam, learning rate 0.003, constant; 1,200 pictures, 50 to test',
    );
    const optimizer = { kind: 'sgd', learningRate: 0.1, momentum: 0.9 };
    expect(header({ optimizer })).toContain('SGD with momentum 0.9, learning rate 0.1, constant;');
  });

  it('names the schedule with its settings', () => {
    const said = (schedule: Choice) => /0\.003, (.*);/.exec(header({ schedule }))?.[1];
    expect(said({ kind: 'step', every: 5, factor: 0.5 })).toBe('step (every 5, factor 0.5)');
    expect(said({ kind: 'table', rates: [0.01, 0.001] })).toBe('table (rates 0.01/0.001)');
    expect(said({ kind: 'constant', warmup: 2 })).toContain('warmup 2');
  });

  it('names the model with what was changed in it by word, a file by its model', () => {
    const words = 'lenet5,activation=relu,pooling=max';
    expect(header({}, words)).toContain(`Training ${words} on digits`);
    expect(header({}, 'my/lenet5,odd.json')).toContain('Training lenet5 on digits');
  });

  it('says that patience goes by training rows where none are kept for validation', () => {
    expect(header({ patience: 3 })).toContain('No pictures are kept for validation');
    expect(header({})).not.toContain('No pictures');
    const kept = { ...record({ patience: 3 }), data: { ...data, validation: 100 } };
    expect(readyLines(ready(kept), 'lenet5')).not.toContain('No pictures');
    expect(readyLines(ready(kept), 'lenet5')).toContain('100 to validate');
  });
});

describe('the rate that is said', () => {
  it('is what the command line asks for and what fit trains with', async () => {
    expect(defaultsOf('lenet5').optimizer).toMatchObject({ kind: 'adam', learningRate: 0.003 });
    await using session = await openSession({ backend: 'reference' });
    const train = { count: 2, images: new Uint8Array(2 * 28 * 28), labels: Uint8Array.of(0, 1) };
    const rates: number[] = [];
    for await (const event of fit(session, lenet5, { train }, { epochs: 1 })) {
      if (event.type === 'epoch') rates.push(event.learningRate);
    }
    expect(rates).toEqual([0.003]);
  });
});

it('says by what no epoch was better', () => {
  const said: string[] = [];
  const output: Output = {
    json: false,
    text: (words) => said.push(words),
    data: () => undefined,
    note: () => undefined,
  };
  const show = (monitor?: string) => {
    const print = trainingPrinter(output, { show: () => undefined, clear: () => undefined });
    print(ready(record(monitor === undefined ? {} : { monitor })));
    const progress = { best: { epoch: 4, loss: 1 } };
    print({ type: 'done', reason: 'patience', keptEpoch: 4, progress } as RunEvent);
    return said.at(-1);
  };
  expect(show()).toBe('Stopped: no better loss since epoch 4');
  expect(show('accuracy')).toBe('Stopped: no better accuracy since epoch 4');
});
