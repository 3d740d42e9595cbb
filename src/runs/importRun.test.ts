/** @file Models of others as runs: kept whole, read by whoever reads runs, trained on; and runs as files for others. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModels, withWeights } from '../../test/interop/models.ts';
import { largestDifference } from '../../test/interop/roundTrip.ts';
import { exportModel } from '../interop/exporters.ts';
import { modelOf } from '../models/index.ts';
import { isImported } from '../records/runRecord.ts';
import { checkModel } from './checkImport.ts';
import { evaluateRun } from './evaluateRun.ts';
import { exportRun } from './exportRun.ts';
import { loadModel } from './folder/modelFiles.ts';
import { RunFolder } from './folder/runFolder.ts';
import { checkImportPlace, keepImport, openImport } from './importRun.ts';
import { listRuns } from './runList.ts';
import { resumeRun, trainRun } from './trainRun.ts';

let place = '';
const at = (...names: string[]) => path.join(place, ...names);
const model = withWeights(modelOf('lenet5'));
const BACKEND = { threads: 1 } as const;

beforeAll(async () => {
  place = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-import-'));
  for (const [file, bytes] of await exportModel(model, 'safetensors', { name: 'net' }))
    await fs.writeFile(at(file), bytes);
  const opened = await openImport({ file: at('net.safetensors'), preprocess: 'scale=1,mean=3' });
  await keepImport(opened, at('runs', 'net'));
});
afterAll(() => fs.rm(place, { recursive: true, force: true }));

const recordOf = async (folder: string) => (await RunFolder.open(folder)).readRecord();

describe('an imported run', () => {
  it('says where it is from, and holds the very weights', async () => {
    const record = await recordOf(at('runs', 'net'));
    expect(isImported(record) && record.imported).toMatchObject({
      format: 'safetensors',
      preprocessing: 'given',
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const kept = await loadModel(at('runs', 'net'));
    for (const [name, { data }] of model.weights)
      expect(kept.weights.get(name)!.data).toEqual(data);
    expect(kept.spec.preprocessing).toEqual({ scale: 1, offset: -3 });
    expect(await fs.readdir(at('runs'))).toEqual(['net']);
  });

  it('is listed, and evaluated on data that are named', async () => {
    const [listed] = await listRuns(place);
    expect(listed).toMatchObject({ name: 'net', fault: null, record: { status: 'imported' } });
    const request = { folder: at('runs', 'net'), testCount: 20, backend: BACKEND };
    await expect(evaluateRun(request)).rejects.toThrow(/data: lenet5 was imported/);
    const { evaluation } = await evaluateRun({ ...request, data: 'digits' });
    expect(evaluation.count).toBe(20);
  });

  it('has its batch normalisations folded where that is asked for', async () => {
    const whole = withWeights(smallModels.normalized());
    const files = await exportModel(whole, 'safetensors', { name: 'normalized' });
    await fs.writeFile(at('normalized.safetensors'), files.get('normalized.safetensors')!);
    const request = { file: at('normalized.safetensors') };
    const { model: kept } = await openImport(request);
    const { model: folded } = await openImport({ ...request, foldBatchNorm: true });
    expect(kept.spec.layers.length - folded.spec.layers.length).toBe(3);
    expect(folded.notes.at(-1)).toBe('3 batch normalisations were folded into the layer before');
    expect(await largestDifference(kept, folded)).toBeLessThan(1e-5);
    const plain = await openImport({ file: at('net.safetensors'), foldBatchNorm: true });
    expect(plain.model.notes.at(-1)).toMatch(/^no batch normalisation was folded/);
  });

  it('is replaced when that is said, by another run too, and left alone else', async () => {
    const opened = await openImport({ file: at('net.safetensors') });
    await expect(keepImport(opened, at('runs', 'net'))).rejects.toThrow('this run exists already');
    const before = checkImportPlace(at('runs', 'net'));
    await expect(before).rejects.toThrow(
      /exists already[\s\S]*overwrite replaces it, another folder/,
    );
    await expect(before).rejects.not.toThrow(/resume/);
    await checkImportPlace(at('runs', 'net'), true);
    await checkImportPlace(at('runs', 'nobody'));
    await keepImport(opened, at('runs', 'twice'));
    await keepImport(opened, at('runs', 'twice'), true);
    await fs.writeFile(at('runs', 'twice', 'mine.txt'), 'x');
    await expect(keepImport(opened, at('runs', 'twice'), true)).rejects.toThrow(/other things/);
    await fs.rm(at('runs', 'twice'), { recursive: true });
  });

  it('is trained on, weights and preprocessing kept, and not gone on with', async () => {
    const request = {
      folder: at('runs', 'tuned'),
      from: at('runs', 'net'),
      data: 'digits',
      backend: BACKEND,
    };
    const { spec } = await loadModel(at('runs', 'net'));
    const settings = { epochs: 1, batchSize: 16, freeze: ['conv*'] };
    for await (const _ of trainRun({ ...request, spec, trainCount: 16, testCount: 8, settings }));
    const tuned = await loadModel(at('runs', 'tuned'));
    expect(tuned.spec.preprocessing).toEqual({ scale: 1, offset: -3 });
    expect(tuned.weights.get('conv2d/kernel')).toEqual(model.weights.get('conv2d/kernel'));
    expect(tuned.weights.get('dense/kernel')).not.toEqual(model.weights.get('dense/kernel'));
    const resumed = resumeRun({ folder: at('runs', 'net'), backend: BACKEND });
    await expect(resumed.next()).rejects.toThrow(/was imported[\s\S]*not trained here/);
  });

  it('is checked under each of the common scalings, best first; nothing of it changes', async () => {
    const opened = await openImport({ file: at('net.safetensors') });
    const { scalings, classes } = await checkModel(opened.model, {
      data: 'digits',
      count: 10,
      all: true,
      backend: BACKEND,
    });
    expect(scalings.map(({ words }) => words).sort()).toEqual([
      '-1..1',
      '0..1',
      '0..255',
      'mnist',
      null,
    ]);
    const best = scalings.toSorted((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
    expect(scalings).toEqual(best);
    expect(new Set(scalings.map(({ accuracy }) => accuracy)).size).toBeLessThan(5);
    expect(classes).toHaveLength(10);
  });
});

describe('an exported run', () => {
  it('is a file here or where it is said; twice is once; another file stays', async () => {
    const folder = at('runs', 'net');
    const request = { folder, to: 'safetensors', out: at('out', 'x.safetensors') };
    const [{ path: written }] = await exportRun(request);
    expect(written).toBe(at('out', 'x.safetensors'));
    await exportRun(request);
    await fs.writeFile(written, 'mine');
    await expect(exportRun(request)).rejects.toThrow('there is such a file already');
    expect(await fs.readFile(written, 'utf8')).toBe('mine');
    await exportRun({ ...request, overwrite: true });
    expect((await fs.stat(written)).size).toBeGreaterThan(1000);
  });

  it('writes all of its files or none', async () => {
    const request = { folder: at('runs', 'net'), to: 'pytorch', out: at('both') };
    await fs.mkdir(at('both', 'model.py'), { recursive: true });
    await expect(exportRun(request)).rejects.toThrow('this is no file');
    expect(await fs.readdir(at('both'))).toEqual(['model.py']);
    await fs.rmdir(at('both', 'model.py'));
    const files = await exportRun(request);
    expect(files.map(({ path: file }) => path.basename(file))).toEqual(['net.pth', 'model.py']);
    expect((await fs.readdir(at('both'))).sort()).toEqual(['model.py', 'net.pth']);
  });

  it('refuses options that the format has no use for', async () => {
    const request = {
      folder: at('runs', 'net'),
      to: 'onnx',
      options: { layout: 'pytorch' as const },
    };
    await expect(exportRun(request)).rejects.toThrow(/layout: onnx takes no such option/);
  });
});
