import { expect, it } from 'vitest';
import { batchThatPays } from './batchThatPays.ts';

/** Of a network whose batch costs `once`, and each row 1. */
function measured(most: number, once: (rows: number) => number) {
  const asked: number[] = [];
  const chosen = batchThatPays(async (rows) => {
    asked.push(rows);
    return once(rows) + rows;
  }, most);
  return chosen.then((rows) => ({ rows, asked }));
}

it('takes more rows for as long as a row gets cheaper by a twentieth', async () => {
  expect(await measured(16, () => 100)).toEqual({ rows: 16, asked: [1, 2, 4, 8, 16] });
  // Per row 2, 1.5, 1.25, 1.125, 1.0625, 1.03125: the last is not worth it.
  expect(await measured(64, () => 1)).toEqual({ rows: 16, asked: [1, 2, 4, 8, 16, 32] });
  expect(await measured(12, () => 100)).toEqual({ rows: 12, asked: [1, 2, 4, 8, 12] });
});

it('answers one by one where that is as fast, and tries nothing larger', async () => {
  expect(await measured(16, () => 0)).toEqual({ rows: 1, asked: [1, 2] });
  expect(await measured(16, (rows) => rows ** 2)).toEqual({ rows: 1, asked: [1, 2] });
  expect(await measured(1, () => 100)).toEqual({ rows: 1, asked: [1] });
});
