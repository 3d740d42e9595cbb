/** @file A network that answers with distances says nothing where they are too far or too alike. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Session } from '../../backends/backend.ts';
import { openSession } from '../../backends/select.ts';
import { layers } from '../../nn/layers/index.ts';
import { initialStates } from '../../nn/programs/programs.ts';
import { sequential } from '../../nn/sequential.ts';
import { openPredictor } from './predict.ts';

const { flatten, rbf } = layers;

/** Codes of black, gray and white; a white picture of four pixels is 4, 1 and 0 away. */
const centers = [0, 0.5, 1].map((value) => new Array<number>(4).fill(value));
const spec = sequential({ inputShape: [2, 2, 1] }, [flatten(), rbf({ centers })]);
const white = { width: 2, height: 2, channels: 1, pixels: new Uint8Array(4).fill(255) } as const;

let session: Session;
beforeAll(async () => {
  session = await openSession({ backend: 'reference' });
});
afterAll(() => session.close());

async function rejectedOf(options: { rejectFar?: number; rejectClose?: number }) {
  const weights = new Map(
    [...initialStates(spec)].map(([name, data]) => [name, { shape: [3, 4], data }]),
  );
  const read = openPredictor(session, { spec, weights, classes: ['black', 'gray', 'white'] });
  const { distances, rejected, answers } = await read(white, { asIs: true, ...options });
  read.close();
  expect(distances).toEqual([4, 1, 0]);
  expect(answers[0].class).toBe('white');
  return rejected;
}

it('rejects by how far the nearest code is', async () => {
  expect(await rejectedOf({})).toBeNull();
  expect(await rejectedOf({ rejectFar: 0 })).toBeNull();
  expect(await rejectedOf({ rejectFar: -0.1 })).toBe('the nearest code is 0.00 away');
});

it('rejects where the second code is as near', async () => {
  expect(await rejectedOf({ rejectClose: 1 })).toBeNull();
  expect(await rejectedOf({ rejectClose: 1.01 })).toBe('two codes are 0.00 and 1.00 away');
});
