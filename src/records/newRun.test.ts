import { expect, it } from 'vitest';
import { type BegunRun, epochsToGo } from './newRun.ts';

it('a run goes on to the epochs that it was to have, or to more', () => {
  const run = (finished: number, status: string) =>
    ({
      ...{ where: 'runs/x', record: { status, settings: { epochs: 5 } } },
      last: { progress: { epoch: finished } },
    }) as unknown as BegunRun;
  expect(epochsToGo(run(2, 'stopped'), undefined)).toBe(5);
  expect(epochsToGo(run(2, 'stopped'), 3)).toBe(3);
  expect(epochsToGo(run(5, 'done'), 6)).toBe(6);
  // All epochs, and killed before the test: what is left is the end.
  expect(epochsToGo(run(5, 'running'), undefined)).toBe(5);
  expect(epochsToGo({ ...run(0, 'running'), last: undefined }, undefined)).toBe(5);
  expect(() => epochsToGo(run(5, 'done'), undefined)).toThrow(/finished 5 of 5 epochs already/);
  expect(() => epochsToGo(run(4, 'stopped'), 3)).toThrow(/finished 4 of 3/);
});
