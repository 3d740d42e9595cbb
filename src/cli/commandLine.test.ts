import fs from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { fovea, inOwnFolder } from '../../test/support/commandLine.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';

const { conv2d, dense, flatten } = layers;

const tiny = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  conv2d({ filters: 2, kernelSize: 5, strides: 4, activation: 'tanh' }),
  flatten(),
  dense({ units: 10, activation: 'softmax' }),
]);

const home = inOwnFolder('command-line');
beforeAll(() => fs.writeFile('tiny.json', JSON.stringify(tiny)));

const lines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const TINY = ['train', 'tiny.json', '--backend', 'reference', '--batch-size', '10'];
const QUICK = [...TINY, '--train-count', '60', '--test-count', '20', '--epochs', '2'];
const metrics = { loss: expect.any(Number), accuracy: expect.any(Number) };

describe('exit codes and messages', () => {
  it.each([
    [[], 2, /Usage: fovea[\s\S]*Commands:[\s\S]*train/],
    [['data'], 2, /Usage: fovea data/],
    [['trian'], 2, /unknown command "trian"[\s\S]*did you mean "train"/],
    [['train', 'lenet6'], 2, /unknown model "lenet6"[\s\S]*did you mean "lenet5"/],
    [['train', 'lenet5', '--epoch', '3'], 2, /unknown option '--epoch'[\s\S]*--epochs/],
    [['train', 'lenet5', '--epochs', '0'], 2, /--epochs: received "0"[\s\S]*at least 1/],
    [['train', 'lenet5', '--batch-size', '0'], 2, /--batch-size: received "0"/],
    [['train', 'lenet5', '--batch-size', 'many'], 2, /--batch-size: received "many"/],
    [['train', 'lenet5', '--data', 'minst'], 2, /unknown data set "minst"[\s\S]*"mnist"/],
    [['train', 'lenet5', '--backend', 'wsam'], 2, /unknown backend "wsam"[\s\S]*"wasm"/],
    [['train', 'lenet5', '--optimizer', 'adamm'], 2, /unknown optimizer "adamm"/],
    [['evaluate', 'runs/nothing'], 1, /there is no such run/],
    [['inspect', 'lenet5', '--stage', 'grpah'], 2, /unknown stage "grpah"[\s\S]*"graph"/],
  ])('fovea %j ends with %d', async (args, expected, message) => {
    const { code, stdout, stderr } = await fovea(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stdout).toBe('');
    expect(code).toBe(expected);
  });

  it('explains every command, with examples', async () => {
    const general = await fovea('--help');
    expect(general.code).toBe(0);
    const commands = [...general.stdout.matchAll(/^ {2}(\w+) .*$/gm)].map(([, name]) => name);
    expect(commands).toEqual(expect.arrayContaining(['train', 'evaluate', 'predict', 'data']));
    for (const name of ['train', 'predict', 'inspect']) {
      const help = await fovea(name, '--help');
      expect(help.code).toBe(0);
      expect(help.stdout).toMatch(/Examples?:\n {2}\$ fovea /);
      expect(help.stdout).toContain('--json');
    }
  });

  it('prints its version', async () => {
    expect((await fovea('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('train, evaluate, predict', () => {
  it('prints JSON lines only with --json, in the agreed form', async () => {
    const split = ['--validation-split', '0.2'];
    const trained = await fovea(...QUICK, ...split, '--name', 'json', '--json');
    expect(trained.code).toBe(0);
    const events = lines(trained.stdout);
    expect(events.map(({ event }) => event)).toEqual(['epoch', 'epoch', 'done']);
    expect(events[0]).toMatchObject({ epoch: 1, epochs: 2, train: metrics, validation: metrics });
    expect(events[2]).toEqual({
      event: 'done',
      run: path.join('runs', 'json'),
      epochs: 2,
      train: metrics,
      validation: metrics,
      test: metrics,
      seconds: expect.any(Number),
      backend: 'reference',
      threads: 1,
    });
    const evaluated = await fovea(
      'evaluate',
      'runs/json',
      '--test-count',
      '20',
      '--json',
      '--backend',
      'reference',
    );
    const [result] = lines(evaluated.stdout);
    expect(result).toMatchObject({
      event: 'result',
      ...events[2].test,
      topK: { 1: events[2].test.accuracy, 5: expect.any(Number) },
    });
    expect(result.confusion.length).toBe(10);
    expect(Object.keys(result.perClass[0])).toEqual([
      'class',
      'precision',
      'recall',
      'f1',
      'support',
    ]);
  });

  it('reads like Keras without it, and says what to do about a run that exists', async () => {
    const trained = await fovea(...QUICK, '--validation-split', '0.2', '--name', 'words');
    expect(trained.stderr).toMatch(/Computing with reference/);
    expect(trained.stdout).toMatch(
      /^Training tiny on digits: Adam, learning rate 0.001, constant; 48 /,
    );
    expect(trained.stdout).toMatch(
      /Epoch 1\/2\n5\/5 - \d+s - loss: \d\.\d{4} - accuracy: \d\.\d{4} - val_loss: \d\.\d{4} - val_accuracy: \d\.\d{4}/,
    );
    expect(trained.stdout).toMatch(
      /Test set: loss [\s\S]*What the numbers say[\s\S]*Saved in runs.words/,
    );
    const again = await fovea(...QUICK, '--name', 'words');
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/exists already[\s\S]*--resume[\s\S]*--overwrite[\s\S]*--out/);
    // A PGM: dark strokes on light paper, read and said to be inverted.
    const pixels = Array.from({ length: 28 * 28 }, (_, i) => (i % 28 === 14 ? 0 : 255)).join(' ');
    await fs.writeFile(path.join(home(), 'one.pgm'), `P2 28 28 255\n${pixels}\n`);
    const read = ['predict', 'words', 'one.pgm', '--backend', 'reference'];
    const predicted = await fovea(...read);
    expect(predicted.stdout).toMatch(/one\.pgm: \d {2}\(.*inverted/);
    const [data] = lines((await fovea(...read, '--top', '2', '--json')).stdout);
    expect(data).toMatchObject({ file: 'one.pgm', inverted: true, top: [{}, {}] });
    await fs.writeFile(path.join(home(), 'not.png'), 'not a picture');
    const bad = await fovea('predict', 'words', 'not.png', 'one.pgm', '--backend', 'reference');
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/not\.png: this is not a picture/);
    expect(bad.stdout).toMatch(/one\.pgm/);
    // A folder is read without its bad pictures; one without good ones is a failure.
    const scans = path.join(home(), 'scans');
    await fs.mkdir(scans);
    await fs.copyFile(path.join(home(), 'not.png'), path.join(scans, 'bad.png'));
    const ofFolder = ['predict', 'words', 'scans', '--backend', 'reference'];
    expect((await fovea(...ofFolder)).code).toBe(1);
    await fs.copyFile(path.join(home(), 'one.pgm'), path.join(scans, 'one.pgm'));
    const mixed = await fovea(...ofFolder);
    expect(mixed.stderr).toMatch(/Skipped scans.bad\.png: this is not[\s\S]*1 of 2 pictures/);
    expect([mixed.code, mixed.stdout]).toEqual([0, expect.stringMatching(/one\.pgm: \d/)]);
    const strict = await fovea(...ofFolder, '--strict');
    expect([strict.code, strict.stdout]).toEqual([1, '']);
  });

  it('trains a run per seed, says what they make of it, and goes on with those that are there', async () => {
    const seeded = (...args: string[]) => fovea(...QUICK, '--name', 'many', ...args, '--json');
    const both = await seeded('--seeds', '4,1');
    const events = lines(both.stdout);
    const done = events.filter(({ event }) => event === 'done');
    const runs = [4, 1].map((seed) => path.join('runs', `many-seed${seed}`));
    expect(done.map(({ run }) => run)).toEqual(runs);
    const [a, b] = done.map(({ test }) => test.loss);
    expect(a).not.toBe(b);
    const { test, runs: named } = events.at(-1);
    expect(named.map(({ run }: { run: string }) => run)).toEqual(runs);
    expect(test.loss.mean).toBeCloseTo((a + b) / 2, 9);
    expect(test.loss.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 9);
    const taken = await seeded('--seeds', '2');
    expect([taken.code, taken.stdout]).toEqual([2, '']); // many-seed1 is there: nothing was trained
    expect(taken.stderr).toMatch(/many-seed1: is there already\n.*\n.*--resume/);
    const more = lines((await seeded('--seeds', '4,1,2', '--resume')).stdout);
    expect(more.filter(({ event }) => event === 'done')).toHaveLength(1);
    expect(more.at(-1).runs.slice(0, 2)).toEqual(named);
  });

  it('init writes a model that trains, and writes nothing over', async () => {
    const written = await fovea('init', 'own.json', '--like', 'lenet5,classes=3', '--json');
    expect(lines(written.stdout)).toEqual([
      { event: 'written', file: 'own.json', like: 'lenet5,classes=3', layers: 8 },
    ]);
    const text = await fs.readFile(path.join(home(), 'own.json'), 'utf8');
    const [{ layers: rows }] = lines((await fovea('summary', 'own.json', '--json')).stdout);
    expect(rows.at(-1).outputShape).toEqual([3]);
    const again = await fovea('init', 'own.json');
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringMatching(/own.json: exists already/),
    ]);
    expect(await fs.readFile(path.join(home(), 'own.json'), 'utf8')).toBe(text);
    expect((await fovea('init', 'no/such/own.json')).stderr).toMatch(
      /cannot be written[\s\S]*folder/,
    );
  });

  it('begins with a run that is named as the model, in a run of its own', async () => {
    await fovea(...QUICK, '--name', 'base');
    const weights = () => fs.readFile(path.join(home(), 'runs/base/weights.safetensors'));
    const before = await weights();
    const tune = ['train', 'runs/base', '--backend', 'reference', '--epochs', '1'];
    const rows = ['--class-weights', '3=2', '--label-smoothing', '0.1', '--mixup', '0.2'];
    const clip = ['--clip-norm', '1', '--warmup', '0.5', ...rows];
    const tuned = await fovea(...tune, ...clip, '--freeze', 'conv*');
    expect(tuned.stdout).toMatch(
      /60 pictures[\s\S]*weights of runs.base after epoch 2: conv2d, dense/,
    );
    expect(tuned.stdout).toMatch(/Frozen: conv2d[\s\S]*Saved in runs.base-tuned/);
    const run = JSON.parse(
      await fs.readFile(path.join(home(), 'runs/base-tuned/run.json'), 'utf8'),
    );
    expect(run.settings).toMatchObject({
      freeze: ['conv2d'],
      optimizer: { clipNorm: 1 },
      schedule: { warmup: 0.5 },
      classWeights: { 3: 2 },
      labelSmoothing: 0.1,
      mixup: 0.2,
    });
    const again = [...tune.slice(0, -1), '2', '--resume'];
    expect((await fovea(...again, '--clip-norm', '2')).stderr).toMatch(
      /clipNorm is 2, in the run 1/,
    );
    expect((await fovea(...again, '--mixup', '0.4')).stderr).toMatch(
      /mixup is 0.4, in the run 0.2/,
    );
    expect((await fovea(...again, '--warmup', '2')).stderr).toMatch(/warmup is 2, in the run 0.5/);
    expect((await fovea(...again, ...clip, '--freeze', 'conv2d')).code).toBe(0);
    const over = await fovea(...tune, '--name', 'base', '--overwrite');
    expect([over.code, over.stderr]).toEqual([2, expect.stringMatching(/write over them/)]);
    expect(await weights()).toEqual(before);
  });

  it('says which recipe it follows; what is said beside it counts more', async () => {
    const quick = ['train', 'lenet5', ...QUICK.slice(2)];
    const { stdout } = await fovea(...quick, '--recipe', 'text', '--name', 'recipe');
    expect(stdout).toMatch(/^Recipe "text": Adam at 0.001, 3 epochs, batches of 128/);
    expect(stdout).toMatch(/Epoch 2\/2/);
    const { settings } = JSON.parse(
      await fs.readFile(path.join(home(), 'runs/recipe/run.json'), 'utf8'),
    );
    expect(settings).toMatchObject({ validationSplit: 0.2, optimizer: { learningRate: 0.001 } });
    const unknown = await fovea(...quick, '--recipe', 'cake', '--name', 'cake');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/unknown recipe "cake"[\s\S]*text/);
  });

  it('summarises to the last parameter', async () => {
    const [summary] = lines((await fovea('summary', 'lenet5', '--json')).stdout);
    expect(summary.layers.map((l: { parameters: number }) => l.parameters)).toEqual([
      156, 0, 2416, 0, 0, 30840, 10164, 850,
    ]);
    expect(summary).toMatchObject({ model: 'lenet5', totals: { parameters: 44426 } });
  });
});
