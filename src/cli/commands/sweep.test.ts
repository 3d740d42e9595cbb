import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import { askedSweep, checkSweep, type SweepOptions } from '../sweep/askedSweep.ts';
import { runTrial } from '../sweep/trial.ts';

const { conv2d, dense, flatten } = layers;
const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-sweep-'));
});
afterEach(() => fs.rm(home, { recursive: true, force: true }));

const asked = (what: string, words: string[], options: Partial<SweepOptions> = {}) =>
  askedSweep(what, words, { cluster: 'none', ...options });

/** What `fovea sweep lenet5 WORDS --grid GRID` makes of it. */
async function checked(grid: string, words: string[] = [], options: Partial<SweepOptions> = {}) {
  const { spec } = await asked('lenet5', words, { grid, ...options });
  return checkSweep(spec);
}

describe('what a sweep is asked for', () => {
  it('comes from words, with pictures kept for validation', async () => {
    const options = { grid: 'learning-rate=0.1,0.01', seeds: [1, 2], halving: true as const };
    const { spec, folder } = await asked('lenet5,activation=relu', ['--epochs', '9'], options);
    expect(folder).toBe(path.join('sweeps', 'lenet5'));
    expect(spec).toMatchObject({
      model: 'lenet5,activation=relu',
      words: ['--epochs', '9', '--validation-split', '0.1'],
      ...{ seeds: [1, 2], seed: 0, random: null, halving: { from: 1, eta: 3 } },
    });
  });

  it('comes from a file, and from what was begun', async () => {
    const file = path.join(home, 'search.json');
    const search = { 'learning-rate': [0.1, 0.01] };
    await fs.writeFile(file, JSON.stringify({ model: 'lenet5', search }));
    const { spec, folder } = await asked(file, [], { out: path.join(home, 'out') });
    expect(spec.axes).toEqual([{ name: 'learning-rate', values: ['0.1', '0.01'] }]);
    expect(folder).toBe(path.join(home, 'out'));
    await expect(asked(file, ['--epochs', '3'])).rejects.toThrow(/received "--epochs" beside/);
    await expect(asked(file, [], { grid: 'a=1' })).rejects.toThrow(/received "--grid" beside/);
    await expect(asked('nowhere', [], { resume: true })).rejects.toThrow(/no sweep "nowhere"/);
  });

  it.each([
    ['learning-rat=1', [], /unknown option '--learning-rat' \(with learning-rat=1\)/],
    ['learning-rate=zebra', [], /zebra/],
    ['optimizer=adam|sgdx', [], /unknown optimizer "sgdx"/],
    ['model=lenet5,lenet7', [], /unknown model "lenet7"/],
    ['conv2d.filter=4,8', [], /filter/],
    ['learning-rate=0.1', ['--learning-rate', '0.2'], /searched and said too/],
    ['learning-rate=0.1', ['--name', 'x'], /an option of a single run/],
    ['learning-rate=0.1', ['--validation-split', '0'], /no pictures are kept/],
    ['learning-rate=0.1', ['--data', 'mnits'], /mnits/],
    ['seed=1,2', [], /"seed" is searched/],
  ])('is refused before anything runs: %s %j', async (grid, words, problem) => {
    await expect(checked(grid, words)).rejects.toThrow(problem);
  });

  it('is checked configuration by configuration, each with its epochs', async () => {
    const { epochs, data } = await checked('epochs=2,5 conv2d.filters=4,8');
    expect([...epochs.values()]).toEqual([2, 2, 5, 5]);
    expect([...data]).toEqual([['digits', [28, 28, 1]]]);
  });
});

describe('a run of a sweep', () => {
  const signal = new AbortController().signal;
  const words = () => [
    ...[path.join(home, 'tiny.json'), '--backend', 'reference', '--train-count', '60'],
    ...['--test-count', '20', '--epochs', '4', '--validation-split', '0.2', '--seed', '3'],
    ...['--schedule', 'cosine'],
  ];
  const trial = (folder: string, epochs: number, stop = signal) =>
    runTrial({ words: words(), folder: path.join(home, folder), epochs }, () => undefined, {
      signal: stop,
      threads: 1,
    });

  it('is a run like any other, and has the bits of one when it goes on from rung to rung', async () => {
    await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
    const whole = await trial('whole', 4);
    await trial('halved', 1);
    const halved = await trial('halved', 4);
    const figures = (answer: typeof whole) => (answer.kind === 'done' ? answer.figures : null);
    expect(figures(halved)).toEqual(figures(whole));
    expect(figures(whole)).toMatchObject({
      epochs: 4,
      validation: { accuracy: expect.any(Number) },
    });
    const weights = (name: string) => fs.readFile(path.join(home, name, 'weights.safetensors'));
    expect(await weights('halved')).toEqual(await weights('whole'));
    expect(existsSync(path.join(home, 'whole', 'report.html'))).toBe(true);
    // Its process was killed before it said so.
    const again = await trial('whole', 4);
    expect(again).toMatchObject({ kind: 'done', figures: figures(whole), seconds: 0 });
  });

  it('is told to MLflow as one of the sweep, under one id from rung to rung', async () => {
    await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
    const mlruns = path.join(home, 'mlruns');
    const folder = path.join(home, 'mine', 'runs', '001-seed3');
    await fs.mkdir(path.dirname(folder), { recursive: true });
    const task = { words: [...words(), '--mlflow', mlruns], folder };
    for (const epochs of [1, 3])
      await runTrial({ ...task, epochs }, () => undefined, { signal, threads: 1 });
    const [experiment = ''] = (await fs.readdir(mlruns)).filter((id) => id !== '0');
    const meta = await fs.readFile(path.join(mlruns, experiment, 'meta.yaml'), 'utf8');
    expect(meta).toContain('name: "sweeps/mine"');
    const entries = await fs.readdir(path.join(mlruns, experiment));
    const runs = entries.filter((name) => name !== 'meta.yaml');
    expect(runs.length).toBe(1);
    const loss = await fs.readFile(
      path.join(mlruns, experiment, runs[0] ?? '', 'metrics', 'loss'),
      'utf8',
    );
    expect(
      loss
        .trim()
        .split('\n')
        .map((line) => line.split(' ')[2]),
    ).toEqual(['1', '2', '3']);
  });

  it('that diverges has failed, and says how', async () => {
    await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
    const wild = [...words(), '--optimizer', 'sgd', '--learning-rate', '1e39'];
    const task = { words: wild, folder: path.join(home, 'wild'), epochs: 2 };
    const answer = await runTrial(task, () => undefined, { signal, threads: 1 });
    expect(answer).toEqual({ kind: 'failed', why: expect.stringMatching(/NaN|Infinity/) });
  });

  it('stops with a checkpoint where it is told to', async () => {
    await fs.writeFile(path.join(home, 'tiny.json'), JSON.stringify(tiny));
    expect(await trial('stopped', 4, AbortSignal.abort())).toEqual({ kind: 'stopped' });
    expect(existsSync(path.join(home, 'stopped', 'checkpoint', 'last.safetensors'))).toBe(true);
    expect(await trial('stopped', 4)).toMatchObject({ kind: 'done', figures: { epochs: 4 } });
  });
});
