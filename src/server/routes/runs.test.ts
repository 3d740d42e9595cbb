/** @file The runs and the data sets that the lab's server tells of: what is there, what is broken, nothing else. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder, writeFiles } from '../../../test/support/idxFixtures.ts';
import { modelOf } from '../../models/index.ts';
import type { ListedRun } from '../../records/listedRun.ts';
import { unpackRun } from '../../records/runZip.ts';
import { trainRun } from '../../runs/trainRun.ts';
import { data } from './data.ts';
import { runs } from './runs.ts';

let home: string;
const app = () => runs({ folder: home, token: 't' });
const list = async () => (await (await app().request('/')).json()) as { runs: ListedRun[] };
const at = (...parts: string[]) => path.join(home, 'runs', ...parts);

beforeAll(async () => {
  home = temporaryFolder();
  expect(await list()).toMatchObject({ folder: home, runs: [] });
  const training = trainRun({
    folder: at('one'),
    page: async () => '<p>one</p>',
    spec: modelOf('lenet5'),
    data: 'digits',
    trainCount: 60,
    testCount: 20,
    settings: { epochs: 2, batchSize: 20 },
    backend: { threads: 1, revectorize: 'off' },
  });
  for await (const _ of training);
});
afterAll(() => fs.rm(home, { recursive: true, force: true }));

/** Without the answers of FoveaErrors, which the whole server words. */
const problem = async (address: string, init?: RequestInit) => {
  let problem = '';
  const server = app().onError((error, context) => {
    problem = error.message;
    return context.text('', 400);
  });
  const { status } = await server.request(address, init);
  return `${status} ${problem}`;
};

describe('/api/runs/', () => {
  it('lists runs, broken ones with their fault, and no other things', async () => {
    await fs.cp(at('one'), at('broken'), { recursive: true });
    await fs.writeFile(at('broken', 'run.json'), '{"format": "fovea-run-1"}');
    await fs.mkdir(at('notes'));
    await fs.mkdir(at('.one.lock.d'));
    const { runs } = await list();
    expect(runs.map(({ name }) => name)).toEqual(['broken', 'one']);
    expect(runs[0]).toMatchObject({ record: null, inUse: false });
    expect(runs[0].fault).toMatch(/run.json: status/);
    expect(runs[1]).toMatchObject({ fault: null, inUse: false, hasMistakes: true });
    expect(runs[1].record).toMatchObject({ results: { epochs: 2 } });
    expect(runs[1].history).toHaveLength(2);
  });

  it('says which run is being trained', async () => {
    const lock = { pid: process.pid, host: (await import('node:os')).hostname() };
    const text = JSON.stringify({ ...lock, since: '', begun: null, token: '' });
    await fs.writeFile(at('.one.lock'), text);
    expect((await list()).runs.find(({ name }) => name === 'one')?.inUse).toBe(true);
    await fs.rm(at('.one.lock'));
  });

  it('hands on the picture of the mistakes, the network, and the run as a zip', async () => {
    for (const [file, type] of [
      ['mistakes.png', 'image/png'],
      ['model.json', 'application/json'],
      ['weights.safetensors', 'application/octet-stream'],
      ['report.html', 'application/octet-stream'],
    ] as const) {
      const answer = await app().request(`/one/${file}`);
      expect(answer.headers.get('content-type')).toBe(type);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(await fs.readFile(at('one', file)));
    }
    expect((await app().request('/one/run.json')).status).toBe(404);
    const zip = new Uint8Array(await (await app().request('/one/zip')).arrayBuffer());
    const unpacked = await unpackRun(zip, 'zip');
    expect(unpacked).toMatchObject({ name: 'one', notes: [] });
    expect(Buffer.from(unpacked.files.get('weights.safetensors')!)).toEqual(
      await fs.readFile(at('one', 'weights.safetensors')),
    );
  });

  it('evaluates a run, one at a time', async () => {
    const asked = app();
    const [first, second] = await Promise.all([
      asked.request('/one/evaluate', { method: 'POST' }),
      asked
        .onError((error, context) => context.text(error.message, 400))
        .request('/one/evaluate', {
          method: 'POST',
        }),
    ]);
    const { count, mistakes, confusion } = await first.json();
    expect([count, confusion.length]).toEqual([20, 10]);
    expect(mistakes[0]).toMatchObject({ file: null });
    expect(await second.text()).toMatch(/evaluating one/);
  });

  it.each(['/..%2Fsecret/zip', '/%2E%2E/zip', '/.hidden/zip', '/a%5Cb/zip', '/none/zip'])(
    'refuses %s',
    async (address) => {
      expect(await problem(address)).toMatch(/^(400 .*(no run can be named|no such run)|404)/);
    },
  );

  it('refuses what leads out of the folder by a link', async () => {
    const outside = temporaryFolder();
    await fs.cp(at('one'), path.join(outside, 'other'), { recursive: true });
    await fs.symlink(path.join(outside, 'other'), at('linked'));
    await fs.cp(at('one'), at('partly'), { recursive: true });
    await fs.rm(at('partly', 'mistakes.png'));
    await fs.writeFile(path.join(outside, 'secret'), 'SECRET');
    await fs.symlink(path.join(outside, 'secret'), at('partly', 'mistakes.png'));
    await fs.symlink(at('one'), at('same'));
    const { runs } = await list();
    const fault = (name: string) => runs.find((run) => run.name === name)?.fault;
    expect(fault('linked')).toMatch(/link out of the folder/);
    expect(fault('same')).toBeNull();
    for (const address of ['/linked/zip', '/partly/mistakes.png', '/partly/zip']) {
      expect(await problem(address)).toMatch(/^400 .*link out of the folder/);
    }
    expect(await problem('/linked/evaluate', { method: 'POST' })).toMatch(/link out of the folder/);
    const evaluated = await problem('/partly/evaluate', { method: 'POST' });
    expect(evaluated).toMatch(/link out of the folder/);
    await fs.rm(outside, { recursive: true });
  });
});

describe('/api/data/', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  beforeAll(async () => {
    await fs.mkdir(path.join(home, 'mnist'));
    writeFiles(path.join(home, 'mnist'), { 'train-labels-idx1-ubyte': bytes, secret: bytes });
    vi.stubEnv('FOVEA_DATA', home);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it('hands on the files of the table, from a byte on where that is asked for', async () => {
    const whole = await data().request('/mnist/train-labels-idx1-ubyte');
    expect(new Uint8Array(await whole.arrayBuffer())).toEqual(bytes);
    expect(whole.headers.get('content-length')).toBe('1000');
    const headers = { range: 'bytes=990-' };
    const rest = await data().request('/mnist/train-labels-idx1-ubyte', { headers });
    expect(rest.status).toBe(206);
    expect(rest.headers.get('content-range')).toBe('bytes 990-999/1000');
    expect(new Uint8Array(await rest.arrayBuffer())).toEqual(bytes.subarray(990));
    const none = await data().request('/mnist/train-labels-idx1-ubyte', {
      headers: { range: 'bytes=1000-' },
    });
    expect(none.status).toBe(416);
  });

  it.each([
    '/mnist/secret',
    '/mnist/train-labels-idx1-ubyte.gz',
    '/mnist/..%2Fmnist%2Fsecret',
    '/runs/one',
    '/..%2Fmnist/train-labels-idx1-ubyte',
  ])('has nothing else: %s', async (address) => {
    expect((await data().request(address)).status).toBe(404);
  });

  it('names the sets that are whole here', async () => {
    expect(await (await data().request('/')).json()).toEqual({ sets: [] });
    const files = [
      'train-images-idx3',
      'train-labels-idx1',
      't10k-images-idx3',
      't10k-labels-idx1',
    ];
    const named = files.map((name) => [`${name}-ubyte`, bytes]);
    writeFiles(path.join(home, 'mnist'), Object.fromEntries(named));
    expect(await (await data().request('/')).json()).toEqual({ sets: ['mnist'] });
  });
});
