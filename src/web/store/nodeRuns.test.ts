/** @file A run that a page kept is a run in Node, and the other way round: the same files, the same bits. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/idxFixtures.ts';
import { openSession } from '../../backends/select.ts';
import { loadDataset } from '../../data/index.ts';
import { modelOf } from '../../models/index.ts';
import { evaluateRun } from '../../runs/evaluateRun.ts';
import { loadModel } from '../../runs/folder/modelFiles.ts';
import { resumeRun, trainRun } from '../../runs/trainRun.ts';
import { MemoryFiles } from '../files/storedFiles.ts';
import { RunStore } from './runStore.ts';
import { resumeStoredRun, trainStoredRun } from './trainStoredRun.ts';

let folder: string;
let store: RunStore;
beforeEach(() => {
  folder = temporaryFolder();
  store = new RunStore(new MemoryFiles(), async () => () => {});
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const COUNTS = { trainCount: 60, testCount: 20 };
const settings = { epochs: 2, batchSize: 20, validationSplit: 0.2, seed: 4 };
const backend = { threads: 1, revectorize: 'off' } as const;
const request = () => ({
  spec: modelOf('lenet5'),
  data: 'digits',
  ...COUNTS,
  backend,
  eventInterval: 0,
});

async function trainOnPage(epochs = 2): Promise<void> {
  await using session = await openSession(backend);
  const place = { session, store, data: await loadDataset('digits', COUNTS) };
  const options = { name: 'one', settings: { ...settings, epochs }, ...COUNTS };
  for await (const _ of trainStoredRun(modelOf('lenet5'), options, place));
}

async function unzipped(): Promise<string> {
  const files = unzipSync(new Uint8Array(await (await store.save('one')).arrayBuffer()));
  for (const [name, bytes] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  return join(folder, 'one');
}

/** As a program of the system does it: with entries for folders, below the run's name. */
function zipped(run: string): Blob {
  const entries: Record<string, Uint8Array> = { 'one/': new Uint8Array(0) };
  for (const name of readdirSync(run, { recursive: true, encoding: 'utf8' })) {
    if (name === 'checkpoint') entries['one/checkpoint/'] = new Uint8Array(0);
    else entries[`one/${name.replaceAll('\\', '/')}`] = readFileSync(join(run, name));
  }
  return new Blob([zipSync(entries)]);
}

it('is evaluated, and gone on with, in Node as on the page', async () => {
  await trainOnPage();
  const run = await unzipped();
  const { test } = (await store.open('one').readTrainedRecord()).results!;
  const { evaluation } = await evaluateRun({ folder: run, testCount: 20, backend });
  expect([evaluation.loss, evaluation.accuracy]).toEqual([test.loss, test.accuracy]);
  for await (const _ of resumeRun({ folder: run, epochs: 3, backend }));
  const straight = join(folder, 'straight');
  const wanted = { ...settings, epochs: 3 };
  for await (const _ of trainRun({ ...request(), folder: straight, settings: wanted }));
  expect((await loadModel(run)).weights).toEqual((await loadModel(straight)).weights);
});

it('of Node is opened on the page, and gone on with to the same bits', async () => {
  const run = join(folder, 'one');
  for await (const event of trainRun({ ...request(), folder: run, settings })) {
    if (event.type === 'epoch') break; // leaves the run as a kill would
  }
  const { name, notes } = await store.openZip(zipped(run));
  expect([name, notes]).toEqual(['one', []]);
  await using session = await openSession(backend);
  const place = { session, store, data: await loadDataset('digits', COUNTS) };
  const spec = await store.open(name).readSpec();
  for await (const _ of resumeStoredRun(spec, { name }, place));
  for await (const _ of resumeRun({ folder: run, backend }));
  const inPage = await store.open(name).readModel();
  expect(inPage.weights).toEqual((await loadModel(run)).weights);
  expect(inPage.classes).toEqual((await loadModel(run)).classes);
});
