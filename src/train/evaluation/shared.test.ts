/** @file An evaluation that ranks share, over pictures some of which cannot be read: what one process finds. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { drawPictures } from '../../../test/support/drawnPictures.ts';
import { openSession } from '../../backends/select.ts';
import type { Collectives } from '../../cluster/collectives.ts';
import { inProcessRanks } from '../../cluster/inProcess.ts';
import { openDataset } from '../../data/open.ts';
import { dense } from '../../nn/layers/dense.ts';
import { flatten } from '../../nn/layers/shapes/flatten.ts';
import { maxPooling2d } from '../../nn/layers/windows/pooling.ts';
import { parametersOf } from '../../nn/network.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import { evaluate } from './evaluate.ts';
import { joinRows } from './shared.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'fovea-shared-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const spec = () =>
  sequential({ inputShape: [24, 24, 3], name: 'shared' }, [
    maxPooling2d({ poolSize: 4 }),
    flatten(),
    dense({ units: 2, activation: 'softmax' }),
  ]);

it('leaves out what any rank could not read', async () => {
  const patterns = { dark: () => false, stripes: (x: number) => (x & 4) !== 0 };
  const { folder: data } = await drawPictures(folder, patterns, 6);
  // One in each half of the list.
  for (const name of ['dark/dark-03', 'stripes/stripes-04'])
    writeFileSync(path.join(folder, 'pictures', `${name}.jpg`), 'no picture');
  const { train, classes, imageShape } = await openDataset(data, { imageShape: [24, 24, 3] });
  const run = async (ranks?: Collectives) => {
    await using session = await openSession({ backend: 'reference' });
    const own = spec();
    const shapes = new Map(parametersOf(own).map(({ name, shape }) => [name, shape]));
    const weights = new Map(
      [...initialStates(own)].map(([name, data]) => [name, { data, shape: shapes.get(name)! }]),
    );
    const reading = { stored: imageShape };
    return await evaluate(session, own, train, { classes, weights, ranks, reading, batchSize: 4 });
  };
  const whole = await run();
  expect(whole.confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(train.count - 2);
  for (const size of [2, 3]) {
    const shared = await Promise.all(inProcessRanks(size).map(run));
    for (const { confusion, loss, accuracy } of shared) {
      expect(confusion).toEqual(whole.confusion);
      expect(accuracy).toBe(whole.accuracy);
      expect(Math.abs(loss - whole.loss)).toBeLessThan(1e-9);
    }
  }
});

it('counts rows from the first of the split', async () => {
  const parts = [[1, 2], [], [0]];
  const joined = inProcessRanks(3).map((ranks) =>
    joinRows(ranks, parts[ranks.rank], 10 * ranks.rank),
  );
  for (const rows of await Promise.all(joined)) expect([...rows]).toEqual([1, 2, 20]);
});
