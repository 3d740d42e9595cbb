import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSession } from '../backends/select.ts';
import { conv2d } from '../nn/layers/windows/conv2d.ts';
import { conv2dTranspose } from '../nn/layers/windows/conv2dTranspose.ts';
import { sequential } from '../nn/sequential.ts';
import { isReadable } from '../records/comparedRuns.ts';
import { finishedPage } from '../report/finished.ts';
import { rebuiltPage } from '../report/rebuiltPage.ts';
import { drawLook } from '../train/drawing/lookDrawing.ts';
import { lookAt } from '../train/prediction/look.ts';
import { embedRun } from './embedRun.ts';
import { exciteRun } from './exciteRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { pairedRuns } from './pairedRuns.ts';
import { perturbRun } from './perturb.ts';
import { gatherRebuilt } from './reportRun.ts';
import { runAt } from './runList.ts';
import { isAutoencoder, scoreRun } from './scoreRun.ts';
import { testPicture } from './testPicture.ts';
import { resumeRun, type TrainRequest, trainRun } from './trainRun.ts';

const strided = { kernelSize: 5, strides: 4, padding: 'same' } as const;
const spec = sequential({ name: 'rebuild', inputShape: [28, 28, 1] }, [
  conv2d({ name: 'encoder', filters: 3, ...strided, activation: 'relu' }),
  conv2dTranspose({ name: 'decoder', filters: 1, ...strided, activation: 'sigmoid' }),
]);

let home: string;
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-rebuild-'));
});
afterAll(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

const backend = { backend: 'reference' } as const;

async function train(name: string, changes: Partial<TrainRequest> = {}) {
  const folder = path.join(home, name);
  const settings = { epochs: 2, batchSize: 10, validationSplit: 0.2, ...changes.settings };
  const request = { folder, spec, data: 'digits', trainCount: 50, testCount: 20, backend };
  const events = [];
  for await (const event of trainRun({ ...request, ...changes, settings })) events.push(event);
  const last = events.at(-1);
  if (last?.type !== 'rebuilt') throw new Error(`it ends with ${last?.type}`);
  const record = await fs.readFile(path.join(folder, 'run.json'), 'utf8');
  return { folder, last, record };
}

describe('a run of an auto-encoder', () => {
  it('has errors and no accuracy, and is scored alike later', async () => {
    const { folder, last, record } = await train('plain');
    const measures = ['loss', 'meanAbsoluteError'];
    for (const measured of [last.train, last.validation, last.test]) {
      expect(Object.keys(measured ?? {}).sort()).toEqual(measures);
    }
    expect(JSON.parse(record).settings).toMatchObject({
      loss: 'meanSquaredError',
      target: 'input',
    });
    expect(record).not.toMatch(/accuracy/i);
    expect(await isAutoencoder(folder)).toBe(true);
    const scored = await scoreRun({ folder, testCount: 20, backend });
    expect(scored.metrics).toEqual(last.test);
    expect(scored).toMatchObject({ loss: 'meanSquaredError', dataset: 'digits', count: 20 });
    // Trained on what it is shown: one more pass rebuilds better.
    const events = [];
    for await (const event of resumeRun({ folder, epochs: 8, backend })) events.push(event);
    expect(events.at(-1)).toMatchObject({ type: 'rebuilt', epochs: 8 });
    const better = await scoreRun({ folder, testCount: 20, backend });
    expect(better.metrics.loss).toBeLessThan(last.test.loss);
  });

  it('takes another loss of values, and refuses those of classes', async () => {
    const { last, record } = await train('binary', { settings: { loss: 'binaryCrossentropy' } });
    expect(record).toMatch(/"loss": "binaryCrossentropy"/);
    expect(last.test.loss).toBeGreaterThan(0.3); // a logarithm; the mean square is below 0.3
    await expect(train('wrong', { settings: { loss: 'map' } })).rejects.toThrow(
      /map compares classes; the output is compared with input/,
    );
    await expect(fs.access(path.join(home, 'wrong'))).rejects.toThrow();
  });

  it('has a report of what it gives back, the same when it ends and later, and is looked at', async () => {
    const { folder, last } = await train('shown', { page: finishedPage });
    expect(last.report).toBe(path.join(folder, 'report.html'));
    const page = await fs.readFile(path.join(folder, 'report.html'), 'utf8');
    const run = await runAt('shown', folder);
    if (!isReadable(run)) throw new Error(String(run.fault));
    const contents = await gatherRebuilt(run, { folder, testCount: 20, backend });
    expect(contents.metrics).toEqual(last.test);
    expect(rebuiltPage(contents, undefined)).toBe(page);

    // The mean absolute error of the test, of numbers 0 to 1, but for rounding to bytes.
    expect(contents.pictures).toHaveLength(20);
    expect(contents.error / 255).toBeCloseTo(last.test.meanAbsoluteError ?? Number.NaN, 2);
    const errors = contents.pictures.map(({ error }) => error);
    expect(errors).toEqual(errors.toSorted((x, y) => y - x));
    const texts = page.replace(/data:image[^"]*/g, '').replace(/<[^>]*>/g, ' ');
    expect(texts).toContain(`with a loss of ${last.test.loss.toFixed(4)}`);
    for (const index of [0, 19]) expect(texts).toContain(`picture ${index} `);
    expect(texts).toMatch(
      /Worst given back[\s\S]*Best given back[\s\S]*Filters of the first layer/,
    );

    const { pixels } = await testPicture(spec, 'digits', 3);
    const session = await openSession(backend);
    const look = await lookAt(session, await loadModel(folder), pixels);
    await session.close();
    const shown = contents.pictures.find(({ index }) => index === 3);
    expect(look.rebuilt?.error).toBe(shown?.error);
    expect([...(look.rebuilt?.back ?? [])]).toEqual([...(shown?.back ?? [])]);
    expect([look.answer, look.classes, look.probabilities]).toEqual([-1, [], []]);
    expect(drawLook(look, 'one')).toMatch(/given back.*orange: too bright, blue: too dark/);
  });

  it('is embedded by its code, and its units have pictures; it is not compared by right answers', async () => {
    const { folder } = await train('coded');
    const embedded = await embedRun({ folder, testCount: 20, backend });
    expect([embedded.layer, embedded.numbers, embedded.indices.length]).toEqual([
      'encoder',
      147,
      20,
    ]);
    const { units, count } = await exciteRun({ folder, layer: 'encoder', testCount: 20, backend });
    expect([units.length, count]).toEqual([3, 20]);
    const request = { folder, testCount: 20, backend };
    expect(await pairedRuns([request, request])).toMatch(/coded gives pictures back and names no/);
  });

  it('is refused by what asks for classes', async () => {
    const { folder } = await train('asked');
    await expect(perturbRun({ folder, perturbation: 'noise', backend })).rejects.toThrow(
      /answers with \(28, 28, 1\) for one picture\n.*to be measured by classes/,
    );
  });
});
