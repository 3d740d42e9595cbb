/** @file What is said of runs: the best, curves over one another, options that differ. */
import { describe, expect, it } from 'vitest';
import { modelOf } from '../models/index.ts';
import {
  bestOf,
  curvesOf,
  curveWords,
  differencesOf,
  figuresOf,
  lossWarning,
  type ReadableRun,
  stateWords,
  trainingOf,
} from './comparedRuns.ts';

const epoch = (n: number, train: number, validation: number | null) => ({
  epoch: n,
  train: { loss: train, accuracy: 1 - train },
  validation: validation === null ? null : { loss: validation, accuracy: 1 - validation },
  learningRate: 0.01,
  seconds: 1,
  waiting: 0,
});

function run(
  name: string,
  losses: readonly (readonly [number, number | null])[],
  accuracy?: number,
  changes: object = {},
): ReadableRun {
  const results = accuracy === undefined ? null : { test: { loss: 0.5, accuracy } };
  const settings = {
    epochs: 3,
    batchSize: 20,
    optimizer: { kind: 'adam', learningRate: 0.01 },
    patience: null,
    freeze: [] as string[],
    ...changes,
  };
  const record = {
    status: results === null ? 'running' : 'done',
    versions: { fovea: '0' },
    model: 'lenet5',
    data: { name: 'digits', train: 80, validation: 20, test: 10 },
    settings,
    from: null,
    backend: { name: 'wasm', threads: 1, plan: 'p' },
    results,
  } as unknown as ReadableRun['record'];
  const history = losses.map(([train, validation], i) => epoch(i + 1, train, validation));
  return { name, record, spec: null, history, fault: null, inUse: false, hasMistakes: false };
}

it('warns of curves of different losses', () => {
  const of = (name: string, loss: string) => run(name, [[0.5, null]], undefined, { loss });
  const runs = [of('a', 'meanSquaredError'), of('b', 'map'), of('c', 'map')];
  expect(lossWarning(runs, 'loss')).toMatch(/\(meanSquaredError, map\)/);
  expect(lossWarning(runs, 'accuracy')).toBeUndefined();
  expect(lossWarning(runs.slice(1), 'loss')).toBeUndefined();
});

describe('figures of a run', () => {
  it('name the epoch of the least validation loss, or training loss without one', () => {
    const validated = run(
      'a',
      [
        [0.5, 0.4],
        [0.3, 0.2],
        [0.1, 0.3],
      ],
      0.9,
    );
    expect(figuresOf(validated)).toEqual({
      epochs: 3,
      asked: 3,
      best: { epoch: 2, loss: 0.2, of: 'validation' },
      test: { loss: 0.5, accuracy: 0.9 },
    });
    expect(
      figuresOf(
        run('b', [
          [0.5, null],
          [0.6, null],
        ]),
      ).best,
    ).toEqual({ epoch: 1, loss: 0.5, of: 'training' });
    // Of equals the first.
    const equal = run('d', [
      [0.5, 0.2],
      [0.4, 0.2],
    ]);
    expect(figuresOf(equal).best?.epoch).toBe(1);
    expect(figuresOf(run('c', []))).toMatchObject({ best: null, test: null, epochs: 0 });
  });

  it('say what became of it', () => {
    expect(stateWords(run('a', [], 0.5))).toBe('done');
    expect(stateWords(run('a', []))).toBe('broken off');
    expect(stateWords({ ...run('a', []), inUse: true })).toBe('training now');
  });

  it('are the best where one answers more of the same test set', () => {
    const [a, b] = [run('a', [], 0.9), run('b', [], 0.8)];
    expect(bestOf([b, a, run('c', [])])).toBe('a');
    expect(bestOf([a])).toBeUndefined();
    expect(bestOf([a, run('d', [], 0.9)])).toBeUndefined();
    const record = trainingOf(b)!;
    const other = { ...b, record: { ...record, data: { ...record.data, name: 'mnist' } } };
    expect(bestOf([a, other])).toBeUndefined();
  });
});

describe('runs beside one another', () => {
  const [long, short] = [
    run('long', [
      [0.5, 0.4],
      [0.3, 0.2],
    ]),
    run('short', [[0.6, null]]),
  ];

  it('have one axis; what was not measured is a gap, what never was is no curve', () => {
    const { x, curves } = curvesOf([long, short], 'loss');
    expect(x).toEqual([1, 2]);
    expect(curves).toEqual([
      { label: 'long, training', values: [0.5, 0.3], dashed: true, run: 0 },
      { label: 'long, validation', values: [0.4, 0.2], dashed: false, run: 0 },
      { label: 'short, training', values: [0.6, null], dashed: true, run: 1 },
    ]);
    expect(curvesOf([long], 'accuracy').curves[1].values).toEqual([0.6, 0.8]);
    expect(curvesOf([run('none', [])], 'loss')).toEqual({ x: [], curves: [] });
    expect(curveWords([long, short, run('none', [])], 'loss')).toBe(
      'loss over epochs: long ends at 0.200 after 2 epochs; short ends at 0.600 after 1 epoch; none has no loss',
    );
  });

  it('differ in the options that are not the same in all', () => {
    const other = run('other', [], 0.5, {
      batchSize: 50,
      patience: 2,
      freeze: ['conv2d'],
      optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
    });
    expect(differencesOf([long, other])).toEqual([
      { option: 'batchSize', values: ['20', '50'] },
      { option: 'optimizer.kind', values: ['adam', 'sgd'] },
      { option: 'patience', values: ['none', '2'] },
      { option: 'freeze', values: ['none', 'conv2d'] },
      { option: 'optimizer.momentum', values: ['none', '0.9'] },
    ]);
    expect(differencesOf([long, short])).toEqual([]);
  });

  it('differ in their layers where the model has one name', () => {
    const [tanh, relu] = [modelOf('lenet5'), modelOf('lenet5', { activation: 'relu' })];
    const [one, other] = [
      { ...long, spec: tanh },
      { ...short, spec: relu },
    ];
    const differences = differencesOf([one, other]);
    expect(differences.map(({ option }) => option)).toEqual(
      tanh.layers.flatMap(({ name, options }) =>
        Object.hasOwn(options, 'activation') && name !== tanh.layers.at(-1)?.name
          ? [`${name}.activation`]
          : [],
      ),
    );
    expect(differences[0]?.values).toEqual(['tanh', 'relu']);
  });
});
