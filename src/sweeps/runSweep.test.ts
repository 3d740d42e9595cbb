import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockRun } from '../runs/folder/runLock.ts';
import { configurationsOf } from './configurations.ts';
import { runSweep, type SweepEvent, type SweepRequest } from './runSweep.ts';
import { parseSpace } from './space.ts';
import type { SweepSpec } from './sweepSpec.ts';
import { edgesOf } from './words.ts';

let home: string;
beforeEach(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
});
afterEach(async () => {
  await fs.rm(home, { recursive: true, force: true });
});

const GRID = 'learning-rate=0.1,0.01,0.001,2';

const specOf = (grid: string, changes: Partial<SweepSpec> = {}): SweepSpec => ({
  ...{ model: 'lenet5', words: [], axes: parseSpace(grid), random: null },
  ...{ seeds: [1, 2], seed: 0, halving: null, judge: null },
  ...changes,
});

function request(spec: SweepSpec, changes: Partial<SweepRequest> = {}): SweepRequest {
  return {
    spec,
    folder: path.join(home, 'sweep'),
    epochs: new Map(configurationsOf(spec).map(({ id }) => [id, 9])),
    jobs: 1,
    module: new URL('../../test/support/pretendTrial.ts', import.meta.url),
    setup: { log: path.join(home, 'log') },
    ...changes,
  };
}

async function all(events: AsyncIterable<SweepEvent>): Promise<SweepEvent[]> {
  const seen: SweepEvent[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

const resultsIn = (events: readonly SweepEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'done') throw new Error(`ended with ${last?.type}`);
  return last.results;
};

/** Runs that were trained, in order. */
const trained = async (): Promise<string[]> =>
  (await fs.readFile(path.join(home, 'log'), 'utf8').catch(() => '')).trim().split('\n');

describe('runSweep', () => {
  it('runs every combination with every seed, and puts the best first, what failed last', async () => {
    const results = resultsIn(
      await all(runSweep(request(specOf(GRID), { command: 'fovea sweep x' }))),
    );
    expect(results.configurations.map(({ id }) => id)).toEqual(['002', '001', '003', '004']);
    expect(results.best).toBe('002-seed2');
    const [best, , , failed] = results.configurations;
    expect(best?.validation?.mean).toBeCloseTo(0.9015, 10);
    expect(best?.validation?.deviation).toBeCloseTo(Math.sqrt(0.5) / 1000, 10);
    expect(failed).toMatchObject({ validation: null, epochs: 0 });
    expect(failed?.runs[0]?.why).toMatch(/the loss became NaN at step 3/);
    expect((await trained()).length).toBe(8);
    const folder = path.join(home, 'sweep');
    expect(JSON.parse(await fs.readFile(path.join(folder, 'results.json'), 'utf8'))).toEqual(
      results,
    );
    const page = await fs.readFile(path.join(folder, 'report.html'), 'utf8');
    expect(page).toContain('href="runs/002-seed2/report.html"');
    expect(page).toContain('fovea sweep x');
    expect(edgesOf(results)).toEqual([]); // 0.01 lies between 0.001 and 0.1
    const upside = { ...results, configurations: results.configurations.toReversed().slice(1) };
    expect(edgesOf(upside)).toEqual([
      'The best learning-rate is the least that was tried: a better one may lie beyond it.',
    ]);
    expect(page.match(/<circle/g)?.length).toBe(3);
  });

  it('stopped and gone on with, runs nothing twice but what was not over', async () => {
    const spec = specOf('learning-rate=0.1,0.25,0.01', { seeds: [1] });
    const stop = new AbortController();
    const onNews = (run: string) => {
      if (run === '002-seed1') stop.abort();
    };
    const stopped = await all(runSweep(request(spec, { signal: stop.signal, onNews })));
    expect(stopped.at(-1)).toMatchObject({ type: 'stopped', finished: 1 });
    await fs.writeFile(path.join(home, '.mended'), '');
    const results = resultsIn(await all(runSweep(request(spec, { resumes: true }))));
    expect(results.runs).toBe(3);
    expect(await trained()).toEqual([
      ...['001-seed1@9', '002-seed1@9', '002-seed1 stopped', '002-seed1@9', '003-seed1@9'],
    ]);
    // Once more: nothing is left to do.
    await all(runSweep(request(spec, { resumes: true })));
    expect((await trained()).length).toBe(5);
  });

  it('tries a run again whose process was gone or whose disk was full, and tells of it until then', async () => {
    const spec = specOf('learning-rate=0.5,0.01,0.75', { seeds: [1] });
    const results = resultsIn(await all(runSweep(request(spec))));
    const why = results.configurations.slice(1).map(({ runs }) => runs[0]?.why);
    expect(why).toEqual([
      expect.stringMatching(/is gone \(exit code 9\)/),
      expect.stringMatching(/the disk is full/),
    ]);
    await fs.writeFile(path.join(home, '.mended'), '');
    const again = resultsIn(await all(runSweep(request(spec, { resumes: true }))));
    expect(again.configurations.map(({ runs }) => runs[0]?.why)).toEqual([
      ...[undefined, undefined, undefined],
    ]);
    expect((await trained()).filter((run) => run.startsWith('002')).length).toBe(1);
  });

  it('halves: a third goes on for three times the epochs, in the same runs', async () => {
    const grid = 'learning-rate=0.0001,0.001,0.01,0.1,1,0.02';
    const spec = specOf(grid, { seeds: [0], halving: { from: 1, eta: 3 } });
    const results = resultsIn(await all(runSweep(request(spec))));
    const epochs = new Map<string, number[]>();
    for (const line of await trained()) {
      const [run = '', n] = line.split('@');
      epochs.set(run, [...(epochs.get(run) ?? []), Number(n)]);
    }
    expect(epochs.get('003-seed0')).toEqual([1, 3, 9]);
    expect(epochs.get('001-seed0')).toEqual([1]);
    expect(results.best).toBe('003-seed0');
    expect(results.configurations[0]).toMatchObject({ id: '003', rung: 2, epochs: 9 });
  });

  it('is shared by tasks that know nothing of one another, and joined', async () => {
    const spec = specOf(GRID);
    const shares = [0, 1, 2].map((index) =>
      all(runSweep(request(spec, { share: { index, of: 3 } }))),
    );
    const ended = (await Promise.all(shares)).map((events) => events.at(-1)?.type);
    expect(ended).toEqual(['shared', 'shared', 'shared']);
    const done = await trained();
    expect([...done].sort()).toEqual([...new Set(done)].sort());
    expect(done.length).toBe(8);
    const results = resultsIn(await all(runSweep(request(spec, { resumes: true }))));
    expect((await trained()).length).toBe(8);
    expect(results.best).toBe('002-seed2');
  });

  it("halved, is shared by tasks that send on one another's runs, each run once", async () => {
    const grid = 'learning-rate=0.0001,0.001,0.01,0.1,1,0.02,0.03,0.05,0.2';
    const spec = specOf(grid, { halving: { from: 1, eta: 3 } });
    const alone = resultsIn(
      await all(runSweep(request(spec, { folder: path.join(home, 'alone') }))),
    );
    await fs.rm(path.join(home, 'log'));
    const share = (index: number) => request(spec, { share: { index, of: 3 } });
    const shares = [0, 1, 2].map((index) => all(runSweep(share(index))));
    const ended = (await Promise.all(shares)).map((events) => events.at(-1)?.type);
    expect(ended).toEqual(['shared', 'shared', 'shared']);
    const done = await trained();
    expect(new Set(done).size).toBe(done.length);
    const left = await fs.readdir(path.join(home, 'sweep', 'trials'));
    expect(left.filter((name) => name.startsWith('.'))).toEqual([]);
    const results = resultsIn(await all(runSweep(request(spec, { resumes: true }))));
    // All that there was to do was done by them, the best one's last epochs too.
    expect((await trained()).length).toBe(done.length);
    expect(results.best).toBe(alone.best);
    expect(results.configurations[0]).toMatchObject({ id: '003', rung: 2, epochs: 9 });
  });

  it('halved and shared, waits for runs of others, and takes over those of a task that is gone', async () => {
    const spec = specOf('learning-rate=0.01,0.1,1', { seeds: [0], halving: { from: 1, eta: 3 } });
    const trials = path.join(home, 'sweep', 'trials');
    await fs.mkdir(trials, { recursive: true });
    // One that lives has the first, one that is gone had the second.
    const held = await lockRun(path.join(trials, '001-seed0-rung0'));
    const text = await fs.readFile(path.join(trials, '.001-seed0-rung0.lock'), 'utf8');
    const gone = JSON.stringify({ ...JSON.parse(text), pid: 2 ** 22 + 1 });
    await fs.writeFile(path.join(trials, '.002-seed0-rung0.lock'), gone);
    const events = all(runSweep(request(spec, { share: { index: 0, of: 2 } })));
    await expect.poll(async () => (await trained()).length, { timeout: 60_000 }).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await trained()).sort()).toEqual(['002-seed0@1', '003-seed0@1']);
    // His process is gone, and the one that trains is not yet.
    const run = await lockRun(path.join(home, 'sweep', 'runs', '001-seed0'));
    await held.release();
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await trained()).length).toBe(2);
    await run.release();
    expect((await events).at(-1)?.type).toBe('shared');
    expect((await trained()).slice(2)).toEqual(['001-seed0@1', '001-seed0@3', '001-seed0@9']);
  });

  it('is refused where another sweep, other things or somebody else is, and nothing is touched', async () => {
    const spec = specOf('learning-rate=0.01', { seeds: [1] });
    await all(runSweep(request(spec)));
    const begin = (changes: Partial<SweepRequest>, other = spec) =>
      expect(all(runSweep(request(other, changes)))).rejects;
    await begin({}).toThrow(/there already/);
    await begin({ resumes: true }, specOf('learning-rate=0.02')).toThrow(
      /another one \(axes, seeds\)/,
    );
    const lock = await lockRun(path.join(home, 'sweep'));
    await begin({ resumes: true }).toThrow(/is being run by process/);
    await begin({ share: { index: 0, of: 2 } }).toThrow(/by others now/);
    await lock.release();
    const task = await lockRun(path.join(home, 'sweep.task-1-of-2'));
    await begin({ resumes: true }).toThrow(/by others now/);
    await task.release();
    const strange = path.join(home, 'strange');
    await fs.mkdir(strange);
    await fs.writeFile(path.join(strange, 'thesis.tex'), '');
    await begin({ folder: strange }).toThrow(/other things than a sweep \(thesis.tex\)/);
    expect(await fs.readdir(strange)).toEqual(['thesis.tex']);
    expect((await trained()).length).toBe(1);
  });
});
