import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { poolingCost } from '../poolingCost.ts';
import { eachSeed, type Form, type Study } from '../study.ts';
import { bySeed, intervalOf, judged } from './findings.ts';
import { measureTrials } from './pool.ts';
import { runStudy, type StudyEvent, type StudyRequest } from './runStudy.ts';

const form: Form = { data: 'digits', trainCount: 10, testCount: 10, seeds: 2 };

let measured: string[] = [];

/** Trials that need no training: sums of pixels and seeds. */
const sums: Study<Form, number> = {
  name: 'sums',
  revision: 1,
  title: 'Sums',
  question: 'Is more <b>more</b>?',
  text: 'More is more.',
  expected: 'yes',
  design: () => 'Sums.',
  forms: { quick: form, full: { ...form, trainCount: 20 } },
  trials: ({ seeds }) => eachSeed(seeds, { less: 1, more: 2 }),
  runTrial: async ({ id, settings, seed }, { data }) => {
    measured.push(id);
    const pixels = data.train.images.reduce((sum, pixel) => sum + pixel, 0);
    const value = settings * pixels + Math.sqrt(seed);
    return {
      numbers: { value, never: null },
      lists: { halves: [value / 2] },
      times: { random: Math.random() },
    };
  },
  conclude: (results) => ({
    findings: [
      judged({
        claim: 'more is above 0',
        expected: 'yes',
        interval: intervalOf(bySeed(results, 'more', 'value')),
        unit: 'number',
        is: 'above',
        than: 0,
      }),
    ],
    tables: [{ title: 'All', head: ['a'], rows: [['<i>']] }],
    figures: [{ name: 'one', svg: '<svg/>', caption: 'One & all' }],
  }),
};

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'fovea-study-')), 'sums');
  measured = [];
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

async function run(options: Partial<StudyRequest> = {}): Promise<StudyEvent[]> {
  const events: StudyEvent[] = [];
  const backend = { backend: 'reference' } as const;
  const request = { study: sums, form: 'quick', folder, jobs: 0, backend, ...options } as const;
  for await (const event of runStudy(request)) events.push(event);
  return events;
}

const trialsIn = (events: readonly StudyEvent[]) => {
  const last = events.at(-1);
  return last?.type === 'done' ? last.results.trials : undefined;
};

describe('runStudy', () => {
  it('measures every trial, and keeps each, the results, the figures and a page', async () => {
    const events = await run();
    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'trial',
      'trial',
      'trial',
      'trial',
      'done',
    ]);
    const results = JSON.parse(readFileSync(path.join(folder, 'results.json'), 'utf8'));
    expect(results.trials).toEqual(trialsIn(events));
    expect(results.trials[0].figures).not.toHaveProperty('times');
    expect(Object.keys(results.times.trials)).toEqual(
      results.trials.map(({ id }: { id: string }) => id),
    );
    expect(results.findings[0].verdict).toBe('supported');
    expect(readFileSync(path.join(folder, 'figures/one.svg'), 'utf8')).toBe('<svg/>');
    const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(page).toContain('Is more &lt;b&gt;more&lt;/b&gt;?');
    expect(page).toContain('&lt;i&gt;');
    expect(page).not.toContain('<script');
  });

  it('stopped and gone on with, measures only what is missing, to the same results', async () => {
    const whole = trialsIn(await run());
    rmSync(folder, { recursive: true });
    measured = [];
    const stop = new AbortController();
    const events: StudyEvent[] = [];
    const backend = { backend: 'reference' } as const;
    const request = { study: sums, form: 'quick', folder, jobs: 0, backend } as const;
    for await (const event of runStudy({ ...request, signal: stop.signal })) {
      events.push(event);
      if (event.type === 'trial') stop.abort();
    }
    expect(events.at(-1)).toEqual({ type: 'stopped', finished: 1, trials: 4 });
    expect(existsSync(path.join(folder, 'results.json'))).toBe(false);
    const again = await run({ taking: 'resume' });
    expect(measured).toEqual(['less-seed1', 'more-seed1', 'less-seed2', 'more-seed2']);
    expect(trialsIn(again)).toEqual(whole);
  });

  it('adds seeds to results of fewer', async () => {
    const two = trialsIn(await run()) ?? [];
    measured = [];
    const three = trialsIn(await run({ taking: 'resume', seeds: 3 })) ?? [];
    expect(measured).toEqual(['less-seed3', 'more-seed3']);
    expect(three.slice(0, 4)).toEqual(two);
  });

  it('measures a trial again whose file is damaged', async () => {
    await run();
    measured = [];
    writeFileSync(path.join(folder, 'trials/more-seed1.json'), '{"id": "more-s');
    await run({ taking: 'resume' });
    expect(measured).toEqual(['more-seed1']);
  });

  it('measures a trial again that is of other settings', async () => {
    await run();
    measured = [];
    const file = path.join(folder, 'trials/less-seed2.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/"fingerprint": "\w{4}/, '"fingerprint": "0000'));
    expect(readFileSync(file, 'utf8')).not.toBe(text);
    await run({ taking: 'resume' });
    expect(measured).toEqual(['less-seed2']);
  });

  it('asks what to do with results that are there', async () => {
    await run();
    await expect(run()).rejects.toThrow(/4 of 4 trials of this study are measured there already/);
    measured = [];
    await run({ taking: 'overwrite' });
    expect(measured.length).toBe(4);
  });

  it('does not mix results of other settings', async () => {
    await run();
    await expect(run({ form: 'full', taking: 'resume' })).rejects.toThrow(
      /of other settings: form quick, now full; trainCount 10, now 20/,
    );
    await expect(
      run({ study: { ...sums, revision: 2 } as Study, taking: 'resume' }),
    ).rejects.toThrow(/revision 1, now 2/);
    measured = [];
    await run({ form: 'full', taking: 'overwrite' });
    expect(measured.length).toBe(4);
  });

  it('leaves a folder with other things alone', async () => {
    await run();
    writeFileSync(path.join(folder, 'thesis.txt'), 'years of work');
    for (const taking of ['new', 'resume', 'overwrite'] as const) {
      await expect(run({ taking })).rejects.toThrow(/other things than a study \(thesis.txt\)/);
    }
    expect(existsSync(path.join(folder, 'results.json'))).toBe(true);
  });

  it('refuses a folder that another process measures in', async () => {
    const first = runStudy({ study: sums, form: 'quick', folder, jobs: 0 });
    await first.next();
    await expect(run({ taking: 'resume' })).rejects.toThrow(/is being measured by process/);
    await first.return();
  });

  it('refuses pictures in folders, and numbers that are none', async () => {
    await expect(run({ data: 'folder:pictures' })).rejects.toThrow(/a set of the table/);
    const broken = { ...sums, runTrial: async () => ({ numbers: { value: Number.NaN } }) } as Study;
    await expect(run({ study: broken })).rejects.toThrow(/value of trial less-seed1 is NaN/);
  });
});

describe('measureTrials', () => {
  const tiny = { ...poolingCost.forms.quick, trainCount: 64, testCount: 32, epochs: 1 };
  const request = {
    study: poolingCost,
    form: tiny,
    backend: { threads: 1 },
    folder: undefined,
    signal: undefined,
  };

  it('gives the same from another process, and names the trial that fails there', async () => {
    const here = (await measureTrials({ ...request, ids: ['max-seed1'], jobs: 0 }).next()).value;
    const there = measureTrials({ ...request, ids: ['max-seed1', 'nothing'], jobs: 1 });
    const first = (await there.next()).value;
    expect(first?.figures.numbers).toEqual(here?.figures.numbers);
    await expect(there.next()).rejects.toThrow(/trial nothing: .*has no trial nothing/);
  });
});
