import { expect, it } from 'vitest';
import { Latest } from './latest.ts';

it('answers the first and the last of what was asked meanwhile', async () => {
  const seen: number[] = [];
  let go = (): void => {};
  const latest = new Latest<number>(async (question) => {
    seen.push(question);
    await new Promise<void>((resolve) => {
      go = resolve;
    });
  });
  for (const question of [1, 2, 3, 4]) latest.ask(question);
  expect(seen).toEqual([1]);
  go();
  await Promise.resolve();
  await Promise.resolve();
  expect(seen).toEqual([1, 4]);
  go();
  await Promise.resolve();
  await Promise.resolve();
  latest.ask(5);
  expect(seen).toEqual([1, 4, 5]);
});
