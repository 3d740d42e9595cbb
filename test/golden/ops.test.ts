/**
 * @file Golden ops: every case forward and all gradients, on every backend.
 *
 * `cases/` are made by hand, `pytorch/` by an independent framework: layers, windows and paddings drawn at random.
 * FOVEA_GOLDEN opens the door to more of the latter. Whole training steps are judged in `steps.test.ts`.
 */
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backends, type TestedBackend } from '../backends.ts';
import { expectClose } from '../support/compare.ts';
import { behindDoor } from '../support/doors.ts';
import { filesIn, readGoldenSafetensors, readHandMade } from './goldenFiles.ts';
import { type GoldenCase, goldenOps, runGoldenCase } from './goldenOps.ts';

/** Relative to the largest magnitude of each tensor, in float32. */
const TOLERANCE = 1e-4;

function runOnEveryBackend(cases: readonly { name: string; golden: GoldenCase }[]): void {
  it('knows every op', () => {
    const unknown = cases.map(({ golden }) => golden.op).filter((op) => !(op in goldenOps));
    expect([...new Set(unknown)], 'ops that goldenOps.ts does not know').toEqual([]);
  });
  for (const backend of backends) {
    describe(backend.name, () => runAll(backend, cases));
  }
}

function runAll(
  backend: TestedBackend,
  cases: readonly { name: string; golden: GoldenCase }[],
): void {
  const session = backend.open();
  afterAll(async () => (await session).close());
  for (const { name, golden } of cases) {
    const known = goldenOps[golden.op];
    if (known === undefined) continue; // named above
    it(name, async ({ skip }) => {
      const reason = backend.skips[known.op];
      if (reason !== undefined) skip(`${backend.name}: ${reason}`);
      const result = await runGoldenCase(await session, golden);
      expectClose(result.output, golden.output.data, TOLERANCE, 'output');
      for (const [input, { data }] of Object.entries(golden.gradients)) {
        expectClose(result.gradients[input], data, TOLERANCE, `gradient of ${input}`);
      }
    });
  }
}

describe('golden ops made by hand', () => {
  const files = filesIn(join(import.meta.dirname, 'cases'), '.json');
  runOnEveryBackend(
    files.map((file) => ({ name: basename(file, '.json'), golden: readHandMade(file) })),
  );
});

const recordedIn = (folder: string) =>
  filesIn(folder, '.safetensors').map((file) => ({
    name: basename(file, '.safetensors'),
    golden: readGoldenSafetensors(file),
  }));

describe('golden ops of an independent framework', () => {
  const cases = recordedIn(join(import.meta.dirname, 'pytorch'));
  it('has two cases or more of every kind', () => {
    for (const op of Object.keys(goldenOps))
      expect(cases.filter(({ golden }) => golden.op === op).length, op).toBeGreaterThan(1);
  });
  runOnEveryBackend(cases);
});

behindDoor('FOVEA_GOLDEN', 'more golden ops of an independent framework', (folder) =>
  runOnEveryBackend(recordedIn(join(folder, 'ops'))),
);
