import { describe, expect, it } from 'vitest';
import { type Finished, type Job, Rungs, rungEpochs } from './rungs.ts';

const names = Array.from({ length: 9 }, (_, i) => `c${i + 1}`);
/** c9 is the best, and gets better with epochs. */
const scoreOf = ({ configuration, epochs }: Job) => Number(configuration.slice(1)) + epochs / 100;

/** Runs all jobs, `jobs` at a time, the one that was begun first ending first; what was done, in order. */
function runAll(rungs: Rungs, jobs = 1, score = scoreOf): string[] {
  const done: string[] = [];
  const running: Job[] = [];
  for (;;) {
    while (running.length < jobs) {
      const job = rungs.next();
      if (job === undefined) break;
      running.push(job);
    }
    const job = running.shift();
    if (job === undefined) return done;
    done.push(`${job.configuration}/${job.seed}@${job.epochs}`);
    rungs.finish({ ...job, score: score(job) });
  }
}

const halving = { configurations: names, seeds: [0], epochs: [1, 3, 9], eta: 3 };

describe('rungs', () => {
  it('are the powers of eta up to the last epoch', () => {
    expect(rungEpochs(9, { from: 1, eta: 3 })).toEqual([1, 3, 9]);
    expect(rungEpochs(10, { from: 2, eta: 2 })).toEqual([2, 4, 8, 10]);
    expect(rungEpochs(1, { from: 1, eta: 3 })).toEqual([1]);
    expect(rungEpochs(5, null)).toEqual([5]);
  });

  it('without halving run everything to its end, seed after seed', () => {
    const rungs = new Rungs({ configurations: ['a', 'b'], seeds: [1, 2], epochs: [4], eta: 3 });
    expect(runAll(rungs, 1, () => 0)).toEqual(['a/1@4', 'a/2@4', 'b/1@4', 'b/2@4']);
  });

  it('send on the best third as soon as there is one, the highest rung first', () => {
    const score = ({ configuration, epochs }: Job) => epochs - Number(configuration.slice(1));
    expect(runAll(new Rungs(halving), 1, score)).toEqual([
      ...['c1/0@1', 'c2/0@1', 'c3/0@1', 'c1/0@3'],
      ...['c4/0@1', 'c5/0@1', 'c6/0@1', 'c2/0@3'],
      ...['c7/0@1', 'c8/0@1', 'c9/0@1', 'c3/0@3', 'c1/0@9'],
    ]);
  });

  it('keep several processes busy, and end with the best one at its last epoch', () => {
    const done = runAll(new Rungs(halving), 4);
    expect(done.slice(0, 4)).toEqual(['c1/0@1', 'c2/0@1', 'c3/0@1', 'c4/0@1']);
    expect(done).toContain('c9/0@9');
    expect(new Set(done).size).toBe(done.length);
  });

  it('judge by the mean over seeds, when all of them are through', () => {
    const options = { configurations: ['a', 'b', 'c'], seeds: [1, 2], epochs: [1, 2], eta: 3 };
    const scores: Record<string, number> = { a1: 9, a2: 0, b1: 5, b2: 6, c1: 0, c2: 0 };
    const score = ({ configuration, seed }: Job) => scores[`${configuration}${seed}`] ?? 0;
    const done = runAll(new Rungs(options), 1, score);
    expect(done.slice(6)).toEqual(['b/1@2', 'b/2@2']);
  });

  it('send on the best of fewer than eta, and nobody who failed', () => {
    const options = { configurations: ['a', 'b'], seeds: [0], epochs: [1, 3, 9], eta: 3 };
    const failing = ({ configuration }: Job) => (configuration === 'b' ? -Infinity : 1);
    expect(runAll(new Rungs(options), 2, failing)).toEqual(['a/0@1', 'b/0@1', 'a/0@3', 'a/0@9']);
    expect(runAll(new Rungs(options), 1, () => -Infinity)).toEqual(['a/0@1', 'b/0@1']);
  });

  it('leave to others what they are at, and wait for it where it decides', () => {
    const options = { configurations: ['a', 'b', 'c'], seeds: [1, 2], epochs: [1, 3], eta: 3 };
    const known = ['a', 'b', 'c'].flatMap((configuration, i) =>
      [1, 2].map((seed) => ({ configuration, seed, rung: 0, score: -i })),
    );
    const first = { configuration: 'a', seed: 1, rung: 0 };
    // The other seed of what was begun comes first, then what nobody began.
    const begun = new Rungs(options, [], [first]);
    expect([begun.next(), begun.next()]).toMatchObject([
      { configuration: 'a', seed: 2, rung: 0 },
      { configuration: 'b', seed: 1, rung: 0 },
    ]);
    // The last of the rung is not through: nobody is sent on, and the best of fewer is not yet either.
    expect(new Rungs(options, known.slice(1), [first]).next()).toBeUndefined();
    // The best was sent on by another.
    const sent = new Rungs(options, known, [{ ...first, rung: 1 }]);
    expect(sent.next()).toMatchObject({ configuration: 'a', seed: 2, rung: 1 });
    expect(sent.next()).toBeUndefined();
  });

  it('gone on with after any job, do the others and no job twice', () => {
    const all = runAll(new Rungs(halving)).length;
    for (let stop = 0; stop <= all; stop++) {
      const rungs = new Rungs(halving);
      const known: Finished[] = [];
      for (let n = 0; n < stop; n++) {
        const job = rungs.next();
        if (job === undefined) throw new Error('too few jobs');
        known.push({ ...job, score: scoreOf(job) });
        rungs.finish({ ...job, score: scoreOf(job) });
      }
      const before = known.map(({ configuration, rung }) => `${configuration}/0@${3 ** rung}`);
      const after = runAll(new Rungs(halving, known));
      expect(new Set([...before, ...after]).size).toBe(all);
      expect(before.length + after.length).toBe(all);
    }
  });
});
