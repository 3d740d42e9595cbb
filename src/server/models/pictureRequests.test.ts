import { describe, expect, it } from 'vitest';
import { named } from '../../../test/support/savedModels.ts';
import { readerOf } from '../../train/prediction/predict.ts';
import { pictureTask } from './pictureRequests.ts';

const reader = readerOf(named('lenet5'));
const json = (body: object, address = '') =>
  pictureTask(
    new Request(`http://localhost/v1/models/m/predict${address}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
    reader,
  );
const picture = [[0, 255]];

describe('a request of pictures', () => {
  it('has its options in the address, in the body, or in both, of which the body counts', async () => {
    expect((await json({ picture }, '?top=5&asIs=true')).options).toEqual({ top: 5, asIs: true });
    expect((await json({ picture, top: 2 }, '?top=5&invert=auto')).options).toEqual({
      ...{ top: 2, invert: 'auto' },
    });
    await expect(json({ picture }, '?top=')).rejects.toThrow(/top/);
  });

  it('has a thousand pictures at most', async () => {
    const many = (count: number) => json({ pictures: new Array(count).fill(picture) });
    expect((await many(1000)).pictures).toHaveLength(1000);
    await expect(many(1001)).rejects.toThrow(/received 1001 pictures/);
  });

  it('has bytes for pixels', async () => {
    const of = (...pixels: number[]) =>
      json({ picture: { width: 2, height: 1, channels: 1, pixels } });
    expect((await of(0, 255)).pictures).toEqual([
      { picture: { width: 2, height: 1, channels: 1, pixels: Uint8Array.of(0, 255) } },
    ]);
    for (const wrong of [256, -1, 0.5])
      await expect(of(0, wrong)).rejects.toThrow(/no list of bytes/);
  });
});
