import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FoveaError } from '../../base/errors.ts';
import { inProcessRanks } from '../../cluster/inProcess.ts';
import { experimentYaml, fileNames, metricLines } from '../../interop/mlflow/layout.ts';
import { layers } from '../../nn/layers/index.ts';
import { sequential } from '../../nn/sequential.ts';
import type { RunEvent } from '../../records/performRun.ts';
import { resumeRun, type TrainRequest, trainRun } from '../trainRun.ts';
import { MlflowRun } from './store.ts';

const spec = sequential({ name: 'tiny', inputShape: [28, 28, 1] }, [
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax', name: 'dense' }),
]);

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await fs.rm(home, { recursive: true, force: true });
});

const backend = { backend: 'reference' } as const;
const root = () => path.join(home, 'mlruns');
const request = (changes: Partial<TrainRequest> = {}): TrainRequest => ({
  folder: path.join(home, 'run'),
  spec: structuredClone(spec),
  data: 'digits',
  trainCount: 60,
  testCount: 20,
  backend,
  settings: plain,
  mlflow: { folder: root() },
  ...changes,
});
const plain = { epochs: 3, batchSize: 16, validationSplit: 0.2 };

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const seen: RunEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

/** Texts by file name, of a folder in which MLflow reads every file. */
async function read(folder: string): Promise<Record<string, string>> {
  const names = (await fs.readdir(folder)).sort();
  for (const name of names) expect(name).toMatch(/^[\w.\- ]+$/);
  const texts = names.map((name) => fs.readFile(path.join(folder, name), 'utf8'));
  return Object.fromEntries((await Promise.all(texts)).map((text, i) => [names[i], text]));
}

/** The fields of a file of YAML whose values are such of JSON. */
const fieldsOf = (text: string): Record<string, unknown> =>
  Object.fromEntries(
    text
      .trim()
      .split('\n')
      .map((line) => /^(\w+): (.*)$/.exec(line) ?? [])
      .map(([, name, value = '']) => [name, JSON.parse(value)]),
  );

const meta = async (...place: string[]) =>
  fieldsOf(await fs.readFile(path.join(root(), ...place, 'meta.yaml'), 'utf8'));

/** What MLflow's file store would list, run by run. */
async function runsOf(experiment: string) {
  for (const id of await fs.readdir(root())) {
    expect(id).toMatch(/^[a-zA-Z0-9][\w-]{0,63}$/);
    if ((await meta(id)).name !== experiment) continue;
    const runs = (await fs.readdir(path.join(root(), id))).filter((name) => name !== 'meta.yaml');
    return Promise.all(
      runs.map(async (run) => {
        const info = await meta(id, run);
        expect(info).toMatchObject({ run_id: run, run_uuid: run, experiment_id: id });
        expect(run).toMatch(/^[0-9a-f]{32}$/);
        const place = path.join(root(), id, run);
        expect(info.artifact_uri).toBe(`${pathToFileURL(place).href}/artifacts`);
        const metrics = Object.entries(await read(path.join(place, 'metrics'))).map(
          ([name, text]) => {
            expect(text, name).toMatch(/^(\d{13} [\d.e-]+ \d+\n)+$/);
            return [name, metricLines(text).map(({ step, value }) => [step, value])] as const;
          },
        );
        return {
          info,
          place,
          metrics: Object.fromEntries(metrics),
          params: await read(path.join(place, 'params')),
          tags: await read(path.join(place, 'tags')),
          artifacts: await fs.readdir(path.join(place, 'artifacts')),
        };
      }),
    );
  }
  return [];
}

describe('a run that is told to MLflow', () => {
  it('has its settings, the numbers of each epoch and of the test, and its small files', async () => {
    const seen = await all(trainRun(request()));
    const [run, ...others] = await runsOf('tiny');
    expect(others).toEqual([]);
    expect(run?.info).toMatchObject({ status: 3, run_name: 'run', lifecycle_stage: 'active' });
    expect(Number(run?.info.end_time)).toBeGreaterThanOrEqual(Number(run?.info.start_time));
    const epochs = seen.filter((event) => event.type === 'epoch');
    const losses = epochs.map(({ epoch, train }) => [epoch, train.loss]);
    expect(run?.metrics.loss).toEqual(losses);
    expect(run?.metrics.val_accuracy).toEqual(
      epochs.map(({ epoch, validation }) => [epoch, validation?.accuracy]),
    );
    const [result] = seen.filter((event) => event.type === 'result');
    expect(run?.metrics.test_loss).toEqual([[3, result?.test.loss]]);
    expect(run?.params).toMatchObject({ model: 'tiny', batchSize: '16', 'optimizer.kind': 'adam' });
    expect(run?.tags).toMatchObject({
      'mlflow.runName': 'run',
      'fovea.folder': path.join(home, 'run'),
    });
    expect(run?.artifacts.sort()).toEqual(['history.csv', 'mistakes.png', 'model.json']);
    // MLflow makes this one with its folder.
    expect((await meta('0')).name).toBe('Default');
  });

  it('goes on under its id, whatever was cut off, and with each epoch once', async () => {
    const stop = new AbortController();
    const first = trainRun(request({ signal: stop.signal }));
    for await (const event of first) if (event.type === 'epoch' && event.epoch === 2) stop.abort();
    const [stopped] = await runsOf('tiny');
    expect(stopped?.info.status).toBe(5);
    const metrics = path.join(stopped?.place ?? '', 'metrics');
    // As if a power cut had come, and the checkpoint had been older: a cut line, a lost file, an epoch that is done again.
    await fs.appendFile(path.join(metrics, 'loss'), '1700000000000 0.5 3\n17000000');
    await fs.rm(path.join(metrics, 'accuracy'));
    const folder = path.join(home, 'run');
    await all(resumeRun({ folder, backend, epochs: 4, mlflow: { folder: root() } }));
    const [run, ...others] = await runsOf('tiny');
    expect(others).toEqual([]);
    expect(run?.info).toMatchObject({ status: 3, run_id: stopped?.info.run_id });
    expect(run?.params.epochs).toBe('4');
    for (const name of ['loss', 'accuracy', 'val_loss'])
      expect(
        run?.metrics[name]?.map(([step]) => step),
        name,
      ).toEqual([1, 2, 3, 4]);
    expect(run?.metrics.loss?.slice(0, 2)).toEqual(stopped?.metrics.loss?.slice(0, 2));
  });

  it('joins the experiment of its name that MLflow made, and one that was named', async () => {
    await fs.mkdir(path.join(root(), '77'), { recursive: true });
    const place = 'file:///elsewhere/77';
    const text = experimentYaml({ id: '77', name: 'mine: all', place, made: 1 });
    // As PyYAML writes it.
    const own = text.replaceAll('"', "'");
    await fs.writeFile(path.join(root(), '77', 'meta.yaml'), own);
    const mlflow = { folder: root(), experiment: 'mine: all' };
    await all(trainRun(request({ settings: { ...plain, epochs: 1 }, mlflow })));
    expect((await fs.readdir(root())).sort()).toEqual(['77']);
    expect(await fs.readFile(path.join(root(), '77', 'meta.yaml'), 'utf8')).toBe(own);
    expect((await fs.readdir(path.join(root(), '77'))).length).toBe(2);
  });

  it('keeps to its folder, whatever settings are called', async () => {
    const names = ['../../x', '/etc/x', '.hidden', 'a b', 'A b', '', 'x'.repeat(400), 'ü/1'];
    const files = [...fileNames(names).values()];
    for (const file of files) expect(file).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_.\- ]{0,210}$/);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(names.length);
  });

  it('is refused before the first step where the folder cannot be written', async () => {
    await fs.writeFile(root(), '');
    await expect(all(trainRun(request()))).rejects.toThrow(/cannot write.*mlflow/s);
    expect(await fs.readdir(home)).toEqual(['mlruns']);
  });

  it('goes on, with a word, where its files cannot be written any more', async () => {
    vi.spyOn(MlflowRun.prototype, 'add').mockRejectedValue(new FoveaError('the disk is full'));
    const words: string[] = [];
    const mlflow = { folder: root(), onTrouble: (said: string) => words.push(said) };
    const seen = await all(trainRun(request({ mlflow })));
    expect(words).toEqual([expect.stringMatching(/MLflow is told no more.*disk is full/)]);
    expect(seen.at(-1)?.type).toBe('result');
  });

  it('is told by the first of several ranks alone, and says that it failed', async () => {
    const runs = inProcessRanks(2).map((ranks) => all(trainRun(request({ cluster: { ranks } }))));
    await Promise.all(runs);
    expect((await runsOf('tiny')).length).toBe(1);
    const events = trainRun(request({ folder: path.join(home, 'other') }));
    for await (const event of events) if (event.type === 'epoch') break;
    const runs2 = await runsOf('tiny');
    expect(runs2.map(({ info }) => info.status).sort()).toEqual([3, 5]);
  });
});
