/**
 * @file The network of 2012 itself, with six classes, on pictures that are read while it trains.
 *
 * The recipe's optimizer at a smaller rate: with 108 pictures the paper's 0.01 overshoots at first.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { large } from '../../test/support/doors.ts';
import { type DrawnPictures, drawPictures } from '../../test/support/drawnPictures.ts';
import type { HostArray } from '../backends/backend.ts';
import { openSession } from '../backends/select.ts';
import { openDataset } from '../data/open.ts';
import { modelOf } from '../models/index.ts';
import { recipeOf } from '../models/recipes.ts';
import { evaluate } from '../train/evaluation/evaluate.ts';
import { fit } from '../train/fit.ts';
import type { EpochRecord } from '../train/progress.ts';

/** Stripes, squares, all, nothing. */
const patterns = {
  across: (_: number, y: number) => (y & 4) !== 0,
  bright: () => true,
  checks: (x: number, y: number) => ((x ^ y) & 4) !== 0,
  dark: () => false,
  down: (x: number) => (x & 4) !== 0,
  slanted: (x: number, y: number) => ((x + y) & 4) !== 0,
};

const spec = modelOf('alexnet', { classes: 6 });
const { optimizer } = recipeOf('alexnet', 'paper').settings;

/** The first and the last weights on the way of a picture. */
const LOOKED_AT = ['conv1/kernel', 'fc8/kernel'];

async function train(place: string, epochs: number) {
  const session = await openSession({ threads: 2 });
  const data = await openDataset(place, { imageShape: [227, 227, 3] });
  const history: EpochRecord[] = [];
  let afterFirst: readonly HostArray[] = [];
  const options = {
    epochs,
    batchSize: 12,
    seed: 1,
    optimizer: { ...optimizer!, learningRate: 0.004 },
  };
  for await (const event of fit(session, spec, data, options)) {
    if (event.type === 'epoch') history.push(event);
    if (event.type !== 'epoch' || event.epoch > 1) continue;
    const scope = session.scopeOf(spec);
    afterFirst = await Promise.all(LOOKED_AT.map((name) => scope.readState(name)));
  }
  const { accuracy, topK } = await evaluate(session, spec, data.test, data);
  await session.close();
  return { history, accuracy, topK, afterFirst };
}

large('alexnet on pictures of one’s own', () => {
  let folder = '';
  let places: DrawnPictures;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'fovea-alexnet-'));
    places = await drawPictures(folder, patterns, 20);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('learns from shards, and from a folder to the same bits', { timeout: 300_000 }, async () => {
    const shards = await train(places.shards, 6);
    const losses = shards.history.map(({ train: { loss } }) => loss);
    expect(Math.min(...losses.slice(-3))).toBeLessThan(0.85 * losses[0]);
    const best = Math.max(...shards.history.slice(-3).map((record) => record.train.accuracy!));
    expect(best, 'one in six by chance').toBeGreaterThan(0.3);
    expect(shards.topK[1]).toBe(shards.accuracy);
    // Of six classes only the answer that is the very last counts as wrong.
    expect(shards.topK[5]).toBeGreaterThan(shards.accuracy);
    const pictures = await train(places.folder, 1);
    expect(pictures.history[0].train).toEqual(shards.history[0].train);
    expect(pictures.afterFirst).toEqual(shards.afterFirst);
  });
});
