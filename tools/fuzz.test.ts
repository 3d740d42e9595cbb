import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inputOf, runCase } from './fuzz/cases.ts';
import { openTargets, type Target } from './fuzz/targets.ts';

let opened: Awaited<ReturnType<typeof openTargets>>;
beforeAll(async () => {
  opened = await openTargets();
});
afterAll(() => opened.close());

/** Of each target; `npm run test:fuzz` runs as many as there is time for. */
const CASES = 60;

describe('whatever is read', () => {
  it('gives a value or an error of ours', async () => {
    for (const [name, target] of Object.entries(opened.targets)) {
      for (let number = 0; number < CASES; number++) {
        expect(await runCase(name, target, number), `${name} ${number}`).toBeUndefined();
      }
    }
  });

  it('is the same for the same number, and another for the next', () => {
    for (const [name, target] of Object.entries(opened.targets)) {
      const inputs = Array.from({ length: 40 }, (_, i) => String(inputOf(name, target, i)));
      expect(String(inputOf(name, target, 39))).toBe(inputs[39]);
      expect(new Set(inputs).size).toBeGreaterThan(15);
    }
  });

  it('is a finding where it throws anything else, or refuses what is right', async () => {
    const throwing: Target = {
      seeds: [Uint8Array.of(1)],
      read: ([byte]) => {
        if (byte !== 1) throw new TypeError('oops');
      },
    };
    expect(await runCase('x', throwing, 0)).toBeUndefined();
    const thrown = await Promise.all(
      Array.from({ length: 20 }, (_, i) => runCase('x', throwing, i + 1)),
    );
    expect(thrown.some((error) => error instanceof TypeError)).toBe(true);
  });
});
