/**
 * @file The network of 2012 itself, with six classes, on pictures that are read while it trains.
 *
 * The recipe's optimizer at a smaller rate: with 108 pictures the paper's 0.01 overshoots at first.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOf } from '../../test/support/tarFixtures.ts';
import { openSession } from '../backends/select.ts';
import { openDataset } from '../data/open.ts';
import { modelOf } from '../models/index.ts';
import { recipeOf } from '../models/recipes.ts';
import { evaluate } from './evaluate.ts';
import { fit } from './fit.ts';
import type { EpochRecord } from './progress.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-alexnet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where a class is light: stripes, squares, all, nothing. */
const patterns: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  across: (_, y) => (y & 4) !== 0,
  bright: () => true,
  checks: (x, y) => ((x ^ y) & 4) !== 0,
  dark: () => false,
  down: (x) => (x & 4) !== 0,
  slanted: (x, y) => ((x + y) & 4) !== 0,
};

const PER_CLASS = 20;

/** A JPEG of 40 x 36, no two alike. */
function drawn(light: (x: number, y: number) => boolean, i: number): Promise<Buffer> {
  const [width, height] = [40, 36];
  const pixels = new Uint8Array(3 * width * height);
  for (let at = 0; at < width * height; at++) {
    const isLight = light((at % width) + i, Math.floor(at / width) + i);
    pixels.fill(isLight ? 180 + 2 * i : 30 + i, 3 * at, 3 * at + 3);
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg()
    .toBuffer();
}

beforeAll(async () => {
  const entries: { name: string; data: Uint8Array }[] = [];
  for (const [label, [name, light]] of Object.entries(patterns).entries()) {
    mkdirSync(join(folder, 'pictures', name), { recursive: true });
    for (let i = 0; i < PER_CLASS; i++) {
      const data = await drawn(light, i);
      // As a folder lists them: the order decides which pictures make up a batch.
      const key = `${name}-${String(i).padStart(2, '0')}`;
      writeFileSync(join(folder, 'pictures', name, `${key}.jpg`), data);
      entries.push({ name: `${key}.jpg`, data });
      entries.push({ name: `${key}.cls`, data: new TextEncoder().encode(String(label)) });
    }
  }
  writeFileSync(join(folder, 'all-0.tar'), tarOf(entries.slice(0, entries.length / 2)));
  writeFileSync(join(folder, 'all-1.tar'), tarOf(entries.slice(entries.length / 2)));
});

const spec = modelOf('alexnet', { classes: 6 });
const { optimizer } = recipeOf('alexnet', 'paper').settings;

async function train(place: string, epochs: number) {
  const session = await openSession({ threads: 2 });
  const data = await openDataset(place, { imageShape: [227, 227, 3] });
  const history: EpochRecord[] = [];
  const options = {
    epochs,
    batchSize: 12,
    seed: 1,
    optimizer: { ...optimizer!, learningRate: 0.004 },
  };
  for await (const event of fit(session, spec, data, options)) {
    if (event.type === 'epoch') history.push(event);
  }
  const { accuracy, topK } = await evaluate(session, spec, data.test, data);
  await session.close();
  return { history, accuracy, topK };
}

describe('alexnet on pictures of one’s own', { timeout: 300_000 }, () => {
  it('learns from shards, and from a folder to the same bits', async () => {
    const shards = await train(`shards:${join(folder, 'all-*.tar')}`, 12);
    const losses = shards.history.map(({ train: { loss } }) => loss);
    expect(Math.min(...losses.slice(-3))).toBeLessThan(0.85 * losses[0]);
    const best = Math.max(...shards.history.slice(-3).map((record) => record.train.accuracy));
    expect(best, 'one in six by chance').toBeGreaterThan(0.3);
    expect(shards.topK[1]).toBe(shards.accuracy);
    expect(shards.topK[5]).toBeGreaterThanOrEqual(shards.accuracy);
    const pictures = await train(`folder:${join(folder, 'pictures')}`, 1);
    expect(pictures.history[0].train).toEqual(shards.history[0].train);
  });
});
