/** @file What a task does beside others, whose claims and records a list in memory stands for. */
import { afterEach, expect, it, vi } from 'vitest';
import { type TrialRecord, trialName } from './records.ts';
import type { Begun } from './rungs.ts';
import { SharedAgenda } from './sharedAgenda.ts';
import type { SweepFolder } from './sweepFolder.ts';

afterEach(() => {
  vi.useRealTimers();
});

const recordOf = ({ configuration, seed, rung }: Begun): TrialRecord => ({
  ...{ configuration, seed, rung, epochs: 1, figures: null, seconds: 1 },
});

/** A sweep's folder: names of what is over, and of what others are at with when they said so last. */
function folder() {
  const over = new Set<string>();
  const claimed = new Map<string, number>();
  const trained = new Set<string>();
  const mine = new Set<string>();
  let looks = 0;
  return {
    ...{ over, claimed, trained, mine },
    /** Resolves when somebody has looked whole from now on. */
    looked: async () => {
      const before = looks;
      while (looks < before + 2) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    agenda: (signal?: AbortSignal) =>
      new SharedAgenda(
        {
          trials: async () => {
            looks++;
            return { over: [...over], claimed: new Map(claimed) };
          },
          readTrial: async (job: Begun) => (over.has(trialName(job)) ? recordOf(job) : undefined),
          isTrained: async ({ configuration }: Begun) => trained.has(configuration),
          claim: async (job: Begun) => {
            const name = trialName(job);
            if (claimed.has(name)) return undefined;
            mine.add(name);
            return { release: async () => void mine.delete(name) };
          },
        } as unknown as SweepFolder,
        { configurations: ['a', 'b'], seeds: [1], epochs: [1, 2], eta: 2 },
        () => 1,
        signal,
      ),
  };
}

it('takes what nobody is at, and gives it back when it is over', async () => {
  const { agenda, mine, over } = folder();
  const own = agenda();
  const first = await own.next();
  const second = await own.next();
  expect([first?.configuration, second?.configuration]).toEqual(['a', 'b']);
  expect([...mine]).toEqual(['a-seed1-rung0', 'b-seed1-rung0']);
  if (first === undefined || second === undefined) throw new Error('no job');
  over.add(trialName(first));
  await own.finish(first, recordOf(first));
  expect([...mine]).toEqual(['b-seed1-rung0']);
  // What failed on its way is no record on disk, and not tried again by this task either.
  await own.finish(second, recordOf(second));
  expect(await own.next()).toMatchObject({ configuration: 'a', rung: 1 });
});

it('does not do again what another was through with between a look and a claim', async () => {
  const { agenda, mine, over } = folder();
  const own = agenda();
  const asked = own.next();
  over.add('a-seed1-rung0');
  expect(await asked).toMatchObject({ configuration: 'b', rung: 0 });
  expect([...mine]).toEqual(['b-seed1-rung0']);
});

it('waits for the claim of another as long as it is renewed, and for minutes after that', async () => {
  const { agenda, claimed, over, looked } = folder();
  over.add('b-seed1-rung0');
  claimed.set('a-seed1-rung0', 1);
  const own = agenda();
  let answer: unknown = 'waits';
  vi.useFakeTimers({ toFake: ['performance'] });
  const asked = own.next().then((job) => {
    answer = job;
  });
  await looked();
  vi.advanceTimersByTime(299_000);
  claimed.set('a-seed1-rung0', 2);
  await looked();
  vi.advanceTimersByTime(299_000);
  await looked();
  expect(answer).toBe('waits');
  vi.advanceTimersByTime(2000);
  await asked;
  expect(answer).toBeUndefined();
});

it('ends where it is told to, or closed, and lets go of what it had', async () => {
  const stop = new AbortController();
  const { agenda, mine, claimed } = folder();
  const own = agenda(stop.signal);
  await own.next();
  claimed.set('b-seed1-rung0', 1);
  const waiting = own.next();
  stop.abort();
  expect(await waiting).toBeUndefined();
  expect(mine.size).toBe(1);
  await own.close();
  expect(mine.size).toBe(0);
  expect(await own.next()).toBeUndefined();
});
