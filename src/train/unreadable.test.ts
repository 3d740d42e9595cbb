/** @file Pictures that cannot be read count nowhere: what is measured is what the others come to. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { asTrained } from '../../test/interop/asTrained.ts';
import { openSession } from '../backends/select.ts';
import { pictureToPng } from '../data/images/contactSheet.ts';
import { listImageFolder } from '../data/origins/imageFolder.node.ts';
import { layers } from '../nn/layers/index.ts';
import { sequential } from '../nn/sequential.ts';
import { embed } from './embedding/embedding.ts';
import { evaluate } from './evaluation/evaluate.ts';
import { exciting } from './prediction/excites.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-unreadable-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const session = await openSession({ backend: 'reference' });
afterAll(() => session.close());

/** Two classes of pictures; those of these numbers are texts. */
async function splitOf(name: string, broken: readonly number[], count = 6) {
  for (const [label, title] of ['dark', 'light'].entries()) {
    mkdirSync(join(folder, name, title), { recursive: true });
    for (let i = 0; i < count; i++) {
      const pixels = Uint8Array.from({ length: 192 }, (_, k) => 90 * label + ((k * (i + 3)) % 90));
      const bytes = broken.includes(i) ? 'no picture' : pictureToPng(pixels, [8, 8, 3]);
      writeFileSync(join(folder, name, title, `${i}.png`), bytes);
    }
  }
  return (await listImageFolder(join(folder, name), join(folder, name))).test;
}

it('in an evaluation, an embedding, and what excites a unit', async () => {
  const model = asTrained(
    sequential({ name: 'small', inputShape: [8, 8, 3], preprocessing: { scale: 1 / 255 } }, [
      layers.conv2d({ name: 'maps', filters: 2, kernelSize: 3, activation: 'tanh' }),
      layers.flatten(),
      layers.dense({ name: 'hidden', units: 5, activation: 'tanh' }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ]),
  );
  // The last of each class, so that the others have the same names.
  const [some, whole] = [await splitOf('some', [4, 5]), await splitOf('whole', [], 4)];
  const reading = { workers: 0 };
  const measured = async (split: typeof some) => {
    const { classes, confusion, loss, accuracy } = await evaluate(session, model.spec, split, {
      ...{ classes: ['dark', 'light'], weights: model.weights, reading },
    });
    const { points, labels, indices } = await embed(session, model, split, { reading });
    expect(new Set(indices).size).toBe(8);
    const places = Array.from(labels, (label, i) =>
      [label, points[2 * i]!.toFixed(6), points[2 * i + 1]!.toFixed(6)].join(' '),
    );
    const { units, count } = await exciting(session, model, split, 'maps', { most: 3, reading });
    return {
      ...{ classes, confusion, loss, accuracy, places: places.sort(), count },
      strengths: units.map(({ pictures }) => pictures.map(({ value }) => value)),
    };
  };
  expect(await measured(some)).toEqual(await measured(whole));
});
